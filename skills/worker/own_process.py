"""Supervisors for the isolations that do not fork the engine: each job, or each row of jobs, has a process of its own,
started inside the sandbox. Slower, but it works where a fork of this build does not."""

import hashlib
import json
import os
import select
import shutil
import tempfile
import time

from ..sandbox import watch
from . import backend, child, outcome
from ..sandbox.box import SPOILT, Box
from .channel import reply_on
from ..sandbox.log import Log
from ..sandbox.native import flush_stdio
from .supervise import Supervisor, assets

LINKED_SECONDS = 20
JOBS_PER_PROCESS = 100


class Cold(Supervisor):
    """One process per job."""

    once = True

    def main(self):
        request = json.loads(self.stream.readline())
        self.home = tempfile.mkdtemp(prefix="home-", dir=self.settings.own)
        try:
            seen = self.files(request)
            self.admit(seen)
            self.hand_over(self.home)
            self.hand_over(request["dir"])
            self.begin(request, self.writable(request), seen)
            reply_on(self.channel, self.job(request))
            self.go_on(request)
        finally:
            self.end()
            shutil.rmtree(self.home, ignore_errors=True)

    def writable(self, request):
        return [request["dir"]]

    def go_on(self, request):
        """Does nothing: a cold job has a process of its own, so there is no next job here."""

    def begin(self, request, folders, seen):
        memfd = Box.memfd()
        self.box = Box(memfd)
        self.log = Log(request["limits"]["logKb"])
        self.folders = folders
        self.seen = seen
        self.assets = assets(request)
        self.limits = request["limits"]
        place = self.place(folders, self.seen, request["limits"], self.home)
        self.pid = child.start_anew(self.box, memfd, self.settings, place, self.log.write_fd, self.once)
        self.log.close_writer()
        os.close(memfd)

    def files(self, request):
        if not request.get("base"):
            return assets(request)
        return (request.get("files") or [request["base"]] + linked(request["base"], self.settings)) + assets(request)

    def job(self, request):
        began = time.monotonic()
        ticket = self.box.ask(request)
        verdict = self.wait(request, ticket, began)
        # In a process that goes on, a process the program left behind spoils it for the next job.
        left_behind = not self.once and verdict is None and watch.purge(self.pid, self.settings.level == "weak", None)
        if verdict is not None or self.once or left_behind:
            self.end()
        keep = request["op"] == "run" and request.get("keep") is not None
        reply = outcome.settle(self, request, request["dir"], verdict, self.status, began, [backend.in_use.kept_file])
        if keep:
            self.take_scene(request, reply)
        return reply

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
    """One process for many jobs; ends with the first that has to be stopped, dies, or leaves it spoilt."""

    once = False
    shares_tree = True

    def writable(self, request):
        """Job folders lie side by side: each belongs to the job's user only while it is its turn. The worker's own files
        must not lie among them: a plain user's jobs are that user too."""
        beside = os.path.dirname(request["dir"])
        real, own, scratch = (os.path.realpath(path) + "/" for path in (beside, self.settings.own, self.settings.scratch))
        return [beside] if real.startswith(scratch) and not own.startswith(real) else [request["dir"]]

    def go_on(self, request):
        for _ in range(JOBS_PER_PROCESS):
            while True:
                ready, _, _ = select.select([self.channel], [], [], 0.2)
                if self.box.word(SPOILT) or not self.still_there():
                    return
                if ready:
                    break
            line = self.stream.readline()
            if not line:
                return
            request = json.loads(line)
            if not self.suits(request):
                reply_on(self.channel, {"renew": True})
                return
            self.hand_over(request["dir"])
            self.log.take()
            reply_on(self.channel, self.job(request))

    def suits(self, request):
        folder_known = any((request["dir"] + "/").startswith(folder + "/") for folder in self.folders)
        # Another run's assets are none of this one's business.
        same = request["limits"] == self.limits and assets(request) == self.assets
        return folder_known and same and set(self.files(request)) <= set(self.seen)


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
