"""Operation "inspect_assets": files of a library, each imported once as a program would, measured and drawn.

args: {files: [absolute path], px} -> {seen: [{path, size: [x, y, z], meshes, faces, animations: [name], rigged, picture} or
{path, why}], code}. Sizes are the file's own units; `picture` is a PNG in the job's folder. Nothing here is believed of a
file but what its import shows, and a file that ends its importer costs itself only.
"""

import math
import os

import bpy

from . import place_asset, scene_file
from ...worker.errors import JobError

MOST_FILES = 12
SAMPLES = 8
# Where the camera looks from, as a direction from the thing.
FROM = (0.62, -0.82, 0.45)
LENS, SENSOR = 50.0, 36.0


def reason(wrong):
    """An operator's error ends with its trace: the last line that says what was wrong."""
    lines = [line.strip() for line in str(wrong).split("\n") if line.strip() and not line.startswith(("Location:", " "))]
    return (lines[-1] if lines else type(wrong).__name__)[:200]


def stage(low, high):
    """A camera that sees the whole box, a sun over its shoulder and an even sky."""
    Vector = place_asset.Vector
    scene, back = bpy.context.scene, Vector(FROM).normalized()
    middle, radius = (low + high) / 2, max((high - low).length / 2, 1e-4)
    camera = bpy.data.objects.new("Inspect", bpy.data.cameras.new("Inspect"))
    scene.collection.objects.link(camera)
    far = 1.05 * radius / math.sin(math.atan(SENSOR / 2 / LENS))
    camera.data.lens, camera.data.sensor_width, camera.data.clip_start, camera.data.clip_end = LENS, SENSOR, far / 1000, far * 10
    camera.location, camera.rotation_euler = middle + back * far, back.to_track_quat("Z", "Y").to_euler()
    scene.camera = camera
    sun = bpy.data.objects.new("Sun", bpy.data.lights.new("Sun", "SUN"))
    sun.data.energy, sun.rotation_euler = 1.8, (0.7, 0.15, 0.9)
    scene.collection.objects.link(sun)
    scene.world = world = bpy.data.worlds.new("Sky")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs[0].default_value = (0.42, 0.44, 0.48, 1)
    scene.view_settings.view_transform = "Standard"
    bpy.context.view_layer.update()
    return camera


def seen(path, name, px, job):
    scene_file.empty()
    actions = set(bpy.data.actions)
    root = place_asset.place_asset(path, 1.0)
    graph = bpy.context.evaluated_depsgraph_get()
    meshes = [thing for thing in bpy.context.view_layer.objects if thing.type == "MESH"]
    corners = [thing.matrix_world @ place_asset.Vector(corner) for thing in meshes for corner in thing.evaluated_get(graph).bound_box]
    low = place_asset.Vector([min(corner[axis] for corner in corners) for axis in range(3)])
    high = place_asset.Vector([max(corner[axis] for corner in corners) for axis in range(3)])
    camera = stage(low, high)
    failed = job.render(camera.name, name, {"px": px, "samples": SAMPLES}, aspect=(1, 1))
    if failed is not None:
        raise JobError(failed["message"], failed["kind"], failed["type"])
    return {
        "path": path,
        "size": [round(side / root.scale[0], 4) for side in high - low],
        "meshes": len(meshes),
        "faces": sum(len(thing.evaluated_get(graph).data.polygons) for thing in meshes),
        "animations": sorted(action.name[:60] for action in set(bpy.data.actions) - actions)[:20],
        "rigged": any(thing.type == "ARMATURE" for thing in bpy.context.view_layer.objects),
        "picture": name,
    }


def handle(args, job):
    files, px = args.get("files"), args.get("px", 192)
    if not isinstance(files, list) or len(files) > MOST_FILES or not all(isinstance(path, str) for path in files):
        raise JobError(f"files must be at most {MOST_FILES} paths", "program", "BadArgument")
    if type(px) is not int or not 32 <= px <= 512:
        raise JobError("px must be a whole number from 32 to 512", "program", "BadArgument")

    def look(item):
        index, path = item
        if job.left() < 3:
            return {"path": path, "why": "there was no time left to look at it", "skipped": True}
        try:
            with open(path, "rb"):
                pass
        except OSError as wrong:
            return {"path": path, "why": f"programs may not read it: {wrong.strerror}"}
        try:
            return seen(path, f"asset-{index}.png", px, job)
        except Exception as wrong:  # noqa: BLE001 - importers raise anything
            return {"path": path, "why": reason(wrong)}

    results = job.fork_map(list(enumerate(files)), look, workers=2)
    done = [
        one["value"] if one["ok"] else {"path": path, "why": "importing it ended the engine's process"}
        for path, one in zip(files, results)
    ]
    with open(place_asset.__file__) as file:
        code = file.read().split('"""', 2)[2].strip()
    return {"seen": done, "code": code}
