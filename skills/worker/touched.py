"""The pages of memory that every job writes to. A fork shares its parent's until it writes, and each first write to one costs
a job time: a fork that waits for its job makes its own copies of them meanwhile. Nothing that is in them changes."""

import ctypes
import struct

from ..sandbox.native import libc
from . import forking

PAGE = 4096
MADV_POPULATE_WRITE = 23  # Linux 5.14; elsewhere nothing is copied ahead.
PRESENT, ALONE = 1 << 63, 1 << 56
# Pages between two that are written to that are copied with them.
BETWEEN = 3
SECONDS = 60

libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]


def learned(exercise):
    """Runs exercise() in a fork. -> [(address, bytes)] of what it wrote to; [] where that cannot be told"""

    def work():
        before = _private()
        exercise()
        return _alone(before)

    return [tuple(one) for one in forking.within(SECONDS, work).get("value", ())]


def copy(ranges):
    """Makes this process's own copies of them."""
    for start, size in ranges:
        first = start // PAGE * PAGE
        libc.madvise(first, start + size - first, MADV_POPULATE_WRITE)


def _private():
    """[(start, end)] of memory that this process may write to and shares with no other."""
    with open("/proc/self/maps") as maps:
        lines = [line.split(maxsplit=2) for line in maps]
    return [tuple(int(end, 16) for end in where.split("-")) for where, rights, _ in lines if rights == "rw-p"]


def _alone(places):
    found = []
    with open("/proc/self/pagemap", "rb") as pages:
        for start, end in places:
            pages.seek(start // PAGE * 8)
            entries = pages.read((end - start) // PAGE * 8)
            for index, (entry,) in enumerate(struct.iter_unpack("<Q", entries)):
                if entry & PRESENT and entry & ALONE:
                    _add(found, start + index * PAGE)
    return found


def _add(found, page):
    if found and page - found[-1][0] - found[-1][1] <= BETWEEN * PAGE:
        found[-1] = (found[-1][0], page + PAGE - found[-1][0])
    else:
        found.append((page, PAGE))
