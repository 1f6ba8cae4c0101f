"""Whether a process that goes on to its next job is as it was before its first. This runs in the jobs' own process, so
a program that means to can fool it: the sandbox holds all the same, and `cold` has no next job."""

import _thread
import os
import sys
import types

import bpy

from . import program, render

CODE = (types.FunctionType, types.BuiltinFunctionType, types.ModuleType, type, property, classmethod, staticmethod)
PLAIN = (int, float, str, bytes, tuple, type(None))
OURS = "viga_engine"
# Blender itself holds on to what these register.
STAYING = ("bpy.", "bl_", "cycles")


class Fresh:
    """What a process must be like for its next job. What cannot be put back spoils it: a new one is started then."""

    def __init__(self):
        self.modules = dict(sys.modules)
        self.environment = dict(os.environ)
        self.threads = _thread._count()
        self.handlers = {name: list(handlers) for name, handlers in render.handler_lists()}
        self.builtins = dict(vars(program.builtins))
        self.classes = self._classes()
        self.code = self._code()
        self.python = self._python()

    def _classes(self):
        kinds = (bpy.types.Operator, bpy.types.Panel, bpy.types.PropertyGroup, bpy.types.Node, bpy.types.AddonPreferences)
        return {kind: set(kind.__subclasses__()) for kind in kinds}

    def _code(self):
        """-> [(owner, its named code as it is now, whether it is ours)] for modules, their classes and our objects"""
        found = []
        for name, module in self.modules.items():
            if not isinstance(module, types.ModuleType) or module is program.builtins:
                continue
            ours = name.startswith(OURS)
            owners = [module]
            for value in list(vars(module).values()):
                if isinstance(value, type) and value.__module__ == name or type(value).__module__.startswith(OURS):
                    owners.append(value)
            for owner in owners:
                if hasattr(owner, "__dict__"):
                    found.append((owner, code_of(owner, ours), ours))
        return found

    def _python(self):
        """What the interpreter calls or looks at on its own."""
        hooks = [sys.stdin, sys.stdout, sys.stderr, sys.gettrace(), sys.getprofile()]
        return [id(hook) for hook in hooks], [list(path) for path in (sys.meta_path, sys.path_hooks, sys.path)]

    def is_spoilt(self):
        try:
            return self._is_spoilt()
        except Exception:
            return True

    def _is_spoilt(self):
        if _thread._count() > self.threads or self._classes() != self.classes or self._python() != self.python:
            return True
        if any(os.fstat(fd) is None for fd in (0, 1, 2)):
            return True
        if any(sys.modules.get(name) is not module for name, module in self.modules.items()):
            return True
        return any(changed(owner, code, ours, self.builtins) for owner, code, ours in self.code)

    def again(self):
        for name in set(sys.modules) - set(self.modules):
            if name.startswith(STAYING):
                continue
            module = sys.modules.pop(name)
            above, _, last = name.rpartition(".")
            if vars(sys.modules.get(above, program)).get(last) is module:
                delattr(sys.modules[above], last)
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


def code_of(owner, ours):
    """What others reach by name and may call, with what a function runs. Of our own, all that is no plain value."""
    return {
        name: (value, getattr(value, "__code__", None), getattr(value, "__defaults__", None))
        for name, value in list(vars(owner).items())
        if isinstance(value, CODE) or ours and not isinstance(value, PLAIN) and not name.startswith("__")
    }


def changed(owner, code, ours, builtins):
    now = vars(owner)
    for name, (value, runs, defaults) in code.items():
        held = now.get(name)
        if held is not value or runs is not getattr(held, "__code__", None) or defaults is not getattr(held, "__defaults__", None):
            return True
    # A new name may come before a builtin, or before what a class inherits.
    more = now.keys() - code.keys()
    if isinstance(owner, types.ModuleType):
        return any(name in builtins and not name.startswith("__") and isinstance(now[name], CODE) for name in more)
    return ours and any(isinstance(now[name], CODE) for name in more)
