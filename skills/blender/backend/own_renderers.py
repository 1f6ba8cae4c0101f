"""Whether Blender's own renderers stand behind their names. Blender lets any program register one of its own under such a
name, or change the methods of Cycles' class: the picture would then be what the program paints."""

import importlib
import types

import bpy

from ...worker.errors import JobError

NAMES = ("CYCLES", "BLENDER_EEVEE", "BLENDER_EEVEE_NEXT", "BLENDER_WORKBENCH")


def _code(owner):
    """By what a function runs: Blender makes the class anew when it reads its factory settings."""
    return {name: getattr(value, "__code__", value) for name, value in vars(owner).items() if isinstance(value, (types.FunctionType, types.BuiltinFunctionType))}


def _module(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _registered():
    """-> for each name, what a class of Python's under it runs; None: none is, as for renderers written in C"""
    found = {name: bpy.types.RenderEngine.bl_rna_get_subclass_py(name) for name in NAMES}
    cycles = [module for module in map(_module, ("cycles.engine", "_cycles")) if module is not None]
    return {name: found[name] and _code(found[name]) for name in NAMES}, [_code(module) for module in cycles]


_at_start = _registered()


def check():
    """Raises JobError where one is not Blender's own any more."""
    if _registered() != _at_start:
        raise JobError(
            "a renderer that is not Blender's own is registered under the name of one of Blender's, or a part of Cycles was replaced",
            "program", "ForeignRenderer", "pictures are taken with Cycles as it is: leave RenderEngine classes and the cycles add-on alone",
        )
