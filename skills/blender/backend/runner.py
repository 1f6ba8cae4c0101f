"""What a job does once it is inside its sandbox: the contract's run, call and probe. -> the reply as plain data."""

import _thread
import importlib
import os
import time

import bpy

from ...worker import forking, picture_size
from ..probes import actions
from . import bake, frames, given, motion, object_maps, program, render, scene_checks, scene_file, scene_info, tolerant
from ...worker.errors import JobError, describe, error
from .job import Job

_threads_before = _thread._count()


def run(request, job, keep=None):
    """keep: called once the program has ended well, to hold on to the live scene."""
    began = time.monotonic()
    # What an earlier program left (`start`) is that program's own.
    kept = given.Given() if job.base and not job.start else None
    program.seed(request.get("seed", 0))
    failure = program.execute(request["program"])
    executed = time.monotonic()
    if failure is not None and failure["kind"] == "program":
        failure = with_others(failure, request, job)
    reply = {"ok": failure is None, "renders": [], "scene": False}
    if failure is None:
        if threads_left():
            shed_threads()
        try:
            results(request, job, reply, keep, kept)
        except Exception as thrown:
            failure = describe(thrown)
    if failure is not None:
        reply.update(ok=False, error=failure)
    reply["seconds"] = {"execute": executed - began, "render": time.monotonic() - executed}
    return reply


def with_others(failure, request, job):
    """The error with the others that the program would have met after it, found in a fork of a clean scene."""
    seconds = min(tolerant.SECONDS + 2, job.left() / 3)
    if not job.can_fork or seconds < 1:
        return failure

    def again():
        # What it prints stands in the log already.
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        job.reset()
        program.seed(request.get("seed", 0))
        return tolerant.errors_of(request["program"], 0.7 * seconds)

    try:
        found = forking.within(seconds, again)
    except Exception:
        return failure
    others = [one for one in found.get("value", ()) if one.get("line") != failure.get("line")]
    return {**failure, "more": others[: tolerant.MOST]} if others else failure


def results(request, job, reply, keep, kept=None):
    """Saved .blend, scene.json and pictures, in this order: pictures change the scene's settings."""
    if bpy.context.scene is None:
        raise JobError("the program removed every scene", "program", "NoScene")
    moving = moved(request, job)
    if request.get("save"):
        scene_file.save(job.path(request["save"]))
    info = scene_info.scene_info(job.picture_size(), request["quality"])
    info["checks"] = (checked(kept.checks, job) if kept else []) + checked(lambda: scene_checks.of_scene(request["program"]), job)
    if moving is not None:
        info["checks"] += moving.pop("checks")
        reply["motion"] = moving["text"]
        info["motion"] = moving
    scene_info.write(job.path("scene.json"), info)
    reply["scene"] = True
    if keep:
        keep()
    skipped, left = [], bpy.context.scene.frame_current
    seed = request.get("renderSeed", request.get("seed", 0))
    maps = object_maps.ViewMaps(job, request["quality"], len(request["views"]))
    for view in request["views"]:
        camera, frame = view.get("camera"), frames.number(bpy.context.scene, view.get("frame"))
        if view.get("optional") and camera is not None and camera not in render.cameras(bpy.context.scene):
            skipped.append(camera)
            continue
        if frame is None and bpy.context.scene.frame_current != left:
            frame = left
        aspect = picture_size.shape_of(view.get("aspect"))
        path = job.path(view["name"] + ".png")
        maps.picture(view, lambda: render.picture(camera, path, request["quality"], job.cpus, job.device, frame, aspect=aspect, seed=seed))
        reply["renders"].append({"name": view["name"], "camera": camera, "frame": bpy.context.scene.frame_current})
    if skipped and not reply["renders"]:
        there = ", ".join(map(repr, render.cameras(bpy.context.scene))) or "none"
        raise JobError(
            f"none of the cameras {', '.join(map(repr, skipped))} exists", "program", "NoCamera", f"cameras in the scene: {there}"
        )
    mapped = {view["name"]: view for view in maps.views}
    for shown in reply["renders"]:
        view, path = mapped.get(shown["name"], shown), job.path(shown["name"] + ".png")
        info["checks"] += checked(lambda view=view, path=path: scene_checks.of_picture(view, path), job)
    reply["checks"] = [{"check": one["check"], "text": one["text"]} for one in info["checks"]]
    if maps.views or info["checks"]:
        info = scene_info.with_views(info, maps.views)
        scene_info.write(job.path("scene.json"), info)
    if keep:
        reply["summary"] = scene_info.text(info)
        reply["scene_info"] = actions.answer_known(reply["summary"], request["views"])


def moved(request, job):
    """What moves, where pictures are of frames; rigid bodies are baked before anything is saved or drawn."""
    if all(view.get("frame") is None for view in request["views"]):
        return None
    bake.rigid_bodies()
    return checked(lambda: motion.of_scene(job, job.picture_size()), job) or None


def checked(check, job):
    """A check that fails costs itself only."""
    try:
        return check()
    except Exception as thrown:
        job.log(f"a check of the scene failed: {describe(thrown)['message']}")
        return []


def threads_left():
    return _can_fork and _thread._count() > _threads_before


def shed_threads():
    """Threads the program left would go on changing the scene under our render: a fork leaves them behind."""
    pid = forking.fork()
    if pid:
        _, status = os.waitpid(pid, 0)
        os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))


_can_fork = True


def without_fork():
    global _can_fork
    _can_fork = False


def call(request, job):
    above = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder in ("backend", "probes", "solver"):
        if os.path.isfile(os.path.join(above, folder, f"op_{request['name']}.py")):
            module = importlib.import_module(f"..{folder}.op_{request['name']}", __package__)
            return module.handle(request["args"], job)
    raise JobError(f"this engine has no operation {request['name']!r}", "engine", "UnknownOperation")


def _warn_of_missing(job):
    missing = scene_file.missing_files() if job.base else []
    if missing:
        # observers/progress.ts shows the lines that begin so.
        job.log(f"warning: the base refers to files that are not there: {', '.join(missing)}")


def perform(request, cpus, device, can_fork=True, keep=None, prepare=None):
    """Any request -> its reply; never raises. prepare: opens the base where it is not open yet."""
    began = time.monotonic()
    try:
        job = Job(request, cpus, device, can_fork)
        os.chdir(job.dir)
        if prepare:
            prepare()
        if request["op"] == "run":
            if job.start:
                job.reset()
            _warn_of_missing(job)
            return run(request, job, keep)
        if request["op"] == "call":
            result = call(request, job)
        else:
            result = actions.act(request["action"], request.get("args") or {}, job)
        return {"ok": True, "result": result, "seconds": time.monotonic() - began}
    except BaseException as thrown:
        failure = describe(thrown)
        if isinstance(thrown, SystemExit):
            failure = error("program", "SystemExit", "the operation ended itself")
        reply = {"ok": False, "error": failure, "seconds": time.monotonic() - began}
        if request["op"] == "run":
            reply.update(renders=[], scene=False, seconds={"execute": 0.0, "render": 0.0})
        return reply
