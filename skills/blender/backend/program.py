"""Executes a program's text in its own namespace."""

import builtins
import linecache
import os
import random
import sys

import bpy

from ...worker.errors import PROGRAM_NAME, describe, error

# Kept from before any program ran, which may overwrite what a module or builtins hold.
_compile, _exec = builtins.compile, builtins.exec


def seed(number):
    """The same program draws the same random numbers each time it runs; numpy's too, which a program may bring in."""
    random.seed(number)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(number % 2**32)


def compile_tree(tree):
    return _compile(tree, PROGRAM_NAME, "exec")


def execute_code(code, text, more=None):
    """Runs compiled code in a namespace of its own, which also has `more`."""
    linecache.cache[PROGRAM_NAME] = (len(text), None, text.splitlines(True), PROGRAM_NAME)
    sys.argv = ["blender", "--background", "--python", PROGRAM_NAME]
    _exec(code, {"__name__": "__main__", "__file__": PROGRAM_NAME, "__builtins__": builtins, **(more or {})})


def execute(text):
    """-> None, or the structured error. A normal sys.exit() ends the program as if it had reached its last line."""
    try:
        execute_code(_compile(text, PROGRAM_NAME, "exec"), text)
    except SystemExit as ended:
        if ended.code not in (None, 0):
            return error("program", "SystemExit", f"the program ended itself with sys.exit({ended.code!r})")
    except BaseException as thrown:
        found = describe(thrown, text)
        found["message"] = found["message"] or found["type"]
        return found
    finally:
        _mend_descriptors()
    return _leave_edit_mode()


def _mend_descriptors():
    """Without 0, 1 and 2 open, a picture's file would get their numbers and prints would land in it."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)


def _leave_edit_mode():
    """Changes made in edit mode are not in the scene until the mode is left; rendering would show the old mesh."""
    try:
        active = bpy.context.view_layer.objects.active
        if active is not None and active.mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
    except (RuntimeError, ReferenceError, AttributeError):
        pass
    return None
