/**
 * A Blender program that tries to get out of its sandbox and writes what it managed to `escapes.json` in its folder.
 * Each attempt is harmless where it succeeds.
 * @param canary absolute path outside the job folder
 * @param port where a server of this machine listens
 */
export function escapes(canary: string, port: number): string {
  return `
import ctypes, json, os, socket, subprocess

report = {}

def attempt(name):
    def run(work):
        try:
            report[name] = bool(work())
        except BaseException:
            report[name] = False
        return work
    return run

@attempt("wrote outside")
def _():
    with open(${JSON.stringify(canary)}, "w") as file:
        file.write("out")
    return True

@attempt("wrote /etc/passwd")
def _():
    open("/etc/passwd", "a").close()
    return True

@attempt("read /etc/shadow")
def _():
    return len(open("/etc/shadow").read()) > 0

@attempt("reached the network")
def _():
    sock = socket.create_connection(("127.0.0.1", ${port}), timeout=1)
    sock.close()
    return True

@attempt("resolved a name")
def _():
    return bool(socket.getaddrinfo("debian.org", 80))

@attempt("saw a secret of the environment")
def _():
    return any("SECRET" in name or "_KEY" in name for name in os.environ)

@attempt("read another process's environment")
def _():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if int(pid) != os.getpid():
            with open("/proc/" + pid + "/environ", "rb") as file:
                if b"VIGA_DOCTOR_SECRET" in file.read():
                    return True
    return False

@attempt("started a program")
def _():
    return subprocess.run(["/bin/true"]).returncode == 0

@attempt("killed its parent")
def _():
    parent = os.getppid()
    if parent <= 1:
        return False
    os.kill(parent, 0)
    return True

@attempt("became root")
def _():
    libc = ctypes.CDLL(None, use_errno=True)
    return os.getuid() == 0 and libc.mount(b"none", b"/mnt", b"tmpfs", 0, None) == 0

with open("escapes.json" if os.access(".", os.W_OK) else os.path.join(os.environ["TMPDIR"], "escapes.json"), "w") as file:
    json.dump(report, file)
`;
}
