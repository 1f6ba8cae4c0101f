"""What Blender lends the worker."""

import json
import os

import bpy

from ...worker.backend import Backend
from . import hints, lint, runner, scene_file

KEPT = ".kept.blend"
FLAGS = ["-b", "--factory-startup", "-noaudio", "--disable-autoexec", "--python-exit-code", "1"]


class Blender(Backend):
    name = "Blender"
    memory_hint = "use fewer objects, or lower subdivision"
    crash_hint = "leave out the last unusual operation"
    exit_hint = "leave out os._exit() and bpy.ops.wm.quit_blender(): a program just reaches its last line"
    kept_file = KEPT
    # Where a Blender that is not installed has its scripts and its Python.
    environment = tuple("BLENDER_SYSTEM_" + what for what in ("RESOURCES", "SCRIPTS", "DATAFILES", "PYTHON", "EXTENSIONS"))
    # A .blend as it is, packed by gzip, or by zstandard.
    scene_starts = (b"BLENDER", b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
    lint_operation = "lint"

    hint_for = staticmethod(hints.hint_for)
    warn = staticmethod(lint.add_to)
    open_file = staticmethod(scene_file.open_file)
    linked_files = staticmethod(scene_file.linked_files)
    perform = staticmethod(runner.perform)

    def command(self, inner):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "worker.py")
        return [bpy.app.binary_path, *FLAGS, "--python", script, "--", json.dumps({"inner": inner})]


def system_paths():
    """Folders that Blender needs beside those it has mapped."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    own = [os.path.join(here, name) for name in ("backend", "probes", "solver")]
    resources = [bpy.utils.resource_path(kind) for kind in ("SYSTEM", "LOCAL")]
    return [*own, os.path.dirname(os.path.realpath(bpy.app.binary_path)), *resources]
