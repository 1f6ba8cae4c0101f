"""What a job says about itself, brought into a form that breaks nobody who reads it. The job's process is the program's
own: its reply may hold anything that JSON can, and its picture may be any bytes."""

import math
import os
import struct
import zlib

from .errors import KINDS, error

LARGEST_LINE = 10**7
LARGEST_FRAME = 2**31
# Errors beside the first.
MOST_ERRORS = 20
CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}


def number(value, otherwise):
    """A finite number that is not negative, or `otherwise`."""
    fits = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e9
    return value if fits else otherwise


def whole(value):
    """Whether it is a whole number; True and False are not, though Python counts with them."""
    return isinstance(value, int) and not isinstance(value, bool)


def frame(value):
    return value if whole(value) and abs(value) < LARGEST_FRAME else 0


def failure(value, inner=False):
    """An error of the contract's shape from a dict of any."""

    def text(key):
        return value[key] if isinstance(value.get(key), str) else None

    kind = value.get("kind") if value.get("kind") in KINDS else "program"
    line = value.get("line")
    line = line if whole(line) and 0 < line < LARGEST_LINE else None
    message = text("message") or "no message"
    found = error(kind, text("type") or "Error", message, line, text("source"), text("hint"))
    others = value.get("more")
    if inner or not isinstance(others, list):
        return found
    more = [failure(one, inner=True) for one in others[:MOST_ERRORS] if isinstance(one, dict)]
    return {**found, "more": [{key: one[key] for key in one if key != "kind"} for one in more]} if more else found


# A state's checks, and characters of one, at most.
MOST_CHECKS, LONGEST_CHECK = 40, 300


def checks(value):
    """[{check, text}] from a value of any kind; what is none is left out."""
    entries = value if isinstance(value, list) else []
    sound = [one for one in entries if isinstance(one, dict) and all(isinstance(one.get(key), str) for key in ("check", "text"))]
    return [{key: one[key][:LONGEST_CHECK] for key in ("check", "text")} for one in sound[:MOST_CHECKS]]


# Lines on what moves, and characters of one, at most.
MOST_LINES, LONGEST_LINE = 24, 400


def lines(value):
    """Lines of text from a value of any kind, without control marks."""
    entries = [one for one in (value if isinstance(value, list) else []) if isinstance(one, str)]
    return ["".join(mark if mark.isprintable() else " " for mark in one[:LONGEST_LINE]) for one in entries[:MOST_LINES]]


def finite(value):
    """JSON has no NaN and no infinity: null in their place."""
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def plain_name(name):
    """Whether a file's name can be told to anyone: text without control marks, and short."""
    return name.isprintable() and name.isascii() and len(name) <= 200


def begins_with(path, starts):
    """Whether a file begins in one of these ways; a program may have put anything in its place."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            return file.read(max(map(len, starts))).startswith(tuple(starts))
    except OSError:
        return False


def png(path, px, size=None):
    """Whether it is a whole PNG of that size (None: any with the longer side px): every chunk's sum, and as many pixels
    as it says, and nothing behind its end."""
    try:
        # A file that somebody holds a lease on would keep us waiting.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            # No picture of this size is larger; more than that is not read.
            most = px * px * 8 + (4 << 20)
            if os.fstat(file.fileno()).st_size > most:
                return False
            data = file.read(most)
        return _whole(data, px, size)
    except (OSError, struct.error, zlib.error, KeyError, IndexError):
        return False


def _whole(data, px, size):
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        return False
    width, height, depth, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    if max(width, height) != px or min(width, height) < 1 or (width, height) != (size or (width, height)) or depth not in (8, 16) or interlaced:
        return False
    expected = height * (1 + width * CHANNELS[colour] * depth // 8)
    at, inflated, inflate = 8, 0, zlib.decompressobj()
    while True:
        length, kind = struct.unpack_from(">I4s", data, at)
        body = memoryview(data)[at + 8 : at + 8 + length]
        if zlib.crc32(body, zlib.crc32(kind)) != struct.unpack_from(">I", data, at + 8 + length)[0]:
            return False
        if kind == b"IDAT":
            inflated += len(inflate.decompress(body, expected - inflated + 1))
            if inflated > expected:
                return False
        if kind == b"IEND":
            return inflated == expected and at + 12 + length == len(data)
        at += 12 + length
