"""A scene as numbers: every editable number by its address, hashes of what is not a number (geometry, keyframes), and the
sizes of things. Addresses are [collection, datablock name, RNA path, index]; index -1 means "not an array"; numbers that
keyframes or drivers write have 1000 added to theirs, since editing them would not last."""

import array

import bpy
from mathutils import Vector

from ..backend import neutral

COLLECTIONS = ("objects", "lights", "cameras", "materials", "worlds", "node_groups", "shape_keys", "textures", "curves",
               "metaballs", "lattices", "meshes", "collections", "grease_pencils")
# Derived from another property, or editor state that no picture depends on.
SKIP = {
    "dimensions", "matrix_basis", "matrix_local", "matrix_world", "matrix_parent_inverse", "bound_box", "angle", "angle_x",
    "angle_y", "location_y", "width_hidden", "height", "width", "view_center", "preview", "bl_width_default",
    "bl_width_min", "bl_width_max", "bl_height_default", "bl_height_min", "bl_height_max", "auto_smooth_angle",
    "texspace_location", "texspace_size", "lineart", "rotation_mode", "display_size", "empty_display_size", "color_tag",
    "grease_pencil", "dof_object", "active_shape_key_index", "diffuse_color", "specular_color", "roughness_preview",
    "line_color", "shadow_cascade_max_distance", "normalized_time",
}
SKIP_POINTERS = {"id_data", "rna_type", "original", "library", "asset_data", "override_library", "preview", "parent",
                 "data", "active_material", "animation_data", "grease_pencil", "node_tree_hidden", "pose", "library_weak_reference",
                 "lightgroup", "field", "soft_body", "display", "lineart", "cycles_visibility", "motion_path", "active_node",
                 "object", "target", "texspace", "image_user", "color_mapping", "texture_mapping", "from_node", "to_node",
                 "camera", "world", "sequence_editor", "compositing_node_group", "active_shape_key", "reference_key",
                 "interface", "user"}
WALKED = {"modifiers", "constraints", "nodes", "inputs", "key_blocks", "elements", "points_curve", "node_tree",
          "color_ramp", "color_ramps", "mapping", "dof", "cycles", "shadow", "elements_metaball"}
_plans = {}


def plan(struct):
    """Per RNA type: its editable float properties, and the children worth walking."""
    name = struct.identifier
    if name not in _plans:
        floats, children = [], []
        for prop in struct.properties:
            key = prop.identifier
            if prop.type == "FLOAT" and not prop.is_readonly and key not in SKIP:
                floats.append((key, prop.array_length if prop.is_array else 0))
            elif prop.type == "POINTER" and key in WALKED and key not in SKIP_POINTERS:
                children.append((key, False))
            elif prop.type == "COLLECTION" and key in WALKED:
                children.append((key, True))
        _plans[name] = (floats, children)
    return _plans[name]


def walk(item, path, out, address, depth=0):
    floats, children = plan(item.bl_rna)
    for key, length in floats:
        try:
            value = getattr(item, key)
        except Exception:
            continue
        where = f"{path}.{key}" if path else key
        if length:
            for i, part in enumerate(value):
                out[(*address, where, i)] = part
        else:
            out[(*address, where, -1)] = value
    if depth >= 4:
        return
    for key, many in children:
        child = getattr(item, key, None)
        if child is None:
            continue
        where = f"{path}.{key}" if path else key
        if many:
            for i, part in enumerate(child):
                walk(part, f"{where}[{i}]", out, address, depth + 1)
        else:
            walk(child, where, out, address, depth + 1)


