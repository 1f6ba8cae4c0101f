"""Calls of one player that share a process: it opened the base once, and what a call forked may work on in the next.
Between calls all of it stands still."""

import os
import time

from ..sandbox import watch
from . import outcome
from ..sandbox.box import EXIT_STATUS
from .kept_scene import KeptScene


class Session(KeptScene):
    def freeze(self):
        """Stops every process of it. -> whether it goes on"""
        weak = self.job.settings.level == "weak"
        if weak and not self.is_leashed():
            return False
        self.frozen = watch.stop(self.job.pid, weak)
        return self.job.still_there()

    def probe(self, request):
        """The next call. One that has to be stopped ends the session. -> its reply, or None when the session was ended by
        others before: the call begins another then."""
        if not self.job.still_there():
            return None
        began = time.monotonic()
        self.job.owner = os.stat(request["dir"])
        self.job.log.take()
        inside = dict(request, dir=self.probes)
        outcome.empty(self.probes)
        ticket = self.job.box.ask(inside)
        self.thaw()
        verdict = self.job.wait(inside, ticket, began)
        ended = self.job.box.word(EXIT_STATUS) if self.job.status is None else self.job.status
        if verdict is not None or not self.job.still_there() or not self.freeze():
            self.job.end()
        reply = outcome.settle(self.job, request, self.probes, verdict, ended, began)
        outcome.move_out(self.probes, request["dir"], self.job.owner)
        return reply
