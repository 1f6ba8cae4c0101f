"""scene.json: what is in the scene, as plain data, at most 256 KiB."""

import json
import math
import os

import bpy
from mathutils import Vector

MAX_BYTES = 256 * 1024
# Objects described at most before it is known which are seen.
MOST_DESCRIBED = 5000
# A coordinate beyond this is no place.
LARGEST = 1e30
DIGITS = 5
NO_EXTENT = ("CAMERA", "LIGHT", "EMPTY", "LIGHT_PROBE", "SPEAKER", "ARMATURE")
LISTS = ("objects", "materials", "lights", "cameras")
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


def shown(scene):
    """Objects that a render may show: in a view layer that is used, and hidden by no collection."""
    found, waiting = set(), [layer.layer_collection for layer in scene.view_layers if layer.use]
    while waiting:
        part = waiting.pop()
        if not part.exclude and not part.collection.hide_render:
            found.update(obj.name for obj in part.collection.objects if not obj.hide_render)
            waiting += part.children
    return found


def world_box(obj, graph):
    """(low, high) of what it is with its modifiers, along the world's axes; None for what has no extent, or no finite
    one."""
    if obj.type in NO_EXTENT:
        return None
    corners = obj.evaluated_get(graph).bound_box
    near, far = corners[0], corners[6]
    matrix = obj.matrix_world
    low, high = [], []
    for axis in range(3):
        row = matrix[axis]
        middle = row[3] + sum(row[i] * (near[i] + far[i]) / 2 for i in range(3))
        half = sum(abs(row[i] * (far[i] - near[i]) / 2) for i in range(3))
        low.append(middle - half)
        high.append(middle + half)
    return (low, high) if all(abs(v) < LARGEST for v in low + high) else None


def object_info(obj, visible, graph):
    box = world_box(obj, graph)
    info = {
        "name": obj.name,
        "type": obj.type,
        "location": numbers(obj.matrix_world.translation),
        "rotation": numbers(obj.matrix_world.to_euler()),
        "scale": numbers(obj.matrix_world.to_scale()),
        "dimensions": numbers(obj.dimensions),
        "box": box and {"min": numbers(box[0]), "max": numbers(box[1])},
        "visible": visible,
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
    graph = bpy.context.evaluated_depsgraph_get()
    boxes = [world_box(obj, graph) for obj in objects if not obj.hide_render]
    boxes = [box for box in boxes if box is not None]
    if not boxes:
        return None
    low = [min(box[0][axis] for box in boxes) for axis in range(3)]
    high = [max(box[1][axis] for box in boxes) for axis in range(3)]
    size = [h - l for l, h in zip(low, high)]
    return {
        "min": numbers(low),
        "max": numbers(high),
        "center": numbers((l + h) / 2 for l, h in zip(low, high)),
        "size": numbers(size),
        "radius": number(math.sqrt(sum(s * s for s in size)) / 2),
    }


def scene_info(size=None, quality=None):
    """The summary. size: of the pictures taken of the scene; None: none is taken, and `resolution` is the scene's own.
    quality: what draws them. Rotations are XYZ Euler angles in radians as in rotation_euler, lengths in scene units,
    colours linear 0..1, boxes along the world's axes. Of very many objects those that may be seen come first, and
    `left_out` counts the others."""
    scene = bpy.context.scene
    bpy.context.view_layer.update()
    graph = bpy.context.evaluated_depsgraph_get()
    visible = shown(scene)
    objects = sorted(scene.objects, key=lambda obj: (obj.name not in visible, obj.name))
    left = len(objects) - MOST_DESCRIBED
    return {
        "scene": scene.name,
        "renderer": (quality or {}).get("renderer") or "CYCLES",
        "samples": (quality or {}).get("samples"),
        "resolution": list(size or (scene.render.resolution_x, scene.render.resolution_y)),
        "frames": {"start": scene.frame_start, "end": scene.frame_end, "current": scene.frame_current, "fps": scene.render.fps},
        "view_transform": scene.view_settings.view_transform,
        "world": world_info(scene.world),
        "bounds": bounds(objects),
        "cameras": [camera_info(obj, scene) for obj in objects if obj.type == "CAMERA"],
        "lights": [light_info(obj) for obj in objects if obj.type == "LIGHT"],
        "objects": by_name(object_info(obj, obj.name in visible, graph) for obj in objects[:MOST_DESCRIBED]),
        "materials": [material_info(m) for m in sorted(bpy.data.materials, key=lambda m: m.name) if m.users],
        "left_out": {"objects": left} if left > 0 else {},
    }


def by_name(entries):
    return sorted(entries, key=lambda entry: entry["name"])


def with_views(info, views):
    """The summary with what its pictures show, and with each thing in them that it left out so far."""
    described = {entry["name"] for entry in info["objects"]}
    scene, graph = bpy.context.scene, bpy.context.evaluated_depsgraph_get()
    seen = {thing["name"] for view in views for thing in view.get("things", ())} - described
    more = [object_info(scene.objects[name], True, graph) for name in seen if name in scene.objects]
    left = {**info["left_out"]}
    if more:
        left["objects"] -= len(more)
    return dict(info, objects=by_name(info["objects"] + more), views=views, left_out=left)


def cut(info, max_bytes=MAX_BYTES):
    """The summary within max_bytes, its views apart: what shows least in the pictures goes first, and `left_out` counts
    what went."""
    share = {}
    for view in info.get("views", ()):
        for thing in view.get("things", ()):
            share[thing["name"]] = max(share.get(thing["name"], 0), thing["share"])
    sizes = {key: [len(json.dumps(entry)) + 2 for entry in info[key]] for key in LISTS}
    total = {key: sum(sizes[key]) for key in LISTS}
    over = sum(total.values()) + len(json.dumps({key: info[key] for key in info if key not in (*LISTS, "views")})) - max_bytes
    if over <= 0:
        return info
    # Last to go first: of objects those that are seen most, else by name.
    order = {key: list(range(len(info[key]))) for key in LISTS}
    order["objects"].sort(key=lambda index: (-share.get(info["objects"][index]["name"], 0), index))
    gone = {key: set() for key in LISTS}
    while over > 0 and any(order.values()):
        longest = max(LISTS, key=lambda key: total[key])
        index = order[longest].pop()
        gone[longest].add(index)
        total[longest] -= sizes[longest][index]
        over -= sizes[longest][index]
    kept = {key: [entry for index, entry in enumerate(info[key]) if index not in gone[key]] for key in LISTS}
    left = {key: info["left_out"].get(key, 0) + len(gone[key]) for key in LISTS}
    return dict(info, **kept, left_out={key: count for key, count in left.items() if count})


def text(info):
    """The summary for a later probe, which has no use for the maps themselves."""
    views = [{key: value for key, value in view.items() if key != "labels"} for view in info.get("views", ())]
    return json.dumps(cut(dict(info, views=views)))


def write(path, info):
    temporary = path + ".part"
    with open(temporary, "w", encoding="utf-8") as file:
        # In one piece: json.dump is ten times slower.
        file.write(json.dumps(cut(info)))
    os.replace(temporary, path)