def opaque(data):
    """Things that move pictures but are not single numbers: geometry, keyframes. Compared by hash only."""
    out = {}
    for mesh in data.meshes:
        co = array.array("f", bytes(12 * len(mesh.vertices)))
        mesh.vertices.foreach_get("co", co)
        out[("meshes", mesh.name)] = hash((co.tobytes(), len(mesh.polygons)))
        for layer in getattr(mesh, "color_attributes", ()):
            values = array.array("f", bytes(16 * len(layer.data)))
            layer.data.foreach_get("color", values)
            out[("meshes", mesh.name, layer.name)] = hash(values.tobytes())
    for curve in data.curves:
        parts = []
        for spline in getattr(curve, "splines", ()):
            for points, size in ((spline.points, 4), (spline.bezier_points, 3)):
                co = array.array("f", bytes(4 * size * len(points)))
                points.foreach_get("co", co)
                parts.append(co.tobytes())
        if getattr(curve, "body", None) is not None:
            parts.append(curve.body)
        out[("curves", curve.name)] = hash(tuple(parts))
    for ball in data.metaballs:
        out[("metaballs", ball.name)] = hash(tuple((tuple(e.co), e.radius, e.stiffness) for e in ball.elements))
    for key in data.shape_keys:
        for block in key.key_blocks:
            try:
                co = array.array("f", bytes(12 * len(block.data)))
                block.data.foreach_get("co", co)
                out[("shape_keys", key.name, block.name)] = hash(co.tobytes())
            except Exception:
                out[("shape_keys", key.name, block.name)] = len(block.data)
    for image in data.images:
        if image.source == "GENERATED" and 0 < image.size[0] * image.size[1] <= 1 << 20:
            pixels = array.array("f", bytes(4 * len(image.pixels)))
            image.pixels.foreach_get(pixels)
            out[("images", image.name)] = hash(pixels.tobytes())
    for action in data.actions:
        curves = (curve for group in neutral.curve_groups(action) for curve in group)
        out[("actions", action.name)] = hash(tuple(tuple(p.co) for c in curves for p in c.keyframe_points))
    return out


def animated(data, name):
    """Datablocks whose properties are written by keyframes or drivers: editing them in place would not last."""
    names = set()
    for item in getattr(data, name, ()):
        animation = getattr(item, "animation_data", None)
        tree = getattr(getattr(item, "node_tree", None), "animation_data", None)
        for source in (animation, tree):
            if source is not None and (source.action is not None or len(source.drivers) > 0):
                names.add(item.name)
    return names


def belongings():
    """By object: its data, its shape keys, its materials and the collections it is in, as "collection/name"."""
    names = {"MESH": "meshes", "LIGHT": "lights", "CAMERA": "cameras", "CURVE": "curves", "FONT": "curves", "SURFACE": "curves",
             "META": "metaballs", "LATTICE": "lattices", "GPENCIL": "grease_pencils", "GREASEPENCIL": "grease_pencils"}
    found = {}
    for item in bpy.context.scene.objects:
        blocks = [f"materials/{slot.material.name}" for slot in item.material_slots if slot.material]
        blocks += [f"collections/{group.name}" for group in bpy.data.collections if item.name in group.all_objects]
        if item.data is not None and item.type in names:
            blocks.append(f"{names[item.type]}/{item.data.name}")
            keys = getattr(item.data, "shape_keys", None)
            blocks += [f"shape_keys/{keys.name}"] if keys else []
        found[item.name] = blocks
    return found


def dump():
    """Every editable number of the scene, and the hashes of what is not a number."""
    numbers = {}
    for name in COLLECTIONS:
        held = animated(bpy.data, name)
        for item in getattr(bpy.data, name, ()):
            target = {}
            walk(item, "", target, (name, item.name))
            if item.name in held:
                target = {(*key[:-1], 1000 + key[-1]): value for key, value in target.items()}
            numbers.update(target)
    scene = bpy.context.scene
    for path in ("view_settings.exposure", "view_settings.gamma"):
        numbers[("scenes", scene.name, path, -1)] = scene.path_resolve(path)
    shapes = opaque(bpy.data)
    for item in bpy.data.objects:
        shapes[("parent", item.name)] = hash((item.parent.name if item.parent else "", len(item.modifiers),
                                              tuple(slot.name for slot in item.material_slots)))
    return numbers, shapes


def measure():
    """Sizes the solver scales its steps by: object extents, and the whole of what is not a backdrop."""
    bpy.context.view_layer.update()
    sizes, boxes = {}, []
    for item in bpy.context.scene.objects:
        if item.type in {"MESH", "CURVE", "SURFACE", "META", "FONT"} and not item.hide_render:
            corners = [item.matrix_world @ Vector(c) for c in item.bound_box]
            low = [min(c[i] for c in corners) for i in range(3)]
            high = [max(c[i] for c in corners) for i in range(3)]
            size = max(h - l for l, h in zip(low, high))
            if 0 < size < 1e6:
                sizes[item.name] = size
                boxes.append(size)
    boxes.sort()
    camera = bpy.context.scene.camera
    return {"sizes": sizes, "median": boxes[len(boxes) // 2] if boxes else 1.0,
            "cameras": [c.name for c in bpy.context.scene.objects if c.type == "CAMERA"],
            "lamps": [c.name for c in bpy.context.scene.objects if c.type == "LIGHT"],
            "parents": {c.name: c.parent.name for c in bpy.context.scene.objects if c.parent},
            "camera": camera.name if camera else None}
