"""Imports an asset so that it stands on the ground: this text is also what a model is told to paste into its program."""

import bpy
import numpy
from mathutils import Matrix, Vector


def place_asset(path, size, location=(0, 0, 0)):
    """Longest side `size` metres, base centre at `location`. Returns the Empty to move, turn and scale it by."""
    before = set(bpy.data.objects)
    if path.lower().endswith(".blend"):
        with bpy.data.libraries.load(path) as (there, taken):
            taken.objects = list(there.objects)
        for thing in taken.objects:
            bpy.context.scene.collection.objects.link(thing)
    elif path.lower().endswith(".obj"):
        bpy.ops.wm.obj_import(filepath=path)
    else:
        # Blender 3.4's importer asks for a name that NumPy 1.24 took away.
        numpy.__dict__.setdefault("bool", bool)
        bpy.ops.import_scene.gltf(filepath=path)
    new = [thing for thing in bpy.data.objects if thing not in before]
    for thing in [thing for thing in new if thing.type in {"CAMERA", "LIGHT"}]:
        new.remove(thing)
        bpy.data.objects.remove(thing)
    bpy.context.view_layer.update()
    # The glTF importer keeps the shapes that it draws bones with in a collection outside the view layer.
    new = [thing for thing in new if thing.name in bpy.context.view_layer.objects]
    graph = bpy.context.evaluated_depsgraph_get()
    meshes = [thing for thing in new if thing.type == "MESH"]
    corners = [thing.matrix_world @ Vector(corner) for thing in meshes for corner in thing.evaluated_get(graph).bound_box]
    if not corners:
        raise ValueError(f"{path} holds no mesh")
    low = [min(corner[axis] for corner in corners) for axis in range(3)]
    high = [max(corner[axis] for corner in corners) for axis in range(3)]
    root = bpy.data.objects.new(path.split("/")[-1].rsplit(".", 1)[0], None)
    bpy.context.scene.collection.objects.link(root)
    base = Matrix.Translation((-(low[0] + high[0]) / 2, -(low[1] + high[1]) / 2, -low[2]))
    for thing in new:
        if thing.parent not in new:
            thing.parent, thing.matrix_parent_inverse = root, base
    longest = max(high[axis] - low[axis] for axis in range(3))
    if longest <= 0:
        raise ValueError(f"{path} has no extent")
    root.scale = [size / longest] * 3
    root.location = location
    bpy.context.view_layer.update()
    return root
