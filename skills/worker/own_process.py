"""Supervisors for the isolations that do not fork the engine: each job has a process of its own, started inside the
sandbox. Slower, but it works where a fork of this build does not. No program reaches the next job: that one's process
never ran another's."""

import hashlib
import json
import os
import shutil
import tempfile
import time

from ..sandbox import disk, watch
from . import backend, child, outcome
from ..sandbox.box import Box
from .channel import reply_on
from ..sandbox.log import Log
from ..sandbox.native import flush_stdio
from .supervise import Supervisor, assets

LINKED_SECONDS = 20
# Limits that hold from a process's start on; the others are its supervisor's to keep.
LASTING = ("memoryMb", "fileMb", "processes")


class Cold(Supervisor):
    """The process is started for the job."""

    def main(self):
        request = json.loads(self.stream.readline())
        self.home = tempfile.mkdtemp(prefix="home-", dir=self.settings.own)
        # Not the engine's own home: what a program puts there counts as what it writes.
        self.writes.append(self.home)
        try:
            self.serve(request)
        finally:
            self.end()
            shutil.rmtree(self.home, ignore_errors=True)

    def serve(self, request):
        self.begin(request, request["dir"])
        reply_on(self.channel, self.job(request))

    def begin(self, request, folder):
        self.seen = self.files(request)
        self.admit(self.seen)
        self.hand_over(self.home)
        self.hand_over(folder)
        memfd = Box.memfd()
        self.box = Box(memfd)
        self.log = Log(request["limits"]["logKb"])
        place = self.place([folder], self.seen, request["limits"], self.home)
        self.pid = child.start_anew(self.box, memfd, self.settings, place, self.log.write_fd)
        self.log.close_writer()
        os.close(memfd)

    def files(self, request):
        if not request.get("base"):
            return assets(request)
        return (request.get("files") or [request["base"]] + linked(request["base"], self.settings)) + assets(request)

    def job(self, request):
        began = time.monotonic()
        verdict = self.perform(request, began)
        keep = request["op"] == "run" and request.get("keep") is not None
        reply = outcome.settle(self, request, request["dir"], verdict, self.status, began, [backend.in_use.kept_file])
        if keep:
            self.take_scene(request, reply)
        return reply

    def perform(self, request, began):
        """-> why it was stopped, or None"""
        ticket = self.box.ask(request)
        verdict = self.wait(request, ticket, began)
        self.end()
        return verdict

    def take_scene(self, request, reply):
        """The saved live scene, out of the job's reach."""
        path = os.path.join(request["dir"], backend.in_use.kept_file)
        if not os.path.isfile(path) or os.path.islink(path):
            return
        if not reply["ok"]:
            os.unlink(path)
            return
        handle, target = tempfile.mkstemp(prefix="kept-", suffix=os.path.splitext(backend.in_use.kept_file)[1], dir=self.settings.own)
        os.close(handle)
        shutil.move(path, target)
        os.chmod(target, 0o644)
        reply["kept"] = {"path": target, "files": [target] + self.seen}


class Reset(Cold):
    """The process is started before the job is there, to suit one on the same files as the job before it (`stand_by`). The
    job's folder is not known then: it works in one of ours, which the files of the other are moved into and out of."""

    def serve(self, request):
        self.work = tempfile.mkdtemp(prefix="work-", dir=self.settings.own)
        try:
            try:
                self.begin(request, self.work)
            except Exception:
                if request["op"] == "stand_by":
                    return  # The job that finds nobody here is told what is wrong by the next supervisor.
                raise
            if request["op"] == "stand_by":
                request = self.next_like(request)
            if request is not None:
                reply_on(self.channel, self.job(request))
        finally:
            self.end()
            shutil.rmtree(self.work, ignore_errors=True)

    def next_like(self, expected):
        """Waits. -> the request, or None when there is none, or its process is not this one"""
        stamps = [stamp(path) for path in self.seen]
        line = self.stream.readline()
        if not line:
            return None
        request = json.loads(line)
        same = all(request["limits"][name] == expected["limits"][name] for name in LASTING)
        # No file more: another run's base is none of this one's business. One that was replaced is not the one in here.
        same = same and set(self.files(request)) == set(self.seen)
        if not same or not self.still_there() or stamps != [stamp(path) for path in self.seen]:
            reply_on(self.channel, {"renew": True})
            return None
        self.log.take()
        self.log.limit = request["limits"]["logKb"] * 1024
        return request

    def perform(self, request, began):
        move_all(request["dir"], self.work)
        try:
            return super().perform(dict(request, dir=self.work), began)
        finally:
            disk.tidy(self.work, self.owner, [])
            self.handed, self.owner = None, os.stat(request["dir"])
            move_all(self.work, request["dir"])


def stamp(path):
    try:
        info = os.stat(path)
        return info.st_ino, info.st_mtime_ns, info.st_size
    except OSError:
        return None


def move_all(source, target):
    for name in os.listdir(source):
        shutil.move(os.path.join(source, name), os.path.join(target, name))


def linked(base, settings):
    """Files a base refers to, read by a short-lived fork and remembered as long as the base stays as it is."""
    try:
        info = os.stat(base)
    except OSError:
        return []
    key = hashlib.sha256(f"{base}:{info.st_mtime_ns}:{info.st_size}".encode()).hexdigest()[:16]
    path = os.path.join(settings.own, f"linked-{key}.json")
    if not os.path.exists(path):
        _write_linked(base, path)
    try:
        with open(path) as file:
            return json.load(file)
    except (OSError, ValueError):
        return []


def _write_linked(base, path):
    flush_stdio()
    pid = os.fork()
    if pid == 0:
        try:
            backend.in_use.open_file(base)
            temporary = f"{path}.{os.getpid()}"
            with open(temporary, "w") as file:
                json.dump(backend.in_use.linked_files(), file)
            os.replace(temporary, path)
        finally:
            os._exit(0)
    end = time.monotonic() + LINKED_SECONDS
    while time.monotonic() < end:
        if os.waitpid(pid, os.WNOHANG)[0]:
            return
        time.sleep(0.005)
    watch.kill_tree(pid, spare_root=False)
    os.waitpid(pid, 0)
