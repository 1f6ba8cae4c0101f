"""System calls Python has no name for, through libc with ctypes; x86_64 and aarch64."""

import ctypes
import fcntl
import os
import platform
import stat
import sys

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
libc.mount.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p]
libc.syscall.restype = ctypes.c_long
libc.prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong]

ARM = platform.machine() == "aarch64"
NR = {
    "pivot_root": 41 if ARM else 155,
    "futex": 98 if ARM else 202,
    "capset": 91 if ARM else 126,
    # From 424 on, numbers are the same everywhere.
    "close_range": 436,
    "mount_setattr": 442,
    "landlock_create_ruleset": 444,
    "landlock_add_rule": 445,
    "landlock_restrict_self": 446,
}

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x4000000, 0x8000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND = 1, 2, 4, 32, 4096
MS_REC, MS_PRIVATE = 16384, 1 << 18
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP = 1, 4, 22, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_SET_THP_DISABLE = 36, 38, 41
SIGKILL = 9


def check(result, what):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(name, *args):
    return check(libc.syscall(ctypes.c_long(NR[name]), *args), name)


def prctl(option, a=0, b=0, c=0, d=0):
    return check(libc.prctl(option, a, b, c, d), f"prctl {option}")


def unshare(flags):
    check(libc.unshare(ctypes.c_int(flags)), "unshare")


def encoded(value):
    return None if value is None else os.fsencode(value)


def mount(source, target, kind=None, flags=0, data=None):
    check(libc.mount(encoded(source), encoded(target), encoded(kind), flags, encoded(data)), f"mount {target}")


def umount_lazily(target):
    check(libc.umount2(encoded(target), 2), f"umount {target}")


class _MountAttr(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "userns")]


def mount_setattr(path, set_flags, recursive):
    """MOUNT_ATTR_RDONLY is 1, NOSUID 2, NODEV 4, as their MS_ namesakes. Linux 5.12."""
    attr = _MountAttr(set_flags, 0, 0, 0)
    at_recursive = 0x8000 if recursive else 0
    syscall("mount_setattr", ctypes.c_int(-100), encoded(path), ctypes.c_uint(at_recursive), ctypes.byref(attr), ctypes.c_size_t(32))


def die_with_parent(parent):
    """SIGKILL when the parent thread ends. Cleared by a change of user, so call it after that; checks the race too."""
    prctl(PR_SET_PDEATHSIG, SIGKILL)
    if parent is not None and os.getppid() != parent:
        os._exit(113)


def drop_capabilities():
    """All of them, of whatever user this is."""
    for capability in range(64):
        if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            break
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    syscall("capset", header, (ctypes.c_uint32 * 6)())


def end_at_once_on_exit():
    """In a fork, C's exit() would run the libraries' destructors, which wait for threads that are not there: a handler
    that raises SystemExit is enough. `_exit` itself becomes the first of the functions that exit() calls."""
    if hasattr(libc, "on_exit"):
        libc.on_exit(ctypes.cast(libc._exit, ctypes.c_void_p), None)


def print_by_line():
    """So that what was printed before a crash has been printed."""
    import sys

    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)
    libc.setvbuf(ctypes.c_void_p.in_dll(libc, "stdout"), None, 1, ctypes.c_size_t(0))


def flush_stdio():
    """C's and Python's buffers; before a fork, or both sides print them."""
    import sys

    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            pass
    libc.fflush(None)


_own_descriptors = {}
_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def remember_descriptors(but):
    """Called once at start. Remembers which descriptors are the engine's own, so that they are never closed; by what they
    refer to, because a number is used again. Pipes, sockets, terminals and files that our starter had open are not."""
    for name in os.listdir("/proc/self/fd"):
        fd = int(name)
        try:
            if fd not in but and _is_engines(fd):
                _own_descriptors[fd] = os.readlink(f"/proc/self/fd/{fd}")
        except OSError:
            pass


def _is_engines(fd):
    kind = stat.S_IFMT(os.fstat(fd).st_mode)
    path = os.readlink(f"/proc/self/fd/{fd}")
    if kind == stat.S_IFCHR:
        return not path.startswith(("/dev/pts", "/dev/tty", "/dev/console"))
    if kind == stat.S_IFREG:
        own = path.startswith(("/usr/", sys.prefix + "/", os.path.dirname(os.path.realpath("/proc/self/exe")) + "/", _HERE + "/"))
        return own and fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY
    # Neither file, folder, pipe nor socket: an event counter or a poll set, as libraries make them.
    return kind == 0


def close_all_but(kept):
    """In a fork: requests, replies and other jobs' channels, which are none of its business."""
    for name in os.listdir("/proc/self/fd"):
        fd = int(name)
        try:
            if fd > 2 and fd not in kept and os.readlink(f"/proc/self/fd/{fd}") != _own_descriptors.get(fd):
                os.close(fd)
        except OSError:
            pass
