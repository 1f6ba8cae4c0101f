"""Probe actions that tell of one object, and that write the scene to a file in the job folder. They run in a fork, so making
paths absolute and muting what an exporter cannot take change nothing that stays."""

import os

import bpy

from ..backend import scene_file, scene_info
from ...worker.errors import JobError
from . import viewpoint
from .actions import action
from .op_take_home import export_glb


@action("save_blend")
def save_blend(args, job):
    """{name} -> {name, bytes}. Paths are made absolute, since the file is opened elsewhere than it was made."""
    bpy.ops.file.make_paths_absolute()
    path = job.path(os.path.basename(args["name"]))
    scene_file.save(path)
    return _written(path)


def _obj(path):
    if hasattr(bpy.ops.wm, "obj_export"):
        bpy.ops.wm.obj_export(filepath=path, path_mode="STRIP")
    else:
        bpy.ops.export_scene.obj(filepath=path, path_mode="STRIP")


def _usd(path):
    if not getattr(bpy.app.build_options, "usd", False):
        raise JobError("this Blender was built without USD", "engine", "NoUsd", "export to .glb or .obj")
    bpy.ops.wm.usd_export(filepath=path)


FORMATS = {".glb": export_glb, ".obj": _obj, ".usdc": _usd}


@action("export_scene")
def export_scene(args, job):
    """{name}: its ending says the format -> {name, bytes}"""
    path = job.path(os.path.basename(args["name"]))
    FORMATS[os.path.splitext(path)[1].lower()](path)
    return _written(path)


def _written(path):
    if not os.path.isfile(path):
        raise JobError(f"{os.path.basename(path)} was not written", "output", "NoFile")
    return {"name": os.path.basename(path), "bytes": os.path.getsize(path)}


@action("object_info")
def object_info(args, job):
    """{object_name} -> its entry of scene_info, with mesh counts, modifiers, constraints, parent, children, collections."""
    bpy.context.view_layer.update()
    obj = viewpoint.find(args["object_name"])
    graph = bpy.context.evaluated_depsgraph_get()
    scene = bpy.context.scene
    info = scene_info.object_info(obj, obj.name in scene_info.shown(scene), graph)
    info.update(
        parent=obj.parent.name if obj.parent else None,
        children=sorted(child.name for child in obj.children),
        collections=sorted(part.name for part in obj.users_collection),
        modifiers=[{"name": one.name, "type": one.type} for one in obj.modifiers],
        constraints=[{"name": one.name, "type": one.type} for one in obj.constraints],
        keyframed=bool(obj.animation_data and obj.animation_data.action),
        material_details=[scene_info.material_info(slot.material) for slot in obj.material_slots if slot.material],
    )
    if obj.type == "MESH":
        mesh = obj.evaluated_get(graph).data
        info["mesh"] = {"vertices": len(mesh.vertices), "edges": len(mesh.edges), "faces": len(mesh.polygons)}
    if obj.type == "CAMERA":
        info["camera"] = scene_info.camera_info(obj, scene)
    if obj.type == "LIGHT":
        info["light"] = scene_info.light_info(obj)
    return info
