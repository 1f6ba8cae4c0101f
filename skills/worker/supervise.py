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

from ..sandbox import disk, root, watch
from . import backend, child, outcome
from ..sandbox.box import EXIT_STATUS, Box
from .channel import reply_on
from .errors import describe, error
from .forking import threads
from .kept_scene import KeptScene
from .session import Session
from ..sandbox.log import Log
from ..sandbox.native import close_all_but, die_with_parent, flush_stdio
from ..sandbox.sandbox import Place, job_uid


def assets(request):
    """Files and folders beside the base that the program may read."""
    return list(request.get("assets") or [])


def spawn(channel, settings, readonly, kind=None):
    """Forks a supervisor for the job whose request comes over `channel`. -> its pid"""
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
        supervisor = (kind or Supervisor)(channel, settings, readonly)
        try:
            supervisor.main()
        except BaseException:
            supervisor.hand_back()
            raise
    except BaseException as thrown:
        reply_on(channel, {"ok": False, "error": error("engine", type(thrown).__name__, describe(thrown)["message"])})
    os._exit(0)


def closed_to_jobs(folder, consequence):
    return PermissionError(
        f"without namespaces, root's jobs run as a user of their own, for whom {folder} is closed: {consequence}. "
        f"Open it for passing through (chmod o+x), or put TMPDIR and files elsewhere"
    )


