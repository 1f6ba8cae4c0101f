"""A Blender of its own inside a sandbox, for the isolations that do not fork: one job (cold) or one after another
(reset), asked and answered through shared memory."""

import _thread
import os
import sys

import bpy

from ...sandbox import sandbox
from ..probes import actions
from . import program, render, runner, scene_file
from .backend import KEPT
from ...sandbox.box import Box
from ...sandbox.log import MARK
from ...sandbox.native import flush_stdio, print_by_line


def main(options):
    print_by_line()
    box = Box(options["fd"])
    os.close(options["fd"])
    actions.load_more()
    runner.without_fork()
    sandbox.lock(sandbox.Place(**options["place"]))
    fresh = Fresh()
    seen = 0
    while True:
        seen, request = box.next_request(seen)
        serve(box, request, options)
        spoilt = options["once"] or fresh.is_spoilt()
        box.finish(seen)
        if spoilt:
            os._exit(0)
        fresh.again()


def serve(box, request, options):
    def keep():
        if bpy.data.is_saved:
            bpy.ops.file.make_paths_absolute()
        scene_file.save(os.path.join(request["dir"], KEPT))

    def prepare():
        scene_file.open_base(request.get("base"))
        flush_stdio()
        os.write(1, MARK)

    reply = runner.perform(
        request, options["cpus"], options["device"], can_fork=False, keep=keep if request.get("keep") is not None else None,
        prepare=prepare,
    )
    try:
        box.put_reply(reply)
    except (ValueError, TypeError) as thrown:
        failure = {"kind": "output", "type": "ReplyTooLarge", "message": str(thrown)}
        box.put_reply({"ok": False, "error": failure})
    flush_stdio()


class Fresh:
    """What a process must be like for its next job. What cannot be put back spoils it: a new one is started then."""

    def __init__(self):
        self.modules = set(sys.modules)
        self.environment = dict(os.environ)
        self.threads = _thread._count()
        self.handlers = {name: list(handlers) for name, handlers in render.handler_lists()}
        self.builtins = dict(vars(program.builtins))
        self.classes = self._classes()

    def _classes(self):
        kinds = (bpy.types.Operator, bpy.types.Panel, bpy.types.PropertyGroup, bpy.types.Node, bpy.types.AddonPreferences)
        return {kind: set(kind.__subclasses__()) for kind in kinds}

    def is_spoilt(self):
        return _thread._count() > self.threads or self._classes() != self.classes or self._descriptors_closed()

    def _descriptors_closed(self):
        try:
            return any(os.fstat(fd) is None for fd in (0, 1, 2))
        except OSError:
            return True

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
