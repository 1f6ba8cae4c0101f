"""Where a camera must stand to show things: it faces their joint box, far enough that all of it fits, and on the near
side of walls. Rays tell what it sees; they are blind to glass, and to what renders hide."""

import math
import time

import bpy
from mathutils import Vector

from . import scene_info

# Room around the box, as part of its size.
MARGIN = 1.12
# The widest field of view along the longer side, radians: beyond it nothing looks as it is.
WIDEST = math.radians(100)
SENSOR = 36.0
# One camera a quarter of the way round; each may turn aside and be higher or lower to see more.
AROUND = tuple(math.radians(angle) for angle in (-135, -45, 45, 135))
ASIDE = tuple(math.radians(angle) for angle in (0, 25, -25, 50, -50))
ABOVE = tuple(math.radians(angle) for angle in (30, 55, 10))
# Things over this many times the size of all others together hold the scene rather than belong to it: floors, rooms, skies.
HOLDER = 3.0
# What lies along a side of the joint box and covers so much of it is a wall; what a room holds is smaller than it is.
COVERS = 0.6
FILLS = 0.8
# A wider field of view (radians) bends things, and is worth less.
NATURAL = math.radians(65)
MOST_POINTS = 48
# Seconds that rays may take; scenes of very many things answer slowly.
PATIENCE = 2.0


class Rays:
    """What stands between two points of the evaluated scene."""

    def __init__(self):
        self.scene = bpy.context.scene
        self.graph = bpy.context.evaluated_depsgraph_get()
        self.until = time.monotonic() + PATIENCE

    def spent(self):
        return time.monotonic() > self.until

    def first(self, start, direction, reach, through=()):
        """(object's name, distance) of the first rendered thing that is none of `through`, within reach; (None, reach)."""
        gone = 0.0
        for _ in range(32):
            if gone >= reach:
                break
            hit, place, _, _, obj, _ = self.scene.ray_cast(self.graph, start + direction * gone, direction, distance=reach - gone)
            if not hit:
                break
            at = (place - start).length
            if not (obj.hide_render or obj.name in through):
                return obj.name, at
            gone = max(at, gone) * (1 + 1e-5) + 1e-6
        return None, reach


def visible():
    """Things with an extent that renders may show, by name, with their world boxes."""
    graph, scene = bpy.context.evaluated_depsgraph_get(), bpy.context.scene
    shown = scene_info.shown(scene)
    boxes = {obj.name: scene_info.world_box(obj, graph) for obj in scene.objects if obj.name in shown}
    return {name: box for name, box in boxes.items() if box is not None}


def union(boxes):
    low = Vector(min(box[0][axis] for box in boxes) for axis in range(3))
    high = Vector(max(box[1][axis] for box in boxes) for axis in range(3))
    return low, high


def _size(boxes):
    low, high = union(boxes)
    return (high - low).length


def subject(boxes):
    """The names of what a scene is of: without the floor, room or sky that holds it."""
    names = sorted(boxes, key=lambda name: _size([boxes[name]]))
    while len(names) > 1 and _size([boxes[names[-1]]]) > HOLDER * _size([boxes[name] for name in names[:-1]]):
        names.pop()
    low, high = union([boxes[name] for name in names])
    inside = [name for name in names if not _is_side(boxes[name], low, high)]
    if not inside:
        return names
    rest = union([boxes[name] for name in inside])
    smaller = sum(rest[1][axis] - rest[0][axis] < FILLS * (high[axis] - low[axis]) for axis in range(3))
    return inside if smaller >= 2 or _holds_camera(low, high) else names


def _is_side(box, low, high):
    """Whether a thing is a floor, wall or ceiling of that box, or all of them in one."""
    size = [max(h - l, 1e-9) for l, h in zip(low, high)]
    for axis in range(3):
        near = min(box[0][axis] - low[axis], high[axis] - box[1][axis]) < 0.02 * size[axis]
        others = [other for other in range(3) if other != axis]
        if near and all(box[1][other] - box[0][other] > COVERS * size[other] for other in others):
            return True
    return False


def _holds_camera(low, high):
    camera = bpy.context.scene.camera
    if camera is None:
        return False
    place = camera.evaluated_get(bpy.context.evaluated_depsgraph_get()).matrix_world.translation
    return all(l < at < h for l, at, h in zip(low, place, high))


