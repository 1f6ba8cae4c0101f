"""What is wrong with a scene that can be told without a target: no light, nothing in view, black or blown out pictures, a
camera inside a thing, empty meshes, missing pictures, things that float or cut into each other. Facts with amounts, for
whoever reads the state; nothing is refused for them."""

import array
import os

import bpy
from mathutils import Vector

from . import framing, mesh_lines, scene_file, scene_info
from .solids import Solid, depth_in, touches

# Things that are looked at, and pairs of them whose boxes meet.
MOST_THINGS = 80
MOST_PAIRS = 200
MOST_TOLD = 8
# A gap or depth below this part of the smaller thing's size is contact.
CONTACT = 0.03
# Parts of one thing are often sunk a little into each other; from this part of the smaller one's size on it is told.
SUNK = 0.15
# A pixel below this is black; so large a part of black or white pixels shows nothing.
DARK, ALL = 0.02, 0.9
# Pixels of a picture that are looked at, spread over it.
LOOKED_AT = 5000
# Channels from here on are as bright as can be: view transforms keep a little below 1.
BRIGHT = 0.97


def found(check, text, things=(), amount=None):
    entry = {"check": check, "text": text, "things": list(things)}
    return entry if amount is None else {**entry, "amount": scene_info.number(amount)}


def size_of(box):
    return max(high - low for low, high in zip(*box))


def of_scene(program=None):
    """Checks that need no picture. program: its text, for the lines that made what is wrong."""
    scene = bpy.context.scene
    graph = bpy.context.evaluated_depsgraph_get()
    boxes = framing.visible()
    shown = scene_info.shown(scene)
    checks = []
    if not any(obj.type == "CAMERA" for obj in scene.objects):
        checks.append(found("no_camera", "the scene has no camera"))
    if not is_lit(scene, shown):
        checks.append(found("no_light", "nothing gives light: no lamp, no emission, a black world"))
    bare = sorted(name for name in shown if is_empty(scene.objects[name], graph))
    if bare:
        told = mesh_lines.told([scene.objects[name] for name in bare[:MOST_TOLD]], program)
        checks.append(found("empty_mesh", told, bare[:MOST_TOLD]))
    gone = scene_file.missing_files()
    if gone:
        names = [os.path.basename(path) or path for path in gone[:MOST_TOLD]]
        checks.append(found("missing_file", f"files that are not there: {', '.join(names)}", names))
    around = camera_inside(scene, boxes, graph)
    if around:
        checks.append(found("camera_inside", f"the camera is inside {around}", [around]))
    return checks + contacts(scene, boxes, graph)


def is_lit(scene, shown):
    for name in shown:
        obj = scene.objects[name]
        if obj.type == "LIGHT" and obj.data.energy > 0:
            return True
        if any(slot.material is not None and glows(slot.material.node_tree) for slot in obj.material_slots):
            return True
    world = scene.world
    if world is None:
        return False
    if not world.use_nodes or world.node_tree is None:
        return max(world.color) > 0
    for node in world.node_tree.nodes:
        if node.bl_idname == "ShaderNodeBackground" and is_on(node.inputs[1]) and is_on(node.inputs[0]):
            return True
        if node.bl_idname not in ("ShaderNodeBackground", "ShaderNodeOutputWorld") and node.bl_idname.startswith("ShaderNodeTex"):
            return True
    return False


def is_on(socket):
    if socket.is_linked:
        return True
    value = socket.default_value
    return value > 0 if isinstance(value, float) else max(value[:3]) > 0


def glows(tree):
    """Whether a material's nodes may emit light; groups are taken to."""
    if tree is None:
        return False
    for node in tree.nodes:
        if node.bl_idname == "ShaderNodeGroup":
            return True
        if node.bl_idname == "ShaderNodeEmission" and is_on(node.inputs[0]) and is_on(node.inputs[1]):
            return True
        if node.bl_idname == "ShaderNodeBsdfPrincipled":
            colour = node.inputs.get("Emission Color") or node.inputs.get("Emission")
            strength = node.inputs.get("Emission Strength")
            if colour is not None and strength is not None and is_on(colour) and is_on(strength):
                return True
    return False


def is_empty(obj, graph):
    """A mesh without a face that carries nothing else: no particles, no instances, no children."""
    if obj.type != "MESH" or obj.particle_systems or obj.instance_type != "NONE" or obj.children:
        return False
    return len(obj.evaluated_get(graph).data.polygons) == 0


def camera_inside(scene, boxes, graph):
    """The name of the closed thing that the camera stands in; a room is none."""
    camera = scene.camera
    if camera is None or not boxes:
        return None
    place = camera.evaluated_get(graph).matrix_world.translation
    whole = size_of(framing.union(boxes.values()))
    for name, box in sorted(boxes.items()):
        around = all(low < at < high for low, at, high in zip(box[0], place, box[1]))
        if around and size_of(box) < whole / 2 and scene.objects[name].type == "MESH":
            depth = Solid(scene.objects[name], graph).depth(place)
            if depth is not None and depth > 0:
                return name
    return None


