"""Operation "take_home": a program's result for use elsewhere: scene.glb, scene.usdc where this Blender writes USD, and
views from around what it shows.

args: {program, seed, orbit (number of views, 0..3), quality: {px, samples, renderer?}, aspect: [width, height] or null,
       animation (frames drawn of the scene's range at most; 0: none)}
-> {files: [name], views: [{name, location, rotation, lens, frame}], left_out: {name: why},
    animation: {frames, size: [width, height] of each, fps} or absent}
animation_strip.png has the frames one below the other, animation.png some of them on a sheet with their numbers.
"""

import importlib.util
import json
import math
import os
import time

import bpy

from ...worker import picture_size
from ..backend import bake, framing, program
from ...worker.errors import JobError, describe
from . import contact_sheet
from .viewpoint import Viewpoint

# Degrees about what is shown, and above, beside the picture's own view.
AROUND = ((-40, 5), (40, 5), (0, 30))
# Pictures on the sheet of an animation, and the part of the time left that its frames may take.
ON_SHEET, PART = 12, 0.7


def handle(args, job):
    program.seed(args.get("seed", 0))
    failure = job.execute(args["program"])
    if failure is not None:
        raise JobError(failure["message"], failure["kind"], failure["type"])
    job.aspect = picture_size.shape_of(args.get("aspect"))
    if args.get("animation"):
        bake.rigid_bodies()
    made, own = {"files": [], "views": [], "left_out": {}}, bpy.context.scene.camera
    _keep(made, job, "scene.glb", export_glb)
    if getattr(bpy.app.build_options, "usd", False):
        _keep(made, job, "scene.usdc", lambda path: bpy.ops.wm.usd_export(filepath=path))
    else:
        made["left_out"]["scene.usdc"] = "this Blender was built without USD"
    for index, (around, above) in enumerate(AROUND[: args.get("orbit", 0)], 1):
        name = f"orbit_{index}.png"
        _keep(made, job, name, lambda path, turn=(around, above): made["views"].append({"name": name, **orbit(job, args["quality"], path, *turn)}))
    # A viewpoint has made itself the scene's camera, and the animation is seen through the program's own.
    bpy.context.scene.camera = own
    if args.get("animation"):
        _keep(made, job, "animation_strip.png", lambda path: made.update(animation=animate(job, args["quality"], path, args["animation"])))
        if "animation" in made:
            made["files"].append("animation.png")
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
    boxes = view.boxes()
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


def animate(job, quality, path, most):
    """Frames of the scene's range through its own camera, evenly apart; fewer where the time would not do for all."""
    scene, left = bpy.context.scene, bpy.context.scene.frame_current
    start, end = scene.frame_start, scene.frame_end
    if end <= start:
        raise JobError("the scene's range is one frame: nothing to animate", "program", "OneFrame")
    until, began = time.monotonic() + PART * job.left(), time.monotonic()
    drawn, frames = [], spaced(start, end, min(most, end - start + 1))
    index = 0
    while index < len(frames):
        drawn.append(job.pixels(None, quality, frame=frames[index]))
        index += 1
        tell(job, index, len(frames))
        spent = (time.monotonic() - began) / index
        room = max(1, int((until - time.monotonic()) / spent))
        if index == 1 and room + 1 < len(frames):
            # By the first frame's time; its picture stands.
            frames = spaced(start, end, max(2, room + 1))
    scene.frame_set(left)
    width, height = drawn[0][:2]
    contact_sheet.png(path, width, height * len(drawn), b"".join(rgb for _, _, rgb in drawn))
    chosen = spaced(0, len(drawn) - 1, min(ON_SHEET, len(drawn)))
    contact_sheet.write(job.path("animation.png"), [drawn[i] for i in chosen], [frames[i] for i in chosen])
    return {"frames": frames, "size": [width, height], "fps": scene.render.fps / scene.render.fps_base}


def tell(job, drawn, count):
    """How far it has come, for the slot, which looks into the job's folder now and then."""
    half = job.path("frames.json.part")
    with open(half, "w") as file:
        json.dump({"drawn": drawn, "of": count}, file)
    os.replace(half, job.path("frames.json"))


def spaced(first, last, count):
    return sorted({first + round(i * (last - first) / max(1, count - 1)) for i in range(count)})
