"""Errors as the contract's ProgramError: {kind, type, message, line?, source?, hint?}."""

import traceback

from . import backend

PROGRAM_NAME = "program.py"
MESSAGE_LENGTH = 2000
KINDS = ("program", "timeout", "memory", "crash", "output", "engine")


class JobError(Exception):
    """An error with its own kind, type and hint."""

    def __init__(self, message, kind="program", type="JobError", hint=None):
        super().__init__(message)
        self.kind = kind
        self.type = type
        self.hint = hint


def error(kind, type, message, line=None, source=None, hint=None):
    out = {"kind": kind, "type": str(type)[:200], "message": str(message)[:MESSAGE_LENGTH]}
    # A program may raise a SyntaxError of its own with any line it likes.
    if isinstance(line, int) and 0 < line < 10**7:
        out["line"] = line
    if source:
        out["source"] = str(source).strip()[:300]
    if hint:
        out["hint"] = str(hint)[:600]
    return out


def _message(thrown):
    try:
        text = str(thrown).strip()
    except BaseException:
        text = ""
    return text or type(thrown).__name__


def place(thrown):
    """(line, frame) of the innermost frame that belongs to the program, or (None, None)."""
    found = (None, None)
    for frame, line in traceback.walk_tb(thrown.__traceback__):
        if frame.f_code.co_filename == PROGRAM_NAME:
            found = (line, frame)
    return found


def describe(thrown, text=None):
    """Any exception. `text` is the program it came from, for the source line and suggestions."""
    if isinstance(thrown, JobError):
        return error(thrown.kind, thrown.type, thrown, hint=thrown.hint)
    if isinstance(thrown, MemoryError):
        return error("memory", "MemoryError", "the job ran out of memory", hint=backend.in_use.memory_hint)
    line, frame = place(thrown)
    if isinstance(thrown, SyntaxError) and thrown.filename == PROGRAM_NAME:
        line, frame = thrown.lineno, None
    source = None
    if line and text is not None:
        lines = text.splitlines()
        source = lines[line - 1] if isinstance(line, int) and 0 < line <= len(lines) else None
    kind = "program"
    if isinstance(thrown, OSError) and thrown.errno in (27, 28, 122):  # EFBIG, ENOSPC, EDQUOT
        kind = "output"
    message = thrown.msg if isinstance(thrown, SyntaxError) and thrown.msg else _message(thrown)
    try:
        hint = backend.in_use.hint_for(thrown, frame, source)
    except Exception:  # A hint is a courtesy: an odd object in the program must not hide the error itself.
        hint = None
    return error(kind, type(thrown).__name__, message, line, source, hint)