def contacts(scene, boxes, graph):
    """Things that cut into each other, with depths, and things that float, with gaps."""
    names = [n for n in boxes if scene.objects[n].type == "MESH" and size_of(boxes[n]) > 0]
    names = sorted(names, key=lambda n: -size_of(boxes[n]))[:MOST_THINGS]
    made = {}

    def solid(name):
        if name not in made:
            made[name] = Solid(scene.objects[name], graph)
        return made[name]

    touching, cuts, compared = set(), [], 0
    pairs = near_pairs(names, boxes)
    for sunk, one, other in pairs:
        smaller = size_of(boxes[other])
        # Else it is too little for a cut that is told, whatever their forms are.
        if sunk > SUNK * smaller and solid(one).faces and solid(other).faces:
            compared += 1
            if compared > MOST_PAIRS:
                return told_cuts(cuts)
            depth = min(max(depth_in(solid(one), solid(other), boxes[other]), depth_in(solid(other), solid(one), boxes[one])), smaller)
            if depth > 0:
                touching.update((one, other))
            if depth > SUNK * smaller:
                cuts.append((depth / smaller, depth, other, one))
    for _, one, other in pairs:
        # What touches one thing does not float.
        if (one in touching and other in touching) or not (solid(one).faces and solid(other).faces):
            continue
        compared += 1
        if compared > MOST_PAIRS:
            return told_cuts(cuts)
        near = CONTACT * size_of(boxes[other])
        if touches(solid(other), solid(one), boxes[one], near) or touches(solid(one), solid(other), boxes[other], near):
            touching.update((one, other))
    return told_cuts(cuts) + floating(scene, boxes, names, touching)


def near_pairs(names, boxes):
    """Pairs of things whose boxes meet, the larger first, after how far their boxes are in each other; the deepest first."""
    pairs = []
    for index, one in enumerate(names):
        for other in names[index + 1 :]:
            sunk = sink(boxes[one], boxes[other])
            if sunk >= -CONTACT * size_of(boxes[other]):
                pairs.append((sunk, one, other))
    return sorted(pairs, key=lambda pair: -pair[0])


def sink(one, other):
    """How far two boxes would have to be moved to part them: nothing in one is deeper in the other."""
    return min(min(one[1][axis] - other[0][axis], other[1][axis] - one[0][axis]) for axis in range(3))


def told_cuts(cuts):
    worst = sorted(cuts, key=lambda cut: (-cut[0], cut[2]))[:MOST_TOLD]
    return [
        found("interpenetrating", f"{small} and {large} cut into each other by {depth:.3g} ({part * 100:.0f} % of the smaller one's size)", [small, large], depth)
        for part, depth, small, large in worst
    ]


def floating(scene, boxes, names, touching):
    rays, gaps = framing.Rays(), []
    for name in names:
        obj, (low, high) = scene.objects[name], boxes[name]
        moves = obj.rigid_body is not None or (obj.animation_data is not None and obj.animation_data.action is not None)
        if name in touching or moves or obj.parent is not None or obj.constraints or obj.hide_render:
            continue
        middle = Vector((low[axis] + high[axis]) / 2 for axis in range(3))
        below, at = rays.first(middle, Vector((0, 0, -1)), 1e4, through=(name,))
        gap = at - (middle.z - low[2])
        if below is not None and gap > CONTACT * size_of(boxes[name]):
            gaps.append((gap / size_of(boxes[name]), gap, name, below))
    return [
        found("floating", f"{name} floats {gap:.3g} above {below} and touches nothing", [name, below], gap)
        for _, gap, name, below in sorted(gaps, reverse=True)[:MOST_TOLD]
    ]


def of_picture(view, path):
    """Checks of one picture: what it shows by its map, and how its pixels are spread."""
    name = view["name"]
    if view.get("things") == []:
        return [found("nothing_in_view", f"{name} shows no thing, only the background")]
    dark, bright = spread(path)
    if dark > ALL:
        return [found("black", f"{name} is black: {dark * 100:.0f} % of it gives next to no light", amount=dark)]
    if bright > ALL:
        return [found("blown_out", f"{name} is blown out: {bright * 100:.0f} % of it is as bright as can be", amount=bright)]
    return []


def spread(path):
    """Shares of a PNG's pixels that are black and white, 0..1."""
    image = bpy.data.images.load(path, check_existing=False)
    try:
        image.colorspace_settings.is_data = True
        pixels = array.array("f", bytes(4 * len(image.pixels)))
        image.pixels.foreach_get(pixels)
    finally:
        bpy.data.images.remove(image)
    step = 4 * max(1, len(pixels) // 4 // LOOKED_AT)
    channels = [pixels[at::step] for at in range(3)]
    count = max(1, len(channels[0]))
    return sum(map(DARK.__gt__, map(max, *channels))) / count, sum(map(BRIGHT.__lt__, map(min, *channels))) / count
