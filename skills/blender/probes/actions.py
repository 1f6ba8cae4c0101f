"""Probe actions on a kept scene. Each runs in a fork of it, so nothing an action does is ever seen again.

A later module adds its own: `@action("name")` on a function (args: dict, job: Job) -> JSON-able; name it
`probe_<anything>.py` beside this file and it is loaded at start.
"""

import importlib
import json
import math
import os
import re

import bpy
from mathutils import Vector

from ...worker import picture_size
from ..backend import motion, object_maps, render, scene_checks, scene_info
from ...worker.errors import JobError

_actions = {}
# Views whose things a probe places.
MOST_VIEWS = 4


def action(name):
    def register(function):
        _actions[name] = function
        return function

    return register


def act(name, args, job):
    if name not in _actions:
        raise JobError(f"there is no probe action {name!r}", "engine", "UnknownAction", f"actions: {', '.join(sorted(_actions))}")
    return _actions[name](args, job)


def load_more():
    """Imports every probe_*.py of this folder as part of the package."""
    for file in sorted(os.listdir(os.path.dirname(os.path.abspath(__file__)))):
        if re.fullmatch(r"probe_[a-z_]+\.py", file):
            importlib.import_module("." + file[:-3], __package__)


def mapped(info):
    """Takes the views out of a summary. -> those whose things are known"""
    return [view for view in info.pop("views", ()) if "things" in view][:MOST_VIEWS]


def shown(views):
    """Those of a run's views that the scene has the cameras of."""
    there = render.cameras(bpy.context.scene)
    return [view for view in views if there and (view.get("camera") is None or view["camera"] in there)][:MOST_VIEWS]


def answer_known(summary, views):
    """What `scene_info` will answer of a kept scene, as JSON; None where it will have to look at it again.
    summary: what its run told; views: those of its run"""
    info, wanted = json.loads(summary), {view["name"] for view in shown(views)}
    known = mapped(info)
    if not wanted or not wanted <= {view["name"] for view in known}:
        return None
    return json.dumps(scene_info.cut(scene_info.with_views(info, known)))


@action("scene_info")
def _scene_info(args, job):
    """The scene with each thing's place in the pictures that its run takes; the maps themselves are left out."""
    pictures = job.pictures()
    # A kept scene never changes, so what its run told of it holds; a fork that looks again would take ten times as long.
    info = json.loads(job.summary) if job.summary else described(job, pictures)
    known = mapped(info)
    views = shown(pictures["views"])
    maps = object_maps.ViewMaps(job, pictures, len(views))
    for view in views:
        if all(view["name"] != one["name"] for one in known):
            maps.alone(view)
            maps.views[-1].pop("labels", None)
    return scene_info.cut(scene_info.with_views(info, known + maps.views))


def described(job, pictures):
    """The scene as it stands, without its views."""
    info = dict(scene_info.scene_info(job.picture_size(), pictures), checks=scene_checks.of_scene())
    if any(view.get("frame") is not None for view in pictures["views"]):
        moving = motion.of_scene(job, job.picture_size())
        if moving is not None:
            info["checks"] += moving.pop("checks")
            info["motion"] = moving
    return info


@action("bounds")
def _bounds(args, job):
    """Of the named objects, or of everything visible."""
    bpy.context.view_layer.update()
    names = args.get("objects")
    if names is None:
        return scene_info.bounds(bpy.context.scene.objects)
    missing = [n for n in names if n not in bpy.context.scene.objects]
    if missing:
        raise JobError(f"there is no object {missing[0]!r}", "program", "NoObject")
    return scene_info.bounds([bpy.context.scene.objects[n] for n in names])


def vector(value, name):
    if not (isinstance(value, (list, tuple)) and len(value) == 3 and all(isinstance(v, (int, float)) and math.isfinite(v) for v in value)):
        raise JobError(f"{name} must be three finite numbers", "program", "BadArgument")
    return Vector(value)


def look(camera, target):
    """Turns a camera object to a world point, upright. Constraints that would turn it back are removed."""
    camera.constraints.clear()
    direction = target - camera.matrix_world.translation
    if direction.length > 1e-9:
        place = camera.matrix_world.translation.copy()
        camera.matrix_world = direction.to_track_quat("-Z", "Y").to_matrix().to_4x4()
        camera.matrix_world.translation = place


@action("render")
def _render(args, job):
    """{camera?, location?, look_at?, px?, samples?, renderer?, frame?, name?, aspect?} -> {name, camera, location, rotation, size}.
    location and look_at move the named (or active) camera, for this picture only; the picture is `name` in the job folder.
    aspect: [width, height]; without it the picture has the shape of the scene's first view."""
    scene = bpy.context.scene
    name = args.get("name", "probe.png")
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*\.png", name):
        raise JobError("name must be a plain file name that ends in .png", "program", "BadArgument")
    moved = args.get("location") is not None or args.get("look_at") is not None
    if moved and not render.cameras(scene):
        made = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
        scene.collection.objects.link(made)
    camera = render.find_camera(scene, args.get("camera"))
    if args.get("frame") is not None:
        bake.rigid_bodies(int(args["frame"]))
        scene.frame_set(int(args["frame"]))
    if moved:
        camera.animation_data_clear()
        bpy.context.view_layer.update()
        if args.get("location") is not None:
            camera.constraints.clear()
            placed = camera.matrix_world.copy()
            placed.translation = vector(args["location"], "location")
            camera.matrix_world = placed
            bpy.context.view_layer.update()
        if args.get("look_at") is not None:
            look(camera, vector(args["look_at"], "look_at"))
        bpy.context.view_layer.update()
    quality = {"px": int(args.get("px", 256)), "samples": int(args.get("samples", 16)), "renderer": args.get("renderer")}
    if not (8 <= quality["px"] <= 8192 and 1 <= quality["samples"] <= 65536):
        raise JobError("px must be 8..8192 and samples 1..65536", "program", "BadArgument")
    aspect = picture_size.shape_of(args.get("aspect")) or job.aspect
    size = render.picture(camera.name, job.path(name), quality, job.cpus, job.device, aspect=aspect)
    return {
        "name": name,
        "camera": camera.name,
        "location": scene_info.numbers(camera.matrix_world.translation),
        "rotation": scene_info.numbers(camera.matrix_world.to_euler()),
        "size": list(size),
    }
