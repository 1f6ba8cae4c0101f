"""Takes the text out of a PNG that Blender has written: render times, which make equal pictures differ, and the names of
all objects, which may be longer than the picture."""

import struct

SIGNATURE = b"\x89PNG\r\n\x1a\n"
TEXT = (b"tEXt", b"zTXt", b"iTXt")


def without_text(data):
    """The same PNG without its text chunks. Raises ValueError for what is none."""
    if data[:8] != SIGNATURE:
        raise ValueError("no PNG")
    kept, at = [SIGNATURE], 8
    while at < len(data):
        if at + 12 > len(data):
            raise ValueError("a PNG that is cut off")
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind not in TEXT:
            kept.append(data[at : at + 12 + length])
        at += 12 + length
    return b"".join(kept)


def drop_text(path):
    """A file that is no whole PNG stays as it is: whoever takes the picture in finds that out."""
    with open(path, "rb") as file:
        data = file.read()
    try:
        plain = without_text(data)
    except ValueError:
        return
    with open(path, "wb") as file:
        file.write(plain)
