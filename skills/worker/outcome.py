"""Turns how a job ended into the contract's reply. What the job says about itself is checked, never believed."""

import os
import shutil
import signal
import time

from ..sandbox import disk
from . import backend, believed, picture_size
from .errors import error

MEMORY_SIGNS = ("bad_alloc", "alloc returns null", "MemoryError", "Out of memory")
# No honest summary is larger; who reads one reads it whole.
LARGEST_SUMMARY = 16 << 20
ENDED = {signal.SIGSEGV: "crashed", signal.SIGABRT: "gave up"}


def settle(supervisor, request, directory, verdict, ended, began, more=()):
    """verdict: why it was stopped, or None; ended: its wait status; more: names of further files that may stay hidden.
    -> RunState or OpReply"""
    supervisor.log.drain()
    log = supervisor.log.take()
    reply = _said(supervisor) if verdict is None else None
    expected = [view["name"] + ".png" for view in request.get("views", [])] + ["scene.json", *more]
    # A probe's folder stays the sandbox's own; `move_out` takes the plain files from it.
    present = disk.tidy(directory, supervisor.owner, expected) if directory == request["dir"] else []
    if verdict is not None:
        reply = {"ok": False, "error": error(*verdict[:3], hint=verdict[3])}
    elif reply is None or not _well_formed(reply):
        reply = {"ok": False, "error": how_it_ended(ended, log)}
    elif not reply["ok"]:
        reply["error"] = believed.failure(reply["error"])
    total = time.monotonic() - began
    if request["op"] == "run":
        reply = _run_state(reply, request, directory, present, total)
    else:
        reply = {key: reply[key] for key in ("ok", "result", "error") if key in reply}
        reply["seconds"] = total
    reply["log"] = log
    return reply


def _said(supervisor):
    try:
        return supervisor.box.reply()
    except (RecursionError, ValueError):
        return {"ok": False, "error": error("output", "ReplyBroken", "what the job said about itself cannot be read")}


def _well_formed(reply):
    ok = reply.get("ok")
    return ok is True or (ok is False and isinstance(reply.get("error"), dict))


def _run_state(reply, request, directory, present, total):
    seconds = reply["seconds"] if isinstance(reply.get("seconds"), dict) else {}
    taken = reply.get("renders")
    names = {view["name"]: view for view in request["views"]}
    renders = []
    frames = {t["name"]: t.get("frame") for t in (taken if isinstance(taken, list) else []) if isinstance(t, dict) and isinstance(t.get("name"), str)}
    for name, frame in frames.items():
        if name in names and name + ".png" in present and _is_picture(os.path.join(directory, name + ".png"), names[name], request["quality"]["px"]):
            renders.append({"name": name, "camera": names[name].get("camera"), "frame": believed.frame(frame)})
    state = {
        "ok": reply["ok"],
        "renders": renders,
        "scene": reply.get("scene") is True and "scene.json" in present,
        "checks": believed.checks(reply.get("checks")),
        "motion": believed.lines(reply.get("motion")),
        "seconds": {
            "execute": believed.number(seconds.get("execute"), total), "render": believed.number(seconds.get("render"), 0.0), "total": total,
        },
    }
    needed = {view["name"] for view in request["views"] if not view.get("optional")}
    heavy = "scene.json" in present and os.path.getsize(os.path.join(directory, "scene.json")) > LARGEST_SUMMARY
    if heavy:
        os.unlink(os.path.join(directory, "scene.json"))
        state["scene"] = False
    missing = needed - {render["name"] for render in renders}
    if not state["ok"]:
        state["error"] = reply["error"]
    elif heavy:
        state.update(ok=False, error=error("output", "SummaryTooLarge", "the summary of the scene is larger than any scene's"))
    elif missing:
        state.update(ok=False, error=error("output", "NoPicture", f"the picture {sorted(missing)[0]} is missing, broken or not of the size asked for"))
    elif request.get("save") and not believed.begins_with(os.path.join(directory, request["save"]), backend.in_use.scene_starts):
        saved = os.path.join(directory, request["save"])
        if os.path.isfile(saved):
            os.unlink(saved)
        state.update(ok=False, error=error("output", "NoSceneFile", "what was saved as the scene is no file of the kind"))
    return state


def _is_picture(path, view, px):
    """The shape of a picture without a target is the scene's, and so the program's, to say."""
    shape = picture_size.shape_of(view.get("aspect"))
    return believed.png(path, px, shape and picture_size.fit(*shape, px))


def ended_hint(number):
    if number == signal.SIGKILL:
        return "the job was killed, probably for its use of memory"
    return f"{backend.in_use.name} itself {ENDED[number]}: {backend.in_use.crash_hint}" if number in ENDED else None


def how_it_ended(status, log):
    if any(sign in log for sign in MEMORY_SIGNS):
        return error("memory", "OutOfMemory", "the job ran out of memory", hint=backend.in_use.memory_hint)
    if status is not None and os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        name = signal.Signals(number).name
        if number == signal.SIGXFSZ:
            return error("output", name, "a file grew over the limit")
        return error("crash", name, f"the job's process was ended by {name}", hint=ended_hint(number))
    code = os.WEXITSTATUS(status) if status is not None else "unknown"
    if code == 128 + signal.SIGSEGV:
        return error("crash", "SIGSEGV", "the job's process was ended by SIGSEGV", hint=ended_hint(signal.SIGSEGV))
    return error(
        "crash", "ProcessEnded", f"the job's process ended itself (exit code {code}) before it was done",
        hint=backend.in_use.exit_hint,
    )


def empty(folder):
    for entry in list(os.scandir(folder)):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path, ignore_errors=True)
        else:
            os.unlink(entry.path)


def move_out(source, target, owner):
    """A probe's plain files into the folder it was asked to write to."""
    for entry in list(os.scandir(source)):
        if entry.is_file(follow_symlinks=False) and believed.plain_name(entry.name):
            path = os.path.join(target, entry.name)
            shutil.move(entry.path, path)
            disk.own_rights(path, 0o644)
            if os.geteuid() == 0:
                os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
        elif entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path, ignore_errors=True)
