"""Reads the planes that are wanted out of a multi-layer OpenEXR file which Blender has just written without compression."""

import struct
import sys
from array import array

MAGIC = 20000630
BYTES = {0: 4, 1: 2, 2: 4}  # UINT, HALF, FLOAT


def _string(data, at):
    end = data.index(b"\0", at)
    return data[at:end].decode("utf-8", "replace"), end + 1


def _channels(data):
    """[(name, bytes a pixel)] in the order in which a row holds them."""
    found, at = [], 0
    while data[at]:
        name, at = _string(data, at)
        kind, _, across, down = struct.unpack_from("<iIii", data, at)
        if (across, down) != (1, 1):
            raise ValueError("a plane of its own size")
        found.append((name, BYTES[kind]))
        at += 16
    return found


def _header(data):
    """-> ({attribute: bytes}, where the header ends)"""
    if struct.unpack_from("<I", data, 0)[0] != MAGIC:
        raise ValueError("no OpenEXR file")
    attributes, at = {}, 8
    while data[at]:
        name, at = _string(data, at)
        _, at = _string(data, at)
        size = struct.unpack_from("<i", data, at)[0]
        attributes[name] = data[at + 4 : at + 4 + size]
        at += 4 + size
    return attributes, at + 1


class Planes:
    """width, height, and the names of all planes."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self._data = file.read()
        attributes, self._table = _header(self._data)
        if attributes["compression"] != b"\0":
            raise ValueError("a compressed file")
        left, top, right, bottom = struct.unpack("<iiii", attributes["dataWindow"])
        self.width, self.height = right - left + 1, bottom - top + 1
        self._channels = _channels(attributes["channels"])
        self.names = [name for name, _ in self._channels]

    def row(self, y, name, code):
        """One row of a plane, y counted from the top; code: "I" for bits as they are, "f" for numbers."""
        at = struct.unpack_from("<Q", self._data, self._table + 8 * y)[0] + 8
        for channel, size in self._channels:
            if channel == name:
                break
            at += size * self.width
        values = array(code)
        values.frombytes(self._data[at : at + 4 * self.width])
        if sys.byteorder == "big":
            values.byteswap()
        return values
