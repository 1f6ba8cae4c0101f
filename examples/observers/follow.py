"""Follows a run from its first event, with nothing but Python: viga observe --print-nats --json | python3 examples/observers/follow.py"""
import base64, json, socket, sys, time, urllib.parse

where = json.load(sys.stdin)
bus = urllib.parse.urlsplit(where["server"])
line = socket.create_connection((bus.hostname, bus.port)).makefile("rwb")
login = {"user": bus.username, "pass": bus.password} if bus.password else {"auth_token": bus.username or ""}
line.write(b"CONNECT " + json.dumps({**login, "verbose": False, "pedantic": False}).encode() + b"\r\nSUB _INBOX.me 1\r\n")


def stored(after):
    """The next event of the run behind a place in its stream; None where there is none yet."""
    ask = json.dumps({"seq": after, "next_by_subj": where["subject"]}).encode()
    line.write(b"PUB $JS.API.STREAM.MSG.GET.%s _INBOX.me %d\r\n%s\r\n" % (where["stream"].encode(), len(ask), ask))
    line.flush()
    for said in line:
        if said.startswith(b"PING"):
            line.write(b"PONG\r\n"), line.flush()
        elif said.startswith(b"-ERR"):
            sys.exit(said.decode().strip())
        elif said.startswith(b"MSG"):
            reply = json.loads(line.read(int(said.split()[-1]) + 2))
            return reply.get("message")
    sys.exit("the bus has ended")


place = 1
while True:
    message = stored(place)
    if message is None:
        time.sleep(0.5)
        continue
    place = message["seq"] + 1
    event = json.loads(base64.b64decode(message["data"]))
    print(event["time"], event["type"], json.dumps(event.get("data"))[:100], flush=True)
    if event["type"] == "run.finished":
        break
