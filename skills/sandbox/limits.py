"""Resource limits of a job, set in the job's own process."""

import os
import resource
import signal

MIB = 1 << 20
OPEN_FILES = 512
QUEUED_SIGNALS = 1024


def address_space():
    """Bytes this process has mapped now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def tasks_of_user():
    """Processes and threads of this user that can be seen here: without namespaces, all of them."""
    count, user = 0, os.getuid()
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and os.stat(f"/proc/{name}/task").st_uid == user:
                count += len(os.listdir(f"/proc/{name}/task"))
        except OSError:
            continue
    return count


def apply(limits, gpu):
    """memoryMb counts on top of what the engine itself has mapped. A GPU context maps hundreds of GiB without using them,
    so on a GPU only written-to memory counts."""
    room = limits["memoryMb"] * MIB
    if not gpu:
        _set(resource.RLIMIT_AS, address_space() + room)
    _set(resource.RLIMIT_DATA, address_space() + room)
    _set(resource.RLIMIT_FSIZE, limits["fileMb"] * MIB)
    # A write beyond it fails (EFBIG) and the program is told so. Not every Python ignores the signal itself.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    # The kernel counts all that the user runs, not the job's alone.
    _set(resource.RLIMIT_NPROC, tasks_of_user() + limits["processes"])
    # Not 0: a crash would still be handed to a crash handler of the machine's, which keeps the memory on its disk.
    _set(resource.RLIMIT_CORE, 1)
    _set(resource.RLIMIT_NOFILE, OPEN_FILES)
    if not gpu:
        _set(resource.RLIMIT_MEMLOCK, 64 * 1024)
    _set(resource.RLIMIT_MSGQUEUE, 0)
    # Counted for all that the user runs: a job could leave the others none.
    _set(resource.RLIMIT_SIGPENDING, QUEUED_SIGNALS)


def _set(kind, value):
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))
