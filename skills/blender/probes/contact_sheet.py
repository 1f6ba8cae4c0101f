"""Several pictures on one sheet, each with its number, as a PNG. Without Blender: plain bytes."""

import math
import struct
import zlib

GAP = 4
# 3 x 5 dots of each digit, a row of three bits each.
DIGITS = {
    "0": (7, 5, 5, 5, 7), "1": (2, 6, 2, 2, 7), "2": (7, 1, 7, 4, 7), "3": (7, 1, 7, 1, 7), "4": (5, 5, 7, 1, 1),
    "5": (7, 4, 7, 1, 7), "6": (7, 4, 7, 5, 7), "7": (7, 1, 2, 2, 2), "8": (7, 5, 7, 5, 7), "9": (7, 5, 7, 1, 7),
}


def write(path, pictures, numbers=None):
    """pictures: [(width, height, RGB bytes, row 0 on top)] of one size, in rows as square as can be. numbers: whole ones
    from 0 on, else from 1."""
    columns = math.ceil(math.sqrt(len(pictures)))
    rows = math.ceil(len(pictures) / columns)
    width, height = pictures[0][0], pictures[0][1]
    full = (columns * width + (columns - 1) * GAP, rows * height + (rows - 1) * GAP)
    sheet = bytearray(b"\x20" * (full[0] * full[1] * 3))
    for index, (w, h, rgb) in enumerate(pictures):
        left, top = index % columns * (width + GAP), index // columns * (height + GAP)
        marked = _numbered(bytearray(rgb), w, h, str(numbers[index] if numbers else index + 1))
        for y in range(h):
            at = ((top + y) * full[0] + left) * 3
            sheet[at : at + w * 3] = marked[y * w * 3 : (y + 1) * w * 3]
    png(path, *full, sheet)


def _numbered(rgb, width, height, text):
    """White on black in the upper left corner, as large as the picture bears."""
    dot = max(1, min(width, height) // 48)
    box_w, box_h = dot * (4 * len(text) + 1), dot * 7
    for y in range(min(box_h, height)):
        for x in range(min(box_w, width)):
            column, row = x // dot - 1, y // dot - 1
            digit, part = divmod(column, 4)
            lit = 0 <= digit < len(text) and part < 3 and 0 <= row < 5 and DIGITS[text[digit]][row] >> (2 - part) & 1
            at = (y * width + x) * 3
            rgb[at : at + 3] = b"\xff\xff\xff" if lit else b"\x00\x00\x00"
    return rgb


def half(width, height, rgb):
    """Every second pixel of every second row; small pictures as they are."""
    if min(width, height) < 64:
        return width, height, rgb
    out = bytearray()
    for y in range(0, height, 2):
        row = rgb[y * width * 3 : (y + 1) * width * 3]
        line = bytearray((width + 1) // 2 * 3)
        for channel in range(3):
            line[channel::3] = row[channel::6]
        out += line
    return (width + 1) // 2, (height + 1) // 2, bytes(out)


def png(path, width, height, rgb):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = b"".join(b"\x00" + bytes(rgb[y * width * 3 : (y + 1) * width * 3]) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines, 6)) + chunk(b"IEND", b""))
