"""Operators without the scene update that Blender makes before and after each: most of what a building script costs."""

import contextlib

import bpy.ops


@contextlib.contextmanager
def lean_operators(wanted=True):
    """A program that reads what such an update computes (a world matrix, dimensions) builds another scene within: whoever
    uses this has compared. Blenders whose operators are made otherwise run as ever."""
    kind = getattr(bpy.ops, "_BPyOpsSubModOp", None)
    update = getattr(kind, "_view_layer_update", None)
    if not wanted or update is None:
        yield
        return
    kind._view_layer_update = staticmethod(lambda context: None)
    try:
        yield
    finally:
        kind._view_layer_update = staticmethod(update)
