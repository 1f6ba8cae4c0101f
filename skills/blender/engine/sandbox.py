"""Puts the calling process, a fresh single-threaded fork, into a job's sandbox.

Levels: "root" (namespaces, made by a privileged engine, which then drops to an unused user), "user" (the same
through a user namespace), "weak" (no namespaces: limits, filter, Landlock, and another user where possible).
The PID namespace (and the user namespace) are entered by the parent before it forks: see `before_fork`.
"""

import os
import signal
import tempfile

from . import landlock, limits, seccomp
from .native import (
    CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS, PR_SET_DUMPABLE,
    PR_SET_NO_NEW_PRIVS, die_with_parent, drop_capabilities, libc, prctl, unshare,
)
from .root import HOME, build_root

NOBODY = 65534
# Each job its own user, so that one job's processes never count against another's limit.
FIRST_UID, UIDS = 1_900_000_000, 65536
KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "CUDA_VISIBLE_DEVICES", "CUDA_CACHE_PATH", "LIBGL_ALWAYS_SOFTWARE")


def job_uid(seed):
    return FIRST_UID + seed % UIDS


def before_fork(level):
    """In the supervisor: its next fork is process 1 of a new PID namespace."""
    if level == "user":
        uid, gid = os.getuid(), os.getgid()
        unshare(CLONE_NEWUSER | CLONE_NEWPID)
        for name, text in (("setgroups", "deny"), ("uid_map", f"{NOBODY} {uid} 1"), ("gid_map", f"{NOBODY} {gid} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    elif level == "root":
        unshare(CLONE_NEWPID)


def enter(level, folders, readonly, system, job_limits, uid, gpu, temporary, supervisor):
    """After this only `folders` (the first is the job's own) and the private /tmp can be written; for good.

    readonly: files the scene refers to; system: what Blender itself needs; uid: user to become when privileged;
    temporary: Blender's own temporary folder, recreated empty; supervisor: pid seen by the race check, or None."""
    os.setsid()
    if level != "weak":
        unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)
        build_root(folders, readonly, system, job_limits["fileMb"], gpu, temporary)
    directory = folders[0]
    os.chdir(directory)
    limits.apply(job_limits, gpu)
    if os.geteuid() == 0 and level != "user":
        become(uid)
    prctl(PR_SET_DUMPABLE, 1 if level != "weak" else 0)
    die_with_parent(supervisor)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if level != "weak":
        drop_capabilities_quietly()
    set_environment(directory, level)
    writable = folders + ["/dev/null", "/dev/zero"]
    readable = system + readonly + ["/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/dev/urandom", "/dev/random"]
    if level != "weak":
        writable += ["/tmp", "/dev/shm", temporary]
        readable += ["/proc", "/dev"]
    if gpu:
        writable += ["/dev"]
        readable += ["/sys", "/proc"]
    landlock.restrict(readable, writable)
    seccomp.install(level != "weak")


def become(uid):
    try:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    except OSError:
        # Inside a container with a small range of users.
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def drop_capabilities_quietly():
    try:
        drop_capabilities()
    except OSError:
        pass


def set_environment(directory, level):
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    # Not os.environ.clear() alone: libc's own table too, which other libraries read.
    libc.clearenv()
    os.environ.clear()
    home = HOME if level != "weak" else directory
    os.environ.update(kept, HOME=home, TMPDIR=directory, USER="nobody", LOGNAME="nobody")
    tempfile.tempdir = None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)


def redirect_output(log_fd):
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(log_fd, 1)
    os.dup2(log_fd, 2)
    for fd in (null, log_fd):
        if fd > 2:
            os.close(fd)


def state():
    """What holds in this process, read from the kernel rather than from what was asked for."""
    found = {}
    with open("/proc/self/status") as file:
        for line in file:
            key, _, value = line.partition(":")
            found[key] = value.strip()
    return {
        "seccomp": found.get("Seccomp") == "2",
        "noNewPrivs": found.get("NoNewPrivs") == "1",
        "capabilities": int(found.get("CapEff", "0"), 16),
        "uid": os.getuid(),
        "namespacePid": os.getpid(),
    }


__all__ = ["before_fork", "enter", "job_uid", "redirect_output", "state"]
