"""Operation "trace": which knobs move what, found by running the program, not by reading it.

Testing hundreds of knobs one at a time would cost a run each. Instead all knobs are nudged at once, three times, each by
its own random amount. A scene property that depends affinely on exactly one knob changes in proportion to that knob's
nudges, and no other knob's; so one division names the knob and its slope, and the third run confirms it. Properties that
fit no single knob (mesh vertices, products of knobs, look-at rotations) are "mixed". A knob is editable *in place* when
nudging only such knobs leaves every mixed property alone: its value can then be written to the live scene without running
the program again. Knobs for which the program fails are found by halving and reported as `fragile`.

A property's address is [collection, datablock name, path, index]; path is an RNA path on that datablock.
"""

import array
import math
import random

from . import op_knobs

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
        curves = getattr(action, "fcurves", ())
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


def dump():
    """Every editable number of the scene, and the hashes of what is not a number."""
    import bpy

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
    import bpy
    from mathutils import Vector

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
            "camera": camera.name if camera else None}


def nudge(knob, unit):
    """A small change that stays inside the usual limits: ones go down (roughness, colour), zeros go up."""
    value = knob["value"]
    if knob["kind"] == "angle" and knob["degrees"]:
        return 2.0 * unit
    size = 0.02 * max(abs(value), 0.25) * unit
    return -size if value == 1.0 or (knob["kind"] in ("color", "unit") and value > 0.9) else size


def tidy(slope):
    """Slopes measured in single precision, snapped to the ones that really occur."""
    for exact in (1.0, -1.0, math.pi / 180, -math.pi / 180, 0.5, 2.0):
        if abs(slope - exact) < 2e-4 * abs(exact):
            return exact
    return slope


