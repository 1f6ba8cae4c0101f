"""Takes requests, hands each to a supervisor of its own, answers in the order they settle. Nothing is forked from here."""

import json
import os
import select
import socket
import time

from . import backend
from .base_server import BaseServer, base_key
from .channel import Channel
from .errors import error
from .picture_size import pictures_of
from .program_lint import ProgramLint
from .scenes import Keeper, Scenes
from .sessions import Sessions
from .stand_by import StandBy

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
        self.lint = ProgramLint(settings)
        self.waits = StandBy(settings.isolation)

    def serve(self):
        """Until the driver closes its end."""
        if self.settings.isolation == "fork":
            self.waits.prepare({}, self.open_channel)
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
        self.lint.sessions.end_idle(now)
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
        while self.queue and sum("lints" not in p.message for p in self.pending.values()) < self.settings.cpus:
            self.start(self.queue.pop(0))

    def start(self, message):
        refused = self.refuse(message)
        if refused and "lints" not in message:
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
            keeper = self.sessions_of(message).find(message["session"])
        if keeper is not None and keeper.busy:
            # One at a time on one scene; the rest of the queue overtakes it.
            return keeper.waiting.append(message)
        if keeper is not None:
            keeper.busy = True
        self.hand_on(message, keeper)
        read = self.lint.begin(message)
        if read is not None:
            self.start(read)
        return None

    def sessions_of(self, message):
        return self.lint.sessions if "lints" in message else self.sessions

    def hand_on(self, message, keeper, renewed=False):
        stood_by = False
        if keeper is not None and keeper.path is None:
            channel, base = keeper.channel, None
        elif self.waits.suits(message) and not renewed:
            (channel, base), stood_by = self.waits.take(), True
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

    def refuse(self, message):
        directory = message["dir"]
        if not (os.path.isabs(directory) and os.path.isdir(directory) and os.path.realpath(directory) != "/"):
            return error("engine", "BadFolder", f"the job folder {directory} does not exist")
        return None

    def give_to_base(self, path, channel):
        """Opens the base in a server of its own unless one has it open as it is on disk now."""
        key = base_key(path)
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
                # It may have ended while it waited, before the job had begun.
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
            sessions = self.sessions_of(pending.message)
            self.queue[:0] = sessions.settled(pending.keeper, time.monotonic())
            sessions.drop(pending.message["session"])
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
            self.lint.forget(request)
            self.settle(pending, ended)

    def settle(self, pending, reply):
        message = pending.message
        del self.pending[message["id"]]
        kept = reply.pop("kept", None)
        sessions = self.sessions_of(message)
        if pending.session:
            self.queue[:0] = sessions.settled(pending.keeper, time.monotonic())
        elif pending.keeper:
            self.queue[:0] = self.scenes.settled(pending.keeper)
        if kept is not None and message["op"] == "call":
            sessions.add(message["session"], Keeper(pending.channel, None), time.monotonic())
        elif kept is not None:
            self.scenes.keep(message["keep"], Keeper(None if kept else pending.channel, pictures_of(message), **kept))
        # A probe of a kept scene and a further call of a session ran in processes that were there and stay.
        own = not (pending.keeper and pending.keeper.channel)
        if kept != {} and own:
            pending.channel.close()
        if "lints" in message:
            if self.lint.wants_again(message, reply):
                self.start(dict(message, again=True))
                return
            held = self.lint.ended(message["lints"], reply)
            if held is not None:
                self.answer(*held)
            return
        seconds = time.monotonic() - pending.began
        reply = self.lint.told(message, reply, seconds) if message["op"] == "run" else reply
        if reply is not None:
            self.answer(message, reply, seconds)
        if own:
            self.waits.prepare(message, self.open_channel)

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
        self.lint.sessions.close()
        for base in self.bases.values():
            base.close()
        self.waits.close()