class Supervisor:
    """For a forked job."""

    def __init__(self, channel, settings, readonly):
        self.channel = channel
        self.stream = channel.makefile("rb")
        self.settings = settings
        self.readonly = readonly
        self.uid = job_uid(os.getpid()) if os.geteuid() == 0 else os.getuid()
        self.pid = None
        self.status = None
        self.owner = None
        self.handed = None
        # Further folders that the job can write.
        self.writes = []
        watch.set_subreaper()

    def hand_over(self, folder):
        """The folder becomes the job's user's; `outcome.settle` takes it back."""
        self.owner = os.stat(folder)
        self.handed = folder
        if os.geteuid() == 0 and self.settings.level != "user":
            if self.settings.level == "weak":
                self.open_way(folder)
            if self.settings.level == "weak" and self.settings.closed:
                raise closed_to_jobs(self.settings.closed, f"{backend.in_use.name} and its worker cannot be read there")
            os.chown(folder, self.uid, self.uid)

    def hand_back(self):
        """After a failure of our own: nothing of the job goes on, and its folder is as before."""
        if self.pid is not None:
            self.end()
        if self.handed is not None:
            disk.tidy(self.handed, self.owner, [])

    def open_way(self, folder):
        """Lets other users pass through (not list) the scratch folder and those in it. Without a file tree of its own a
        job's user must be able to walk there; one that cannot gets no job, rather than ours to walk with."""
        top = os.path.realpath(self.settings.scratch)
        way = os.path.dirname(os.path.realpath(folder))
        while way != "/":
            mode = os.stat(way).st_mode
            if not mode & 0o001:
                if way != top and not way.startswith(top + "/"):
                    raise closed_to_jobs(way, f"{folder} cannot be reached")
                os.chmod(way, mode & 0o7777 | 0o001)
            way = os.path.dirname(way)

    def admit(self, files):
        """Lets the job's user read the files its scene refers to, where they stand in the machine's own tree."""
        if os.geteuid() != 0 or self.settings.level == "user":
            return
        top = os.path.realpath(self.settings.scratch) + "/"
        for file in files:
            real = os.path.realpath(file)
            if real.startswith(top) and os.path.isfile(real):
                self.open_way(real)
                os.chmod(real, os.stat(real).st_mode & 0o7777 | 0o004)
            elif self.settings.level == "weak" and os.path.exists(real):
                self.open_way(real)

    def place(self, folders, readonly, limits, home=None):
        settings = self.settings
        return Place(
            settings.level, folders + ([home] if home else []), readonly + settings.readable, settings.system, limits, self.uid,
            settings.device == "GPU", settings.temporary, os.getpid() if settings.level == "weak" else None, home,
        )

    def main(self):
        request = json.loads(self.stream.readline())
        self.box, self.log = Box(), Log(0)
        self.pid = child.start(self.box, self.settings, self.log.write_fd)
        self.log.close_writer()
        if request["op"] == "stand_by":
            line = self.stream.readline()
            if not line:
                self.end()
                return
            if not self.still_there():
                reply_on(self.channel, {"renew": True})
                return
            request = json.loads(line)
        self.serve(request)

    def serve(self, request):
        began = time.monotonic()
        self.log.limit = request["limits"]["logKb"] * 1024
        session = request["op"] == "call" and request.get("session") is not None
        keep = session or request["op"] == "run" and request.get("keep") is not None
        folders = [request["dir"]]
        # Where probes of a kept scene write: their own folders do not exist yet when its sandbox is made.
        probes = tempfile.mkdtemp(prefix="kept-", dir=self.settings.own) if keep else None
        kept = (Session if session else KeptScene)(self, probes, request["dir"])
        if keep:
            self.hand_over(probes)
            folders.append(probes)
            self.writes.append(probes)
        readonly = self.readonly + assets(request)
        if self.settings.level == "weak":
            self.admit(readonly)
        self.hand_over(request["dir"])
        ticket = child.tell(self.box, request, self.place(folders, readonly, request["limits"]), keep, session)
        verdict = self.wait(request, ticket, began)
        said = (self.box.reply() or {}) if keep and verdict is None else {}
        alive = self.still_there() and said.get("ok") is True and kept.freeze()
        ended = None
        if alive:
            # Its files grow in a probe too, and nowhere else are they counted then.
            self.writes.append(kept.first)
            kept.remember(said.get("summary"), said.get("scene_info"))
        elif self.box.done(ticket) and verdict is None:
            # It has said all it has to say. Its memory takes the kernel a while to clear away, and nobody waits for that.
            self.stop()
            # Process 1 says so too when the job ended without a word, and how.
            ended = self.box.word(EXIT_STATUS)
        else:
            ended = self.end()
        reply = outcome.settle(self, request, request["dir"], verdict, ended, began)
        if alive:
            reply["kept"] = {}
        reply_on(self.channel, reply)
        if alive:
            kept.serve()
        else:
            self.end()
        if probes:
            shutil.rmtree(probes, ignore_errors=True)

    def still_there(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = status if pid else None
        return self.status is None

    def stop(self):
        """Nothing of the job runs on after this, though its processes may still be there."""
        watch.purge(self.pid, self.settings.level == "weak", None)
        if any(map(watch.alive, watch.descendants(self.pid))):
            # What starts others faster than they are ended ends with process 1.
            self.end()

    def end(self):
        """Ends everything in the sandbox. -> the wait status of its first process"""
        user = self.uid if os.geteuid() == 0 else None
        killed = watch.kill_all(self.pid if self.status is None else None, self.settings.level, user)
        self.status = killed if self.status is None else self.status
        return self.status

    def wait(self, request, ticket, began):
        """Until the job has ended by itself (None) or has to be stopped (the verdict)."""
        in_memory = [] if self.settings.level == "weak" else root.in_memory(self.settings.temporary, [request["dir"], *self.writes])
        overrun = watch.Overrun(self.pid, request, {request["dir"], *self.writes}, in_memory, began)
        poller = select.poll()
        poller.register(self.log.read_fd, select.POLLIN)
        poller.register(self.channel, select.POLLRDHUP)
        handle = os.pidfd_open(self.pid) if hasattr(os, "pidfd_open") else -1
        if handle >= 0:
            poller.register(handle, select.POLLIN)
        listening = True
        try:
            while True:
                # The end of the log or of the process wakes us; a job that left its log to others shows in memory only.
                woken = poller.poll(min(10, 1 + int(20 * (time.monotonic() - began))))
                if any(fd == self.channel.fileno() for fd, _ in woken):
                    return error("engine", "Cancelled", "whoever asked for the job cancelled it")
                if listening and not self.log.drain():
                    listening = False
                    poller.unregister(self.log.read_fd)
                if self.box.done(ticket) or not self.still_there():
                    return overrun.disk_verdict()
                verdict = overrun.verdict()
                if verdict:
                    return verdict
        finally:
            if handle >= 0:
                os.close(handle)
