"""Operation "take_home": a program's result for use elsewhere: scene.glb, scene.usdc where this Blender writes USD, and
views from around what it shows.

args: {program, seed, orbit (number of views, 0..3), quality: {px, samples, renderer?}, aspect: [width, height] or null}
-> {files: [name], views: [{name, location, rotation, lens, frame}], left_out: {name: why}}
"""

import importlib.util
import math
import os

import bpy

from ...worker import picture_size
from ..backend import framing, program
from ...worker.errors import JobError, describe
from .viewpoint import Viewpoint

# Degrees about what is shown, and above, beside the picture's own view.
AROUND = ((-40, 5), (40, 5), (0, 30))


def handle(args, job):
    program.seed(args.get("seed", 0))
    failure = job.execute(args["program"])
    if failure is not None:
        raise JobError(failure["message"], failure["kind"], failure["type"])
    job.aspect = picture_size.shape_of(args.get("aspect"))
    made = {"files": [], "views": [], "left_out": {}}
    _keep(made, job, "scene.glb", export_glb)
    if getattr(bpy.app.build_options, "usd", False):
        _keep(made, job, "scene.usdc", lambda path: bpy.ops.wm.usd_export(filepath=path))
    else:
        made["left_out"]["scene.usdc"] = "this Blender was built without USD"
    for index, (around, above) in enumerate(AROUND[: args.get("orbit", 0)], 1):
        name = f"orbit_{index}.png"
        _keep(made, job, name, lambda path, turn=(around, above): made["views"].append({"name": name, **orbit(job, args["quality"], path, *turn)}))
    return made


def _keep(made, job, name, make):
    """One that fails costs itself only."""
    try:
        make(job.path(name))
        if not os.path.isfile(job.path(name)):
            raise JobError(f"{name} was not written", "output", "NoFile")
        made["files"].append(name)
    except Exception as thrown:
        made["left_out"][name] = describe(thrown)["message"]


def export_glb(path):
    if importlib.util.find_spec("numpy") is None:
        raise JobError("Blender's glTF exporter needs numpy, which its Python lacks: install python3-numpy", "engine", "NoNumpy")
    wanted = {"export_format": "GLB", "export_apply": True, "export_cameras": True, "export_lights": True, "use_visible": True}
    known = bpy.ops.export_scene.gltf.get_rna_type().properties.keys()
    bpy.ops.export_scene.gltf(filepath=path, **{key: value for key, value in wanted.items() if key in known})


def orbit(job, quality, path, around, above):
    """A picture from beside the scene's own camera, of what the scene is of."""
    view = Viewpoint(None, job)
    boxes = framing.visible()
    if not boxes:
        raise JobError("the scene shows nothing to look at", "program", "NothingVisible")
    names = framing.subject(boxes)
    low, high = framing.union([boxes[name] for name in names])
    view.pivot = (low + high) / 2
    view.orbit(math.radians(around), math.radians(above))
    back = (view.location - view.pivot).normalized()
    seen = framing.points(boxes, names)
    view.take(framing.stand(low, high, back, set(names), seen, framing.Rays(), view.lens, view.aspect))
    view.picture(os.path.basename(path), quality)
    return view.pose()
