"""scene.json: what is in the scene, as plain data, at most 256 KiB."""

import json
import math
import os

import bpy
from mathutils import Vector

MAX_BYTES = 256 * 1024
DIGITS = 5
PRINCIPLED = (
    "Base Color", "Metallic", "Roughness", "IOR", "Alpha", "Specular", "Specular IOR Level", "Transmission",
    "Transmission Weight", "Emission", "Emission Color", "Emission Strength", "Clearcoat", "Coat Weight",
    "Subsurface", "Subsurface Weight", "Sheen", "Sheen Weight",
)


def number(value):
    value = float(value)
    return round(value, DIGITS) + 0.0 if math.isfinite(value) else None


def numbers(values):
    return [number(v) for v in values]


def object_info(obj):
    info = {
        "name": obj.name,
        "type": obj.type,
        "location": numbers(obj.matrix_world.translation),
        "rotation": numbers(obj.matrix_world.to_euler()),
        "scale": numbers(obj.matrix_world.to_scale()),
        "dimensions": numbers(obj.dimensions),
        "visible": not obj.hide_render,
        "parent": obj.parent.name if obj.parent else None,
        "materials": [slot.material.name for slot in obj.material_slots if slot.material],
    }
    if obj.type == "MESH":
        info["vertices"] = len(obj.data.vertices)
    if len(obj.modifiers):
        info["modifiers"] = [m.type for m in obj.modifiers]
    if obj.animation_data and obj.animation_data.action:
        info["animated"] = True
    return info


def light_info(obj):
    light = obj.data
    info = {"name": obj.name, "type": light.type, "energy": number(light.energy), "color": numbers(light.color)}
    for name in ("angle", "spot_size", "shadow_soft_size", "size"):
        if hasattr(light, name):
            info[name] = number(getattr(light, name))
    return info


def camera_info(obj, scene):
    camera = obj.data
    return {
        "name": obj.name,
        "active": scene.camera is obj or (scene.camera is not None and scene.camera.name == obj.name),
        "type": camera.type,
        "location": numbers(obj.matrix_world.translation),
        "rotation": numbers(obj.matrix_world.to_euler()),
        "direction": numbers(obj.matrix_world.to_3x3() @ Vector((0, 0, -1))),
        "lens_mm": number(camera.lens),
        "fov_degrees": number(math.degrees(camera.angle)),
        "ortho_scale": number(camera.ortho_scale),
    }


def socket_value(socket):
    if socket.is_linked:
        return {"linked": socket.links[0].from_node.bl_idname}
    value = getattr(socket, "default_value", None)
    if isinstance(value, (int, float)):
        return number(value)
    try:
        return numbers(value)
    except TypeError:
        return None


def material_info(material):
    info = {"name": material.name, "users": material.users}
    if not material.use_nodes or material.node_tree is None:
        info["diffuse_color"] = numbers(material.diffuse_color)
        return info
    info["nodes"] = [node.bl_idname for node in material.node_tree.nodes][:40]
    for node in material.node_tree.nodes:
        if node.bl_idname == "ShaderNodeBsdfPrincipled":
            info["principled"] = {n: socket_value(node.inputs[n]) for n in PRINCIPLED if n in node.inputs}
            break
    return info


def world_info(world):
    if world is None:
        return None
    info = {"name": world.name, "color": numbers(world.color)}
    if world.use_nodes and world.node_tree:
        for node in world.node_tree.nodes:
            if node.bl_idname == "ShaderNodeBackground":
                info["background"] = {"color": socket_value(node.inputs[0]), "strength": socket_value(node.inputs[1])}
                break
        info["nodes"] = [node.bl_idname for node in world.node_tree.nodes][:40]
    return info


def bounds(objects):
    """World axis-aligned box of the visible geometry: {min, max, center, size, radius}, or None when there is none."""
    low, high = [math.inf] * 3, [-math.inf] * 3
    for obj in objects:
        if obj.type in ("CAMERA", "LIGHT", "EMPTY", "LIGHT_PROBE", "SPEAKER") or obj.hide_render:
            continue
        for corner in obj.bound_box:
            point = obj.matrix_world @ Vector(corner)
            for axis in range(3):
                if math.isfinite(point[axis]):
                    low[axis], high[axis] = min(low[axis], point[axis]), max(high[axis], point[axis])
    if not all(math.isfinite(v) for v in low + high):
        return None
    size = [h - l for l, h in zip(low, high)]
    return {
        "min": numbers(low),
        "max": numbers(high),
        "center": numbers((l + h) / 2 for l, h in zip(low, high)),
        "size": numbers(size),
        "radius": number(math.sqrt(sum(s * s for s in size)) / 2),
    }


def scene_info(size=None, max_bytes=MAX_BYTES):
    """The whole summary. size: of the pictures taken of the scene; None: none is taken, and `resolution` is the scene's own. Rotations are XYZ Euler angles in radians as in rotation_euler, lengths in scene units, colours linear 0..1. Over max_bytes the lists
    are cut from the end, and `left_out` counts what is missing."""
    scene = bpy.context.scene
    bpy.context.view_layer.update()
    objects = sorted(scene.objects, key=lambda obj: obj.name)
    info = {
        "scene": scene.name,
        "engine": scene.render.engine,
        "resolution": list(size or (scene.render.resolution_x, scene.render.resolution_y)),
        "frames": {"start": scene.frame_start, "end": scene.frame_end, "current": scene.frame_current, "fps": scene.render.fps},
        "view_transform": scene.view_settings.view_transform,
        "world": world_info(scene.world),
        "bounds": bounds(objects),
        "cameras": [camera_info(obj, scene) for obj in objects if obj.type == "CAMERA"],
        "lights": [light_info(obj) for obj in objects if obj.type == "LIGHT"],
        "objects": [object_info(obj) for obj in objects],
        "materials": [material_info(m) for m in sorted(bpy.data.materials, key=lambda m: m.name) if m.users],
        "left_out": {},
    }
    return cut(info, max_bytes)


def cut(info, max_bytes):
    while len(json.dumps(info)) > max_bytes:
        longest = max(("objects", "materials", "lights", "cameras"), key=lambda key: len(json.dumps(info[key])))
        entries = info[longest]
        if not entries:
            break
        drop = max(1, len(entries) // 4)
        info["left_out"][longest] = info["left_out"].get(longest, 0) + drop
        del entries[-drop:]
    return info


def write(path, size=None):
    temporary = path + ".part"
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(scene_info(size), file)
    os.replace(temporary, path)
