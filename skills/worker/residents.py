"""Forks that stay: each has made itself ready for one kind of work and does one piece of it after another.

They gain where calls follow each other in one process (a session), and end with it, or when others need their place.
"""

import json
import os
import signal

from ..sandbox.box import ASKED
from ..sandbox.native import die_with_parent, flush_stdio
from . import forking
from .errors import describe

# Who waits looks after so many seconds whether all are still there.
LOOK_EVERY = 0.05


class Resident:
    def __init__(self, key):
        self.key = key
        self.box = forking.lend_box()
        self.pid = None
        # What another asked in this box before is not for this one.
        self.ticket = self.box.word(ASKED)
        self.has_ended = False
        self.status = None

    def end(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        forking.take_back(self.box)

    def has_settled(self):
        if self.box.done(self.ticket):
            return True
        try:
            ended, self.status = os.waitpid(self.pid, os.WNOHANG)
            self.has_ended = ended != 0
        except ChildProcessError:
            self.has_ended = True
        return self.has_ended

    def result(self):
        reply = self.box.reply()
        if not self.has_ended and reply and "ok" in reply:
            return reply
        return forking.failure_of(self.status)


class Residents:
    def __init__(self, most):
        """most: how many there may be."""
        self.most = most
        # The one that worked last stands last.
        self.idle = []
        self.bell = forking.lend_box()

    def map(self, pieces, prepare, workers):
        """pieces: [(key, payload), ...]. prepare(key) runs in a new fork, and returns the function that turns a payload into
        JSON there. -> results in the order of pieces, each as one of fork_map's; who fails ends."""
        results = [None] * len(pieces)
        waiting, running = list(range(len(pieces))), {}
        try:
            while waiting or running:
                while waiting and len(running) < workers:
                    one = self._suiting({pieces[i][0] for i in waiting}) or self._start(pieces[waiting[0]][0], prepare, len(running))
                    index = next(i for i in waiting if pieces[i][0] == one.key)
                    waiting.remove(index)
                    running[one] = index
                    one.ticket = one.box.ask(pieces[index][1])
                for one in self._settled(running):
                    results[running.pop(one)] = reply = one.result()
                    if reply["ok"] is True:
                        self.idle.append(one)
                    else:
                        one.end()
        finally:
            for one in running:
                one.end()
            forking.resume()
        return results

    def _suiting(self, keys):
        one = next((one for one in reversed(self.idle) if one.key in keys), None)
        if one is not None:
            self.idle.remove(one)
        return one

    def _settled(self, running):
        while True:
            heard = self.bell.word(ASKED)
            found = [one for one in running if one.has_settled()]
            if found:
                return found
            self.bell.wait(ASKED, heard, LOOK_EVERY)

    def _start(self, key, prepare, at_work):
        while self.idle and len(self.idle) + at_work >= self.most:
            self.idle.pop(0).end()
        one, parent = Resident(key), os.getpid()
        one.pid = forking.fork()
        if one.pid == 0:
            try:
                die_with_parent(parent)
                forking.own_none()
                self._serve(one, prepare, parent)
            finally:
                os._exit(0)
        return one

    def _serve(self, one, prepare, parent):
        work, ticket = None, one.ticket
        while True:
            ticket, payload = one.box.next_request(ticket, lambda: os.getppid() == parent)
            if payload is None:
                return
            try:
                work = work or prepare(one.key)
                reply = {"ok": True, "value": work(payload)}
                json.dumps(reply)
            except BaseException as thrown:
                reply = {"ok": False, "error": describe(thrown)}
            try:
                one.box.put_reply(reply)
            except ValueError as thrown:
                one.box.put_reply({"ok": False, "error": describe(thrown)})
            flush_stdio()
            one.box.finish(ticket)
            # Another value each time: who has just looked must not sleep on it.
            self.bell.set_word(ASKED, os.getpid() << 16 | ticket & 0xFFFF)
