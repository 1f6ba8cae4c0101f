"""Brings the engine up: processor share, a warm pristine scene, the sandbox that works here, then the server."""

import gc
import os
import shutil
import sys
import traceback

import bpy

from ...sandbox import root, sandbox
from ...worker import allocator, selftest, touched
from ..probes import actions
from . import backend, card, lint, lint_types, runner, scene_file
from ...worker.channel import Channel
from ...worker.pristine import beside
from ...worker.server import Server
from ...worker.settings import Settings


# Looked at once before any job: what the lint asks Blender for the first time costs more than all of its later looks.
USUAL = """
import bpy, bmesh, math, random
from mathutils import Vector
scene = bpy.context.scene
scene.view_settings.view_transform = "Standard"
scene.render.engine = "CYCLES"
scene.cycles.samples = 16
scene.render.resolution_x = 512
material = bpy.data.materials.new("m")
material.use_nodes = True
shader = material.node_tree.nodes["Principled BSDF"]
shader.inputs["Base Color"].default_value = (1, 1, 1, 1)
for kind in ("ShaderNodeTexNoise", "ShaderNodeTexImage", "ShaderNodeValToRGB", "ShaderNodeBump", "ShaderNodeMapping", "ShaderNodeMixRGB", "ShaderNodeEmission"):
    node = material.node_tree.nodes.new(kind)
noise = material.node_tree.nodes.new("ShaderNodeTexNoise")
noise.inputs["Scale"].default_value = 1.0
material.node_tree.links.new(noise.outputs["Fac"], shader.inputs["Roughness"])
mesh = bpy.data.meshes.new("m")
mesh.from_pydata([], [], [])
mesh.materials.append(material)
thing = bpy.data.objects.new("o", mesh)
scene.collection.objects.link(thing)
modifier = thing.modifiers.new("b", "BEVEL")
thing.location, thing.rotation_euler, thing.scale = (0, 0, 0), (0, 0, 0), (1, 1, 1)
thing.keyframe_insert("location", frame=1)
bpy.ops.mesh.primitive_cube_add(size=1, location=(0, 0, 0))
bpy.ops.mesh.primitive_uv_sphere_add(radius=1)
bpy.ops.mesh.primitive_cylinder_add(radius=1, depth=2)
bpy.ops.mesh.primitive_plane_add(size=1)
bpy.ops.object.shade_smooth()
lamp = bpy.data.lights.new("l", type="AREA")
lamp.energy, lamp.color, lamp.size = 1.0, (1, 1, 1), 1.0
camera = bpy.data.cameras.new("c")
camera.lens = 50
scene.camera = bpy.data.objects.new("c", camera)
scene.collection.objects.link(scene.camera)
scene.camera.location, scene.camera.rotation_euler = (0, -6, 2), (1.25, 0, 0)
world = bpy.data.worlds.new("w")
world.use_nodes = True
world.node_tree.nodes["Background"].inputs["Strength"].default_value = 1.0
curve = bpy.data.curves.new("c", "CURVE")
spline = curve.splines.new("POLY")
"""


# The first picture with one costs 15 ms more than the next; the last of these is the quickest.
VIEW_TRANSFORMS = ("AgX", "Filmic", "Standard")


def start(options, requests, replies):
    driver = Channel(requests, replies)
    try:
        share(options["cpus"], options.get("first", 0))
        sandbox.end_orphans()
        warm_up(options["own"])
        lint_types.prepare()
        lint.warnings_of(USUAL)
        scene_file.empty()
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
    allocator.give_back()
    settings.touched = touched.learned(lambda: exercise(settings)) if settings.isolation == "fork" else []
    driver.send({"id": 0, "card": description})
    beside(lambda pristine: Server(driver, pristine, settings, description).serve(), settings, (requests, replies))


def share(cpus, first):
    """This many of the processors this process may use, from the first-th on: slots side by side get their own."""
    allowed = sorted(os.sched_getaffinity(0))
    turned = allowed[first % len(allowed) :] + allowed[: first % len(allowed)]
    os.sched_setaffinity(0, turned[: max(1, cpus)])


def warm_up(own):
    """Tiny pictures, so that every child starts with Cycles and the usual view transforms loaded; on the processor, so that
    no GPU is touched."""
    scene_file.empty()
    scene = bpy.context.scene
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(camera)
    from . import render

    path = os.path.join(own, "warm.png")
    for transform in VIEW_TRANSFORMS:
        try:
            scene.view_settings.view_transform = transform
        except TypeError:
            continue  # Another Blender has it.
        render.picture("Camera", path, {"px": 16, "samples": 1}, 1)
    os.unlink(path)
    render.forget()
    scene_file.empty()
    sys.stdout.flush()


def exercise(settings):
    """What most jobs do: a small program, its picture, and the checks of both."""
    folder = os.path.join(settings.own, "exercise")
    os.mkdir(folder)
    views = [{"name": "view", "camera": None}]
    limits = {"seconds": 30}
    runner.perform({"op": "run", "program": USUAL, "views": views, "quality": {"px": 64, "samples": 1}, "limits": limits, "dir": folder}, 1, "CPU")
    shutil.rmtree(folder)
