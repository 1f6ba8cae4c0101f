"""What an operation module (`op_<name>.py`) is lent: the job it runs in.

    def handle(args: dict, job: Job) -> dict      # JSON in, JSON out (at most 6 MiB); runs in the sandboxed child

When `handle` is called the request's base .blend (or the empty factory scene) is open, nothing has been executed.
An exception raised by `handle` becomes the reply's error; raise `JobError` to say kind, type, message and hint.

    job.dir                   absolute path of the job folder: the only place that can be written
    job.cpus                  processors this engine may use
    job.base                  absolute path of the open .blend, or None
    job.assets                absolute paths of the folders and files that the program may load from
    job.session               whether further calls come to this same process: what a module keeps is there for them
    job.left()                seconds until the deadline (the supervisor kills the job there; stop a little earlier)
    job.log(text)             one line into the job's log
    job.execute(program)      runs program text as the engine's `run` does (own namespace, structured error);
                              -> None, or {kind, type, message, line?, source?, hint?}
    job.render(camera, path, quality)
                              one PNG. camera: name or None (active, else first); path: absolute, or a name in job.dir;
                              quality: {"px": int, "samples": int, "renderer": "CYCLES"|"WORKBENCH"|"EEVEE" (optional)}
                              -> None, or an error dict as above. Optional keywords: frame=int; aspect=(width, height),
                              else job.aspect
    job.pixels(camera, quality)
                              the same picture as numbers -> (width, height, bytes): 8-bit sRGB RGB, row 0 on top.
                              A camera that does not exist raises JobError. Optional keywords as above
    job.aspect                (width, height) of the first view of the run whose scene this is: its pictures' shape;
                              None: the scene's own
    job.picture_size()        (width, height) of that view's pictures in pixels; None where none is taken
    job.pictures()            how that run takes its pictures: {px, samples, renderer, views}; without any, one view of the
                              active camera as a probe draws it
    job.cameras()             names of the scene's cameras, sorted
    job.reset()               reopens what the program began on (the base, the empty factory scene, or the scene of an
                              earlier program) in this process
    job.fork_map(items, work, workers=job.cpus)
                              calls work(item) for every item, each in its own fork of the scene as it is now (so no item
                              sees another's changes), at most `workers` at once; results in the order of items, each
                              {"ok": True, "value": JSON} or {"ok": False, "error": {...}}. Hand out chunks of
                              candidates as items when a change can be made in place: a fork costs 5-10 ms.
                              Where forking is unsafe the items run one after the other on a scene restored in between.

EEVEE and WORKBENCH make a graphics context that no fork survives: use them either in fork_map's children or before
nothing more is forked.

Never call os.fork, os._exit or bpy.app.handlers here: fork_map, a normal return and the job do it safely.
"""

import json
import os
import time

import bpy

from ...worker import forking, picture_size
from . import program, render, scene_file
from ...worker.errors import JobError, describe


class Job:
    def __init__(self, request, cpus, device="CPU", can_fork=True):
        self.dir = request["dir"]
        self.base = request.get("base")
        # What an earlier program made is opened in here only: a program may have put anything into the file.
        self.start = os.path.join(self.dir, request["start"]) if request.get("start") else None
        self.assets = request.get("assets") or []
        self.cpus = cpus
        self.device = device
        self.can_fork = can_fork
        self.session = request.get("session") is not None and can_fork
        # What a run wrote about the scene that it kept, as JSON: a probe need not look again.
        self.summary = request.get("summary")
        self._picture = request.get("picture") or picture_size.pictures_of(request)
        self.aspect = picture_size.shape_of(self._picture["aspect"]) if self._picture else None
        self._deadline = time.monotonic() + request["limits"]["seconds"]

    def left(self):
        return self._deadline - time.monotonic()

    def log(self, text):
        print(str(text), flush=True)

    def execute(self, text):
        return program.execute(text)

    def cameras(self):
        return render.cameras(bpy.context.scene)

    def path(self, name):
        return name if os.path.isabs(name) else os.path.join(self.dir, name)

    def picture_size(self):
        if self._picture is None:
            return None
        return render.size_for(bpy.context.scene, self._picture["px"], self.aspect)

    def pictures(self):
        if self._picture is not None:
            return self._picture
        return {"px": 256, "samples": None, "renderer": None, "views": [{"name": "camera", "camera": None}]}

    def render(self, camera, path, quality, frame=None, aspect=None):
        try:
            render.picture(camera, self.path(path), quality, self.cpus, self.device, frame, aspect=aspect or self.aspect)
        except Exception as thrown:
            return describe(thrown)
        return None

    def pixels(self, camera, quality, frame=None, aspect=None):
        path = self.path(f".pixels-{os.getpid()}.bmp")
        try:
            return render.pixels(camera, path, quality, self.cpus, self.device, frame, aspect or self.aspect)
        finally:
            if os.path.exists(path):
                os.unlink(path)

    def reset(self):
        scene_file.open_base(self.start or self.base)

    def fork_map(self, items, work, workers=None):
        workers = max(1, min(workers or self.cpus, 64))
        if self.can_fork:
            return forking.fork_map(items, work, workers)
        return self._one_by_one(items, work)

    def _one_by_one(self, items, work):
        kept = self.path(f".scene-{os.getpid()}.blend")
        scene_file.save(kept)
        results = []
        try:
            for item in items:
                try:
                    value = work(item)
                    json.dumps(value)
                    results.append({"ok": True, "value": value})
                except Exception as thrown:
                    results.append({"ok": False, "error": describe(thrown)})
                scene_file.open_file(kept)
        finally:
            os.unlink(kept)
        return results


__all__ = ["Job", "JobError"]
