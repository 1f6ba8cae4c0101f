"""Memory that a fork holds ready for its job. A page costs a process time when it is first written to, so a fork that waits
has its allocator keep some that are written to already. This needs jemalloc, started with options that make it keep what is
freed, all in one arena; with another allocator nothing here has an effect."""

import contextlib
import ctypes
import mmap
import os

from ..sandbox.native import libc
from . import touched

# What a small program and its picture ask for.
HELD = 64 << 20
# Allocated at once; jemalloc hands out parts of a piece.
PIECE = 2 << 20
MADV_DONTFORK, MADV_DOFORK, MAP_FIXED = 10, 11, 0x10

libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]


def _holds():
    """Whether this process's jemalloc keeps what is freed, all in one arena."""
    return _option("opt.dirty_decay_ms", ctypes.c_ssize_t) == -1 and _option("opt.narenas", ctypes.c_uint) == 1


def _option(name, kind):
    value = kind(0)
    try:
        failed = libc.mallctl(name.encode(), ctypes.byref(value), ctypes.byref(ctypes.c_size_t(ctypes.sizeof(value))), None, ctypes.c_size_t(0))
    except AttributeError:
        return None
    return None if failed else value.value


def hold():
    """In a fork that waits for its job."""
    if not _holds():
        return
    pieces = [libc.malloc(PIECE) for _ in range(HELD // PIECE)]
    touched.copy([(piece, PIECE) for piece in pieces if piece])
    for piece in pieces:
        libc.free(piece)


def give_back():
    """What is freed, to the system: a fork of this process has nothing of it that it would have to copy."""
    if _holds():
        libc.mallctl(b"thread.tcache.flush", None, None, None, ctypes.c_size_t(0))
        libc.mallctl(b"arena.0.purge", None, None, None, ctypes.c_size_t(0))


@contextlib.contextmanager
def apart():
    """A fork inside gets none of what is held and not in use: who forks would have to copy it again before writing to it."""
    dirty = _option("stats.arenas.0.pdirty", ctypes.c_size_t) if _holds() and _count_anew() else None
    # A jemalloc that was built without numbers tells none.
    free = (dirty or 0) * touched.PAGE
    pieces = list(filter(None, (libc.malloc(PIECE) for _ in range(min(free, HELD) // PIECE))))
    whole = [(-(-piece // touched.PAGE) * touched.PAGE, (piece + PIECE) // touched.PAGE * touched.PAGE) for piece in pieces]
    parent = os.getpid()
    for start, end in whole:
        libc.madvise(start, end - start, MADV_DONTFORK)
    try:
        yield
    finally:
        for start, end in whole:
            if os.getpid() == parent:
                libc.madvise(start, end - start, MADV_DOFORK)
            else:
                libc.mmap(start, end - start, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_FIXED, -1, 0)
        for piece in pieces:
            libc.free(piece)


def _count_anew():
    """jemalloc's numbers are those of the last time it was told to count."""
    now = ctypes.c_uint64(1)
    return libc.mallctl(b"epoch", None, None, ctypes.byref(now), ctypes.c_size_t(8)) == 0
