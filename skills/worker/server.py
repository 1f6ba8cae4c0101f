"""Takes requests, hands each to a supervisor of its own, answers in the order they settle. Nothing is forked from here."""

import json
import os
import select
import socket
import time

from . import backend
from .base_server import BaseServer
from .channel import Channel
from .errors import error
from .picture_size import pictures_of
from .scenes import Keeper, Scenes
from .sessions import Sessions

BASES = 4
# Beyond its own deadline a job gets this long to settle before the parent stops waiting for it.
GRACE = 30


class Pending:
    def __init__(self, message, channel, keeper=None, base=None):
        self.message = message
        self.channel = channel
        self.keeper = keeper
        # Whether it is a further call of a session.
        self.session = keeper is not None and message["op"] == "call"
        self.base = base
        # Whether its process was there before it.
        self.stood_by = False
        self.began = time.monotonic()
        self.until = self.began + message["limits"]["seconds"] + GRACE


class Server:
    def __init__(self, driver, pristine, settings, card):
        self.driver = driver
        self.pristine = pristine
        self.settings = settings
        self.card = card
        self.queue = []
        self.pending = {}
        self.bases = {}
        self.scenes = Scenes()
        self.sessions = Sessions()
        # The channel to a supervisor whose process waits for its job, where isolation is "reset".
        self.next = None

    def serve(self):
        """Until the driver closes its end."""
        while True:
            for line in self.turn():
                if line is None:
                    return self.leave()
                self.take(json.loads(line))
            self.start_waiting()

    def turn(self):
        """One round of waiting. -> requests that came, None last when the driver has gone"""
        poller = select.poll()
        poller.register(self.driver.read_fd, select.POLLIN)
        if self.driver.waiting:
            poller.register(self.driver.write_fd, select.POLLOUT)
        by_fd = {}
        for pending in self.pending.values():
            channel = pending.channel
            by_fd[channel.read_fd] = pending
            poller.register(channel.read_fd, select.POLLIN | (select.POLLOUT if channel.waiting else 0))
        requests = []
        for fd, events in poller.poll(1000):
            if fd == self.driver.write_fd:
                self.driver.flush()
            elif fd == self.driver.read_fd:
                lines, alive = self.driver.receive()
                requests += lines + ([] if alive else [None])
            elif fd in by_fd:
                if events & select.POLLOUT:
                    by_fd[fd].channel.flush()
                if events & ~select.POLLOUT:
                    self.heard(by_fd[fd])
        now = time.monotonic()
        for pending in [p for p in self.pending.values() if now > p.until]:
            self.give_up(pending)
        self.sessions.end_idle(now)
        return requests

    def take(self, message):
        op = message["op"]
        if op in ("run", "call", "probe"):
            self.queue.append(message)
            return
        answer = {"ok": True}
        if op == "card":
            answer["card"] = self.card
        elif op == "snapshot":
            answer["snapshot"] = self.scenes.snapshot(message["scene"])
            answer["ok"] = answer["snapshot"] is not None
        elif op == "restore":
            answer["ok"] = self.scenes.restore(message["scene"], message["snapshot"])
        elif op == "drop":
            self.scenes.drop(message["scene"])
            self.sessions.drop(message["scene"])
        elif op == "cancel":
            self.cancel(message["of"])
        else:
            answer = {"ok": False}
        self.driver.send({"id": message["id"], "reply": answer})

    def start_waiting(self):
        while self.queue and len(self.pending) < self.settings.cpus:
            self.start(self.queue.pop(0))

    def start(self, message):
        refused = self.refuse(message)
        if refused:
            return self.answer(message, {"ok": False, "error": refused})
        keeper = None
        if message["op"] == "probe":
            keeper = self.scenes.find(message["scene"])
            if keeper is None:
                hint = "run a program with `keep` first"
                return self.answer(message, {"ok": False, "error": error("engine", "NoScene", f"no scene {message['scene']!r} is kept", hint=hint)})
            message = dict(message, picture=keeper.picture)
            if keeper.path is not None:
                message = dict(message, base=keeper.path, files=keeper.files)
        elif message.get("keep") is not None:
            self.scenes.drop(message["keep"])
        elif message.get("session") is not None:
            keeper = self.sessions.find(message["session"])
        if keeper is not None and keeper.busy:
            # One at a time on one scene; the rest of the queue overtakes it.
            return keeper.waiting.append(message)
        if keeper is not None:
            keeper.busy = True
        self.hand_on(message, keeper)
        return None

    def hand_on(self, message, keeper, renewed=False):
        stood_by = False
        if keeper is not None and keeper.path is None:
            channel, base = keeper.channel, None
        elif self.next is not None and not renewed:
            channel, base, stood_by, self.next = self.next, None, True, None
        else:
            channel, base = self.open_channel(message)
        pending = Pending(message, channel, keeper=keeper, base=base)
        pending.stood_by = stood_by
        self.pending[message["id"]] = pending
        channel.send({key: value for key, value in message.items() if key != "id"})

    def open_channel(self, message):
        """-> (channel to a supervisor for this job, key of the base server it came from)"""
        ours, theirs = socket.socketpair()
        base = None
        if self.settings.isolation == "fork" and message.get("base"):
            base = self.give_to_base(message["base"], theirs)
        else:
            self.pristine.supervisor(theirs)
        theirs.close()
        return Channel.of_socket(ours), base

    def stand_by(self, message):
        """Starts the process of the next job, which is taken to be on the files of this one."""
        if self.settings.isolation == "reset" and self.next is None:
            like = {key: message[key] for key in ("base", "files", "assets", "limits") if key in message}
            self.next, _ = self.open_channel(like)
            self.next.send({"op": "stand_by", **like})

    def refuse(self, message):
        directory = message["dir"]
        if not (os.path.isabs(directory) and os.path.isdir(directory) and os.path.realpath(directory) != "/"):
            return error("engine", "BadFolder", f"the job folder {directory} does not exist")
        return None

    def give_to_base(self, path, channel):
        """Opens the base in a server of its own unless one has it open as it is on disk now."""
        try:
            info = os.stat(path)
            key = (path, info.st_mtime_ns, info.st_size)
        except OSError:
            key = (path, 0, 0)
        for _ in range(2):
            base = self.bases.pop(key, None)
            if base is None:
                base = BaseServer(path, self.pristine)
            self.bases[key] = base
            while len(self.bases) > BASES:
                self.bases.pop(next(iter(self.bases))).close()
            try:
                base.hand_over(channel)
                return key
            except OSError:
                self.bases.pop(key).close()
        return key

    def heard(self, pending):
        lines, alive = pending.channel.receive()
        if lines:
            reply = json.loads(lines[0])
            if reply.get("renew"):
                return self.again(pending)
            return self.settle(pending, reply)
        if not alive:
            if pending.stood_by or pending.session:
                # It ended while it waited; the job had not begun.
                return self.again(pending)
            failure = error("crash", "EngineEnded", "the process that watched the job ended", hint="run it again")
            if pending.base:
                failure = error("engine", "BaseCrashed", f"{backend.in_use.name} ended while it opened {pending.base[0]}", hint=f"check that it opens in {backend.in_use.name}")
                base = self.bases.pop(pending.base, None)
                if base:
                    base.close()
            self.settle(pending, {"ok": False, "error": failure})
        return None

    def again(self, pending):
        """The same job with a new supervisor."""
        pending.channel.close()
        if pending.session:
            self.queue[:0] = self.sessions.settled(pending.keeper, time.monotonic())
            self.sessions.drop(pending.message["session"])
            pending.keeper = None
        self.hand_on(pending.message, pending.keeper, renewed=True)

    def give_up(self, pending):
        if pending.base and pending.base in self.bases:
            self.bases.pop(pending.base).close()
        self.settle(pending, {"ok": False, "error": error("timeout", "Timeout", "the job did not settle in time")})

    def cancel(self, request):
        """Ends a run or call that waits or is at work. A probe of a kept scene ends by itself: its process holds the scene."""
        ended = {"ok": False, "error": error("engine", "Cancelled", "whoever asked for the job cancelled it")}
        for message in [m for m in self.queue if m["id"] == request]:
            self.queue.remove(message)
            self.answer(message, ended)
        pending = self.pending.get(request)
        if pending is not None and pending.keeper is None:
            # Its supervisor sees the end of the channel; processes forked since hold copies of it, so it is shut for all.
            pending.channel.shut()
            self.settle(pending, ended)

    def settle(self, pending, reply):
        message = pending.message
        del self.pending[message["id"]]
        kept = reply.pop("kept", None)
        if pending.session:
            self.queue[:0] = self.sessions.settled(pending.keeper, time.monotonic())
        elif pending.keeper:
            self.queue[:0] = self.scenes.settled(pending.keeper)
        if kept is not None and message["op"] == "call":
            self.sessions.add(message["session"], Keeper(pending.channel, None), time.monotonic())
        elif kept is not None:
            self.scenes.keep(message["keep"], Keeper(None if kept else pending.channel, pictures_of(message), **kept))
        if kept != {} and not (pending.keeper and pending.keeper.channel):
            pending.channel.close()
        self.answer(message, reply, time.monotonic() - pending.began)
        self.stand_by(message)

    def answer(self, message, reply, seconds=0.0):
        reply.setdefault("log", "")
        if message["op"] == "run":
            reply.setdefault("renders", [])
            reply.setdefault("scene", False)
            reply.setdefault("seconds", {"execute": 0.0, "render": 0.0})
            if isinstance(reply["seconds"], dict):
                reply["seconds"]["total"] = seconds
        else:
            reply["seconds"] = seconds
        self.driver.send({"id": message["id"], "reply": reply})

    def leave(self):
        """Lets kept scenes end in good order."""
        self.scenes.close()
        self.sessions.close()
        for base in self.bases.values():
            base.close()
        if self.next is not None:
            self.next.close()