class Tracer:
    """The program, its knobs and what one run of it changes against the unperturbed run."""

    def __init__(self, source, knobs, job):
        self.source, self.knobs, self.job = source, knobs, job
        self.base_values = [k["value"] for k in knobs]
        self.base = None
        self.restless = set()
        self.complaint = None
        self.runs = 0

    def values(self, members, units):
        values = list(self.base_values)
        for k in members:
            values[k] += nudge(self.knobs[k], units[k])
        return values

    def observe(self, many, whole=False):
        """Runs the program once per vector, in parallel. Each answer: {number: value} and [shapes] that differ from the
        base run (all of them when `whole`), or None where the program failed."""
        base = self.base

        def work(values):
            failed = self.job.execute(op_knobs.patch(self.source, self.knobs, values))
            if failed:
                return {"failed": failed}
            numbers, shapes = dump()
            if whole:
                return {"n": [[list(k), v] for k, v in numbers.items()],
                        "s": [[list(k), v] for k, v in shapes.items()], "m": measure()}
            gone = [list(k) for k in base[0] if k not in numbers]
            return {"n": [[list(k), v] for k, v in numbers.items() if base[0].get(k) != v],
                    "s": [list(k) for k, v in shapes.items() if base[1].get(k) != v] + gone}

        self.runs += len(many)
        answers = []
        for reply in self.job.fork_map(many, work):
            value = reply["value"] if reply["ok"] else {"failed": reply["error"]}
            if "failed" in value:
                self.complaint = value["failed"]
                answers.append(None)
                continue
            numbers = {tuple(k): v for k, v in value["n"]}
            if whole:
                answers.append((numbers, {tuple(k): v for k, v in value["s"]}, value["m"]))
            else:
                answers.append(({k: v for k, v in numbers.items() if k not in self.restless},
                                [k for k in map(tuple, value["s"]) if k not in self.restless]))
        return answers

    def start(self):
        """The base run, twice: what differs between the two is random and says nothing about knobs."""
        self.base, again = self.observe([self.base_values] * 2, whole=True)
        if self.base is None or again is None:
            return False
        for part in (0, 1):
            self.restless |= {k for k, v in self.base[part].items() if again[part].get(k) != v}
        return True

    def fragile(self, members, units):
        """Knobs the program cannot bear to have changed (whole numbers used as counts): halved until found."""
        if not members or self.runs > 80:
            return set()
        if self.observe([self.values(members, units)])[0] is not None:
            return set()
        if len(members) == 1:
            return set(members)
        half = len(members) // 2
        return self.fragile(members[:half], units) | self.fragile(members[half:], units)

    def owners(self, sound):
        """{knob: [(property, slope)]} for the properties that follow exactly one knob, from three joint nudges."""
        units = [[scale * random.uniform(0.5, 1.5) for _ in self.knobs] for scale in (1.0, 1.0, 5.0)]
        seen = self.observe([self.values(sound, u) for u in units])
        if None in seen:
            return {}
        deltas = [[nudge(knob, u[k]) for k, knob in enumerate(self.knobs)] for u in units]
        owned = {}
        for key in set().union(*(got[0] for got in seen)):
            value = self.base[0].get(key)
            if value is None or key[-1] >= 900:
                continue
            change = [got[0].get(key, value) - value for got in seen]
            if change[0] == 0:
                continue
            noise = 3e-6 * (1 + abs(value))
            fits = []
            for k in sound:
                slope = change[2] / deltas[2][k]
                if all(abs(c - slope * d[k]) <= noise + 2e-4 * abs(c) for c, d in zip(change, deltas)):
                    fits.append((k, slope))
            if len(fits) == 1:
                owned.setdefault(fits[0][0], []).append((key, tidy(fits[0][1])))
        return owned

    def confirm(self, members, owned):
        """The members that, nudged together and alone, move their own properties and nothing else."""
        if not members or self.runs > 200:
            return []
        units = [random.choice((-1, 1)) * random.uniform(1.0, 4.0) for _ in self.knobs]
        got = self.observe([self.values(members, units)])[0]
        clean = got is not None and not got[1]
        if clean:
            numbers = dict(got[0])
            for k in members:
                for key, slope in owned[k]:
                    expected = self.base[0][key] + slope * nudge(self.knobs[k], units[k])
                    now = numbers.pop(key, self.base[0][key])
                    clean = clean and abs(now - expected) <= 1e-5 * (1 + abs(expected))
            clean = clean and not numbers
        if clean:
            return list(members)
        if len(members) == 1:
            return []
        half = len(members) // 2
        return self.confirm(members[:half], owned) + self.confirm(members[half:], owned)

    def dead(self, members, size=8):
        """Groups that change nothing at all, without trying each knob of them."""
        groups = [members[i:i + size] for i in range(0, len(members), size)]
        still = [1.0] * len(self.knobs)
        answers = self.observe([self.values(group, still) for group in groups])
        return {k for group, got in zip(groups, answers) if got is not None and not got[0] and not got[1] for k in group}


def handle(args, job):
    random.seed(args.get("seed", 0))
    knobs = op_knobs.find(args["program"])
    tracer = Tracer(args["program"], knobs, job)
    if not tracer.start():
        return {"ok": False, "reason": f"it does not run: {(tracer.complaint or {}).get('message', 'no message')}",
                "runs": tracer.runs}
    everyone = list(range(len(knobs)))
    fragile = tracer.fragile(everyone, [1.0] * len(knobs))
    sound = [k for k in everyone if k not in fragile]
    owned = tracer.owners(sound)
    places = tracer.confirm(sorted(owned), owned)
    dead = tracer.dead([k for k in sound if k not in places])

    def readable(key):
        return f"{key[0]}/{key[1]}/{key[2]}" + (f"[{key[3]}]" if key[3] >= 0 else "")

    return {
        "ok": True, "runs": tracer.runs, "fragile": sorted(fragile), "dead": sorted(dead),
        "in_place": {str(k): [[*key, slope] for key, slope in owned[k]] for k in places},
        "touches": {str(k): [readable(key) for key, _ in owned[k]][:6] for k in places},
        "scene": tracer.base[2],
    }
