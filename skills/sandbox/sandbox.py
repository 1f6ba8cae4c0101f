"""Puts the calling process, a fresh single-threaded fork, into a job's sandbox.

Levels: "root" (namespaces, made by a privileged engine, which then drops to an unused user), "user" (the same
through a user namespace), "weak" (no namespaces: limits, filter, Landlock, and another user where possible).
The PID namespace (and the user namespace) are entered by the parent before it forks: see `before_fork`.
`separate` makes the others ahead, `enter` and `lock` follow when the job is known.
"""

import os
import signal
import tempfile

from . import landlock, limits, seccomp, watch
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


def end_orphans():
    """Jobs of a killed engine that no namespace ended: users of jobs some of whose processes init has taken over."""
    for uid in orphans() if os.geteuid() == 0 and os.getpid() != 1 else ():
        watch.end_user(uid)


def orphans():
    found = set()
    for name in os.listdir("/proc"):
        try:
            uid = os.stat(f"/proc/{name}").st_uid if name.isdigit() else 0
            if FIRST_UID <= uid < FIRST_UID + UIDS:
                with open(f"/proc/{name}/stat") as file:
                    if file.read().rpartition(")")[2].split()[1] == "1":
                        found.add(uid)
        except (OSError, IndexError):
            continue
    return found


def before_fork(level):
    """In the supervisor: its next fork is process 1 of a new PID namespace."""
    if level == "user":
        uid, gid = os.getuid(), os.getgid()
        prctl(PR_SET_DUMPABLE, 1)  # Else these files of ours belong to root.
        unshare(CLONE_NEWUSER | CLONE_NEWPID)
        for name, text in (("setgroups", "deny"), ("uid_map", f"{NOBODY} {uid} 1"), ("gid_map", f"{NOBODY} {gid} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
        prctl(PR_SET_DUMPABLE, 0)
    elif level == "root":
        unshare(CLONE_NEWPID)


class Place:
    """A job's sandbox as plain data. folders: the job's own first, then others it may write; readonly: files its scene
    refers to; system: what the engine itself needs; uid: user to become when privileged; temporary: the engine's own
    temporary folder, recreated empty; parent: the supervisor's pid where the job can see it, else None; home: HOME and
    TMPDIR where they are not to be /tmp/home and the job's folder."""

    def __init__(self, level, folders, readonly, system, limits, uid, gpu, temporary, parent, home=None):
        self.level = level
        self.folders = folders
        self.readonly = readonly
        self.system = system
        self.limits = limits
        self.uid = uid
        self.gpu = gpu
        self.temporary = temporary
        self.parent = parent
        self.home = home


def separate(level):
    """The other namespaces, before it is known for what; whom this process forks shares them."""
    os.setsid()
    os.chdir("/")
    if level != "weak":
        unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)


def enter(place):
    """After `separate`: the file tree of its namespaces, then user and environment; for good."""
    if place.level != "weak":
        build_root(place.folders, place.readonly, place.system, place.limits["fileMb"], place.gpu, place.temporary)
    follow(place)


def follow(place):
    """What `enter` does for its own process alone, once another one has built the file tree."""
    os.chdir(place.home or place.folders[0])
    if os.geteuid() == 0 and place.level != "user":
        become(place.uid)
    open_to_supervisor(place.level)
    die_with_parent(place.parent)
    drop_capabilities()
    set_environment(place)


def open_to_supervisor(level):
    """Its memory and files can be counted by a supervisor that is no root. Where nothing else keeps the jobs of one user
    from each other, they are closed to all, and counted more roughly."""
    prctl(PR_SET_DUMPABLE, 0 if level == "weak" and landlock.abi() <= 0 else 1)


def lock(place):
    """Limits, then the two filters; for good. Whoever starts the engine anew does this once it runs, the others at once."""
    limits.apply(place.limits, place.gpu)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    writable = place.folders + ["/dev/null"]
    if place.level == "weak":
        readable = place.system + place.readonly
        readable += ["/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/dev/urandom", "/dev/random"]
    else:
        # The tree holds nothing else than what may be read.
        readable = ["/"]
        writable += ["/tmp", "/dev/shm", place.temporary]
    if place.gpu:
        writable += ["/dev"]
        readable += ["/sys", "/proc"]
    landlock.restrict(readable, writable)
    seccomp.install(place.level != "weak", shared_memory=place.gpu)


def become(uid):
    if uid == 0:
        raise PermissionError("a job never runs as root")
    try:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    except OSError:
        # Inside a container with a small range of users.
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def set_environment(place):
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    # Not os.environ.clear() alone: libc's own table too, which other libraries read.
    libc.clearenv()
    os.environ.clear()
    folder = place.home or place.folders[0]
    home = folder if place.home or place.level == "weak" else HOME
    os.environ.update(kept, HOME=home, TMPDIR=folder, USER="nobody", LOGNAME="nobody")
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


__all__ = ["before_fork", "enter", "follow", "job_uid", "lock", "redirect_output", "separate", "state"]
