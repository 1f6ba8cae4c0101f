"""The trusted process outside a job's sandbox: starts it, watches it, and is the only one that answers for it.

It never runs a line of the program, so whatever the program does to its own process, this one settles the job.
Requests and replies travel over `channel`, a socket to the engine's parent, which the sandbox does not have.
"""

import json
import os
import select
import shutil
import tempfile
import time

from . import child, outcome, watch
from .box import EXIT_STATUS, Box
from .errors import describe, error
from .log import Log
from .native import close_all_but, die_with_parent
from .sandbox import job_uid


def spawn(channel, settings, readonly):
    """Forks a supervisor for the job whose request comes over `channel`. -> its pid"""
    from .forking import threads
    from .native import flush_stdio

    flush_stdio()
    threads.stop()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()
        die_with_parent(parent)
        close_all_but({channel.fileno()})
        Supervisor(channel, settings, readonly).main()
    except BaseException as thrown:
        send(channel, {"ok": False, "error": error("engine", type(thrown).__name__, describe(thrown)["message"])})
    os._exit(0)


def send(channel, reply):
    try:
        channel.sendall(json.dumps(reply).encode() + b"\n")
    except OSError:
        pass


class Supervisor:
    def __init__(self, channel, settings, readonly):
        self.channel = channel
        self.stream = channel.makefile("rb")
        self.settings = settings
        self.readonly = readonly
        self.request = json.loads(self.stream.readline())
        self.keep = self.request["op"] == "run" and self.request.get("keep") is not None
        self.privileged = os.geteuid() == 0
        self.uid = job_uid(os.getpid()) if self.privileged else os.getuid()
        self.status = None
        # Where probes of a kept scene write: their own folders did not exist when its sandbox was made.
        self.probes = tempfile.mkdtemp(prefix="kept-", dir=settings.own) if self.keep else None

    def main(self):
        request = self.request
        began = time.monotonic()
        watch.set_subreaper()
        self.box = Box()
        self.log = Log(request["limits"]["logKb"])
        self.owner = os.stat(request["dir"])
        folders = [request["dir"]] + ([self.probes] if self.keep else [])
        if self.privileged and self.settings.level != "user":
            for folder in folders:
                os.chown(folder, self.uid, self.uid)
        ticket = self.box.ask(request)
        self.pid = child.start(
            self.box, request, self.settings, self.readonly, folders, self.uid, self.log.write_fd, self.keep, os.getpid()
        )
        self.log.close_writer()
        verdict = self.wait(request, ticket, began)
        ended = self.box.word(EXIT_STATUS) if self.keep and self.box.done(ticket) else self.status
        alive = self.keep and verdict is None and self.still_there() and (self.box.reply() or {}).get("ok") is True
        if not alive:
            status = self.end()
            ended = status if ended is None else ended
        reply = outcome.settle(self, request, request["dir"], verdict, ended, began)
        if alive:
            reply["kept"] = True
        send(self.channel, reply)
        if alive:
            self.serve()
        if self.probes:
            shutil.rmtree(self.probes, ignore_errors=True)

    def still_there(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = status if pid else None
        return self.status is None

    def end(self):
        """Ends everything in the sandbox. -> the wait status of its first process"""
        killed = watch.kill_all(self.pid if self.status is None else None, self.settings.level)
        self.status = killed if self.status is None else self.status
        return self.status

    def wait(self, request, ticket, began):
        """Until the job has ended by itself (None) or has to be stopped (the verdict)."""
        overrun = watch.Overrun(self.pid, request, request["dir"], began)
        poller = select.poll()
        poller.register(self.log.read_fd, select.POLLIN)
        handle = os.pidfd_open(self.pid) if hasattr(os, "pidfd_open") else -1
        if handle >= 0:
            poller.register(handle, select.POLLIN)
        listening = True
        # A kept scene's job is not our child: its end shows in shared memory.
        pause = 2 if self.keep or handle < 0 else 50
        try:
            while True:
                poller.poll(pause)
                if listening and not self.log.drain():
                    listening = False
                    poller.unregister(self.log.read_fd)
                if self.keep and self.box.done(ticket) or not self.still_there():
                    return None
                verdict = overrun.verdict()
                if verdict:
                    return verdict
        finally:
            if handle >= 0:
                os.close(handle)

    def serve(self):
        """Probes on the kept scene until the parent closes the channel."""
        while True:
            line = self.stream.readline()
            if not line or not self.still_there():
                break
            try:
                send(self.channel, self.probe(json.loads(line)))
            except (OSError, ValueError) as thrown:
                send(self.channel, {"ok": False, "error": error("engine", type(thrown).__name__, thrown), "seconds": 0})
            if not self.still_there():
                break
        self.end()

    def probe(self, request):
        began = time.monotonic()
        self.owner = os.stat(request["dir"])
        self.log.take()
        inside = dict(request, dir=self.probes)
        ticket = self.box.ask(inside)
        verdict = self.wait(inside, ticket, began)
        ended = self.box.word(EXIT_STATUS)
        if verdict is not None:
            # Only the probe's fork has to go; the scene it came from is unharmed.
            for keeper in watch.children(self.pid):
                watch.kill_tree(keeper, spare_root=True)
            limit = time.monotonic() + 5
            while not self.box.done(ticket) and time.monotonic() < limit:
                time.sleep(0.002)
            if not self.box.done(ticket):
                self.end()
        reply = outcome.settle(self, request, self.probes, verdict, ended, began)
        outcome.move_out(self.probes, request["dir"], self.owner)
        return reply
