"""Finds out, at boot and by trying, which isolation and which sandbox work with this engine on this machine."""

import json
import os
import shutil
import socket
import tempfile

from . import supervise
from .forking import threads
from .own_process import Cold, Reset

LIMITS = {"seconds": 30, "memoryMb": 4096, "logKb": 16, "fileMb": 64, "processes": 256}
KINDS = {"fork": None, "reset": Reset, "cold": Cold}


def choose(settings, isolation, weak):
    """Sets settings.isolation and .level to the best that works. -> {facts, isolationNotes, sandbox}; raises
    RuntimeError when nothing does. isolation: "auto", or the one to take."""
    notes = []
    for candidate in KINDS if isolation == "auto" else [isolation]:
        settings.isolation = candidate
        sandbox_notes = ["weak sandbox forced by VIGA_SANDBOX"] if weak else []
        for level in levels(weak):
            settings.level = level
            reply = one_job(settings)
            if not reply.get("ok"):
                sandbox_notes.append(f"{level} sandbox: {reply.get('error', {}).get('message', 'no answer')}")
                continue
            facts = reply["result"]
            if level != "weak" and not (facts["noNetwork"] and facts["readOnly"] and facts["pid"] <= 2):
                sandbox_notes.append(f"{level} sandbox: a job got out of it")
                continue
            why_not = unfit(candidate, settings, facts)
            if why_not and isolation == "auto":
                sandbox_notes.append(why_not)
                break
            return {"facts": facts, "isolationNotes": notes, "sandbox": describe(level, facts, sandbox_notes)}
        notes.append(f"{candidate}: {'; '.join(sandbox_notes)}")
    raise RuntimeError("no isolation works here: " + " | ".join(notes))


def levels(weak):
    if weak:
        return ["weak"]
    return ["root", "user", "weak"] if os.geteuid() == 0 else ["user", "weak"]


def unfit(isolation, settings, facts):
    """Why a working fork is not good enough: its renders would run on one thread."""
    if isolation == "fork" and settings.cpus > 1 and settings.device == "CPU" and facts["threads"] < 2:
        return "a fork of the engine renders on one thread only" + "".join("; " + note for note in threads.notes)
    return None


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
        pid = supervise.spawn(theirs, settings, [], KINDS[settings.isolation])
        theirs.close()
        request = {"op": "call", "job": "boot", "name": "boot", "args": {}, "limits": LIMITS, "dir": directory}
        ours.sendall(json.dumps(request).encode() + b"\n")
        line = ours.makefile("rb").readline()
        ours.shutdown(socket.SHUT_RDWR)
        os.waitpid(pid, 0)
        return json.loads(line) if line else {}
    except OSError as thrown:
        return {"error": {"message": str(thrown)}}
    finally:
        ours.close()
        shutil.rmtree(directory, ignore_errors=True)
