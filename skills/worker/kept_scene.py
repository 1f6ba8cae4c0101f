"""A job's live scene after the job: a process, the keeper, that stands still except while a probe is forked from it."""

import json
import os
import select
import signal
import time

from ..sandbox import watch
from . import outcome
from ..sandbox.box import EXIT_STATUS, KEEPER, LEASHED
from .channel import reply_on
from .errors import error


# A scene that something woke is ended within this.
LOOK_EVERY_MS = 250
# Characters; a job that tells more than a scene's summary has is not listened to.
LONGEST_SUMMARY = 1 << 20


class KeptScene:
    """job: its Supervisor; probes: the folder that probes write to; first: the folder its scene was made in, whose files
    may be open in it still."""

    def __init__(self, job, probes, first):
        self.job = job
        self.probes = probes
        self.first = first
        self.frozen = []
        self.summary = None
        self.scene_info = None

    def remember(self, summary, scene_info=None):
        """What the job told of the scene. summary: for the probes of it, a text that only they read; scene_info: what the
        probe of this name will answer, where that is known."""
        if isinstance(summary, str) and len(summary) <= LONGEST_SUMMARY:
            self.summary = summary
        if isinstance(scene_info, str) and len(scene_info) <= LONGEST_SUMMARY:
            self.scene_info = scene_info

    def freeze(self):
        """Stops the process that holds the scene, and ends every other one: the program may have changed even the code
        that waits. -> whether the scene is held"""
        weak = self.job.settings.level == "weak"
        if weak and not self.is_leashed():
            return False
        for _ in range(20):
            watch.purge(self.job.pid, weak, self.job.box.word(KEEPER))
            self.frozen = watch.stop(self.job.pid, weak)
            if not watch.purge(self.job.pid, weak, self.job.box.word(KEEPER)):
                return self.job.still_there()
        return False

    def is_leashed(self):
        """Without a namespace a stopped process ends with process 1 of its sandbox only once it has asked for that."""
        limit = time.monotonic() + 0.5
        while not self.job.box.word(LEASHED) and time.monotonic() < limit:
            self.job.box.wait(LEASHED, 0, 0.05)
        return bool(self.job.box.word(LEASHED))

    def thaw(self):
        for pid in self.frozen:
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                pass

    def serve(self):
        """Probes on the kept scene until the parent closes the channel, or the scene does not stand still any more."""
        poller = select.poll()
        poller.register(self.job.channel, select.POLLIN | select.POLLRDHUP)
        while self.job.still_there():
            # One request waits for the answer to the one before, so nothing is left in the stream's buffer.
            if not poller.poll(LOOK_EVERY_MS):
                if not watch.all_stopped(self.frozen):
                    break
                continue
            line = self.job.stream.readline()
            if not line:
                break
            try:
                reply = self.probe(json.loads(line))
                if reply is None:
                    break
                reply_on(self.job.channel, reply)
            except (OSError, ValueError) as thrown:
                reply_on(self.job.channel, {"ok": False, "error": error("engine", type(thrown).__name__, thrown)})
        self.job.end()

    def known(self, request):
        """The reply to a request whose answer is known, without a fork of the scene; else None."""
        if request["action"] != "scene_info" or request.get("args") or self.scene_info is None:
            return None
        try:
            return {"ok": True, "result": json.loads(self.scene_info), "log": "", "seconds": 0.0}
        except (ValueError, RecursionError):
            return None

    def probe(self, request):
        known = self.known(request)
        if known is not None:
            return known
        began = time.monotonic()
        self.job.owner = os.stat(request["dir"])
        self.job.log.take()
        inside = dict(request, dir=self.probes, summary=self.summary)
        # Nothing is in there but what the program may have put for a probe to hand on.
        outcome.empty(self.probes)
        ticket = self.job.box.ask(inside)
        self.thaw()
        verdict = self.job.wait(inside, ticket, began)
        ended = self.job.box.word(EXIT_STATUS) if self.job.status is None else self.job.status
        if verdict is not None:
            # Only the probe's fork has to go; the scene it came from is unharmed.
            watch.purge(self.job.pid, self.job.settings.level == "weak", self.job.box.word(KEEPER))
            limit = time.monotonic() + 5
            while not self.job.box.done(ticket) and time.monotonic() < limit:
                time.sleep(0.002)
            if not self.job.box.done(ticket):
                self.job.end()
        if self.job.still_there() and not self.freeze():
            self.job.end()
        reply = outcome.settle(self.job, request, self.probes, verdict, ended, began)
        outcome.move_out(self.probes, request["dir"], self.job.owner)
        return reply
