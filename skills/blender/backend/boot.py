"""Brings the engine up: processor share, a warm pristine scene, the sandbox that works here, then the server."""

import gc
import os
import sys
import traceback

import bpy

from ...sandbox import root, sandbox
from ...worker import selftest
from ..probes import actions
from . import backend, card, lint_types, scene_file
from ...worker.channel import Channel
from ...worker.pristine import beside
from ...worker.server import Server
from ...worker.settings import Settings


def start(options, requests, replies):
    driver = Channel(requests, replies)
    try:
        share(options["cpus"], options.get("first", 0))
        sandbox.end_orphans()
        warm_up(options["own"])
        lint_types.prepare()
        actions.load_more()
        os.chmod(options["own"], 0o711)  # Jobs' users reach their own folders in it and see nothing else.
        settings = Settings(
            "fork", options["cpus"], "GPU" if options.get("gpu") else "CPU", "weak", options["own"], options["scratch"],
            bpy.app.tempdir.rstrip("/"), root.system_paths(backend.system_paths(), "/tmp/blender_"), options.get("readable", []),
        )
        found = selftest.choose(settings, options.get("isolation", "auto"), options.get("sandbox") == "weak")
        facts = found["facts"]
        if not any(d != "CPU" for d in facts["devices"]):
            if settings.device == "GPU":
                print("a GPU was asked for, but Cycles sees none here: it renders on the processor", flush=True)
            settings.device = "CPU"
        description = {
            "engine": "blender",
            "version": card.version(),
            "isolation": settings.isolation,
            "isolationNotes": found["isolationNotes"],
            "sandbox": found["sandbox"],
            "devices": facts["devices"],
            "visibleDevices": os.environ.get("CUDA_VISIBLE_DEVICES"),
            "cpus": settings.cpus,
            "renderers": facts["renderers"],
            "denoiser": facts["denoiser"],
        }
    except BaseException:
        driver.send({"id": 0, "failed": traceback.format_exc(limit=-3)})
        raise
    gc.collect()
    gc.freeze()  # Objects of the parent are then never touched by a child's collector, so their pages stay shared.
    gc.disable()
    driver.send({"id": 0, "card": description})
    beside(lambda pristine: Server(driver, pristine, settings, description).serve(), settings, (requests, replies))


def share(cpus, first):
    """This many of the processors this process may use, from the first-th on: slots side by side get their own."""
    allowed = sorted(os.sched_getaffinity(0))
    turned = allowed[first % len(allowed) :] + allowed[: first % len(allowed)]
    os.sched_setaffinity(0, turned[: max(1, cpus)])


def warm_up(own):
    """One tiny picture, so that every child starts with Cycles loaded; on the processor, so that no GPU is touched."""
    scene_file.empty()
    scene = bpy.context.scene
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(camera)
    from . import render

    path = os.path.join(own, "warm.png")
    render.picture("Camera", path, {"px": 16, "samples": 1}, 1)
    os.unlink(path)
    render.forget()
    scene_file.empty()
    sys.stdout.flush()