def corners(low, high):
    return [Vector((x, y, z)) for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]


def points(boxes, names):
    """Places on and in the things, to ask whether they are seen."""
    found = []
    for name in names:
        low, high = (Vector(side) for side in boxes[name])
        middle, half = (low + high) / 2, (high - low) / 2
        found.append(middle)
        found += [middle + Vector(half[i] * sign if i == axis else 0 for i in range(3)) for axis in range(3) for sign in (1, -1)]
    step = max(1, math.ceil(len(found) / MOST_POINTS))
    return found[::step]


def basis(back):
    """(right, up) of an upright camera that looks against `back`."""
    right = Vector((0, 0, 1)).cross(back)
    right = right.normalized() if right.length > 1e-6 else Vector((1, 0, 0))
    return right, back.cross(right)


def tangents(angle, aspect):
    """Tangents of half the field of view across and up; the angle is along the longer side."""
    longer = math.tan(angle / 2)
    width, height = aspect
    return (longer, longer * height / width) if width >= height else (longer * width / height, longer)


def rotation_of(back):
    return back.to_track_quat("Z", "Y").to_euler()


def distance(low, high, back, angle, aspect):
    """How far from the box's middle a camera in direction `back` must stand to show all of it."""
    across, up_ = tangents(angle, aspect)
    right, up = basis(back)
    middle = (low + high) / 2
    far = 0.0
    for corner in corners(low, high):
        place = corner - middle
        for side, tangent in ((right, across), (up, up_)):
            far = max(far, place.dot(back) + MARGIN * abs(place.dot(side)) / tangent)
    return max(far, 1e-3)


def angle_from(low, high, back, far, aspect):
    """The field of view that shows all of the box from there, at most the widest."""
    across, up_ = tangents(math.pi / 2, aspect)
    right, up = basis(back)
    middle = (low + high) / 2
    needed = 0.0
    for corner in corners(low, high):
        place = corner - middle
        depth = far - place.dot(back)
        if depth <= 0:
            return WIDEST
        needed = max(needed, MARGIN * abs(place.dot(right)) / (depth * across), MARGIN * abs(place.dot(up)) / (depth * up_))
    return min(WIDEST, 2 * math.atan(needed))


def lens_of(angle):
    return SENSOR / (2 * math.tan(angle / 2))


def angle_of(lens):
    return 2 * math.atan(SENSOR / (2 * lens))


def direction(around, above):
    return Vector((math.cos(above) * math.cos(around), math.cos(above) * math.sin(around), math.sin(above)))


def stand(low, high, back, names, seen, rays, lens, aspect):
    """{location, rotation, lens, seen: part of the points} of a camera in that direction, before whatever would stand
    between."""
    middle, angle = (low + high) / 2, angle_of(lens)
    far = distance(low, high, back, angle, aspect)
    _, free = rays.first(middle, back, far, through=names)
    if free < far:
        far = 0.92 * free
        angle = max(angle, angle_from(low, high, back, far, aspect))
    place = middle + back * far
    hits = 0
    for point in seen:
        way = point - place
        blocker, _ = rays.first(place, way.normalized(), way.length * 0.999, through=names)
        hits += blocker is None
    part = hits / max(1, len(seen))
    bent = max(0.0, angle - NATURAL)
    return {"location": place, "rotation": rotation_of(back), "lens": lens_of(angle), "seen": part, "worth": part - 0.5 * bent}


def around(boxes, names, lens, aspect):
    """Four cameras around the things, one at each corner of their joint box, each turned aside where that shows more."""
    low, high = union([boxes[name] for name in names])
    seen, rays = points(boxes, names), Rays()
    inside = set(names)
    chosen = []
    for angle in AROUND:
        best = None
        for above in ABOVE:
            for aside in ASIDE:
                found = stand(low, high, direction(angle + aside, above), inside, seen, rays, lens, aspect)
                if best is None or found["worth"] > best["worth"] + 0.1:
                    best = found
                if best["worth"] > 0.9 or rays.spent():
                    break
            if best["worth"] > 0.9 or rays.spent():
                break
        chosen.append(best)
    return (low + high) / 2, chosen
