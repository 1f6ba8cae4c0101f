"""Whether a Blender that goes on to its next job is as it was before its first. This runs in the job's own process, so
a program that means to can fool it: the sandbox holds all the same, and a job that then fails is done again elsewhere."""

import _thread
import os
import sys
import types

import bpy

from . import program, render

CALLABLE = (types.FunctionType, types.BuiltinFunctionType, type, types.ModuleType)


class Fresh:
    """What a process must be like for its next job. What cannot be put back spoils it: a new one is started then."""

    def __init__(self):
        self.modules = set(sys.modules)
        self.environment = dict(os.environ)
        self.threads = _thread._count()
        self.handlers = {name: list(handlers) for name, handlers in render.handler_lists()}
        self.builtins = dict(vars(program.builtins))
        self.classes = self._classes()
        self.code = self._code()
        self.descriptors = self._descriptors()
        self.files = self._files()

    def _classes(self):
        kinds = (bpy.types.Operator, bpy.types.Panel, bpy.types.PropertyGroup, bpy.types.Node, bpy.types.AddonPreferences)
        return {kind: set(kind.__subclasses__()) for kind in kinds}

    def _code(self):
        """Every function, class and module that a module names, and the engine's own methods."""
        owners = [(name, module) for name, module in list(sys.modules.items()) if name in self.modules and name != "builtins"]
        owners += [
            (f"{name}.{key}", kind) for name, module in owners if name.startswith("viga_engine")
            for key, kind in list(vars(module).items()) if isinstance(kind, type)
        ]
        return {
            (name, key): value for name, owner in owners if hasattr(owner, "__dict__")
            for key, value in list(vars(owner).items()) if isinstance(value, CALLABLE)
        }

    def _descriptors(self):
        """What 0, 1 and 2 are, and how many there are."""
        return [os.fstat(fd).st_ino for fd in (0, 1, 2)], len(os.listdir("/proc/self/fd"))

    def _files(self):
        folders = {"/tmp", "/dev/shm", self.environment["HOME"], self.environment["TMPDIR"], bpy.app.tempdir}
        return {folder: set(os.listdir(folder)) - {".cache"} for folder in folders if os.access(folder, os.R_OK)}

    def is_spoilt(self):
        try:
            return self._is_spoilt()
        except Exception:
            return True

    def _is_spoilt(self):
        if _thread._count() > self.threads or self._classes() != self.classes or self._files() != self.files:
            return True
        kinds, count = self._descriptors()
        if kinds != self.descriptors[0] or count > self.descriptors[1] + 16:
            return True
        now = self._code()
        return any(now.get(where, value) is not value for where, value in self.code.items())

    def again(self):
        for name in set(sys.modules) - self.modules:
            if not name.startswith(("viga_engine", "bpy", "bl_", "cycles", "op_")):
                del sys.modules[name]
        for name in set(vars(program.builtins)) - set(self.builtins):
            delattr(program.builtins, name)
        for name, value in self.builtins.items():
            setattr(program.builtins, name, value)
        os.environ.clear()
        os.environ.update(self.environment)
        for name, handlers in render.handler_lists():
            handlers[:] = self.handlers.get(name, [])
        os.chdir(self.environment["TMPDIR"])
        render.forget()
