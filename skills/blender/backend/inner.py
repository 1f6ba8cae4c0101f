"""A Blender of its own inside a sandbox, for the isolations that do not fork: one job, asked and answered through shared
memory. It may wait for its job a while."""

import os

import bpy

from ...sandbox import sandbox
from ..probes import actions
from . import runner, scene_file
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
    place = sandbox.Place(**options["place"])
    sandbox.open_to_supervisor(place.level)
    sandbox.lock(place)
    ticket, request = box.next_request(0)
    serve(box, request, options)
    box.finish(ticket)
    os._exit(0)


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
