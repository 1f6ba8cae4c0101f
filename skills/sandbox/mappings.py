"""A job's mappings: how many pieces its processes' memory is in, and which removed files they hold.

Each piece is memory of the kernel's own, a few hundred bytes, that is counted nowhere; a fork has them all anew.
"""

import os

# Of all processes of a job together; an engine has one to three thousand. About 300 MB of the kernel's memory.
MOST_MAPPINGS = 1_000_000
DELETED = " (deleted)"
CHUNK = 1 << 20


def mappings(places):
    """places: where /proc tells of each process. -> (pieces; looked at no further once there are too many, so that the
    look itself never takes long), {inode of a removed file: (link to it, its path)}"""
    pieces, removed = 0, {}
    for place in places:
        try:
            handle = os.open(f"{place}/maps", os.O_RDONLY)
        except OSError:
            continue
        try:
            rest = b""
            while pieces <= MOST_MAPPINGS:
                read = os.read(handle, CHUNK)
                if not read:
                    break
                pieces += read.count(b"\n")
                whole, _, rest = (rest + read).rpartition(b"\n")
                if DELETED.encode() in whole:
                    _removed(place, whole, removed)
        except OSError:
            pass
        finally:
            os.close(handle)
    return pieces, removed


def _removed(place, text, found):
    for line in text.split(b"\n"):
        if line.endswith(DELETED.encode()):
            fields = line.split(None, 5)
            number = int(fields[4])
            if number not in found:
                found[number] = (f"{place}/map_files/{os.fsdecode(fields[0])}", os.fsdecode(fields[5]))
