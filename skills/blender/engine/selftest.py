"""Finds out, at boot and by trying, which sandbox works on this machine."""

import json
import os
import shutil
import socket
import tempfile

from . import supervise
from .channel import Channel

LIMITS = {"seconds": 30, "memoryMb": 4096, "logKb": 16, "fileMb": 64, "processes": 128}


def choose(settings, weak):
    """-> (level, sandbox part of the card, facts {devices, renderers, denoiser, threads}). Raises when nothing works."""
    levels = ["weak"] if weak else (["root", "weak"] if os.geteuid() == 0 else ["user", "weak"])
    if not weak and os.geteuid() == 0:
        levels.insert(1, "user")
    notes = ["weak sandbox forced by VIGA_SANDBOX"] if weak else []
    for level in levels:
        settings.level = level
        reply = one_job(settings)
        if reply.get("ok"):
            facts = reply["result"]
            return level, describe(level, facts, notes), facts
        failure = reply.get("error", {})
        notes.append(f"{level} sandbox: {failure.get('message', 'no answer')}")
    raise RuntimeError("no sandbox works here: " + "; ".join(notes))


def describe(level, facts, notes):
    if level == "weak":
        notes = notes + ["no namespaces: jobs are held by limits, a system-call filter and Landlock only"]
    if not facts["landlock"]:
        notes = notes + ["this kernel has no Landlock"]
    return {
        "namespaces": facts["pid"] <= 2,
        "readOnlyRoot": facts["readOnly"],
        "noNetwork": facts["noNetwork"],
        "seccomp": facts["seccomp"],
        "landlock": facts["landlock"],
        "unprivileged": facts["uid"] != 0 and facts["capabilities"] == 0,
        "notes": notes,
    }


def one_job(settings):
    directory = tempfile.mkdtemp(prefix="boot-", dir=settings.own)
    ours, theirs = socket.socketpair()
    try:
        ours.settimeout(LIMITS["seconds"] + 10)
        pid = supervise.spawn(theirs, settings, [])
        theirs.close()
        request = {"op": "call", "job": "boot", "name": "boot", "args": {}, "limits": LIMITS, "dir": directory}
        ours.sendall(json.dumps(request).encode() + b"\n")
        line = ours.makefile("rb").readline()
        os.waitpid(pid, 0)
        return json.loads(line) if line else {}
    except OSError as thrown:
        return {"error": {"message": str(thrown)}}
    finally:
        ours.close()
        shutil.rmtree(directory, ignore_errors=True)


__all__ = ["choose", "one_job", "Channel"]
