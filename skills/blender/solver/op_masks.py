"""Operation "masks": which things are seen where, for many parameter vectors of one program.

Rays through the middle of every pixel of a small picture, cast into the scene as it is drawn: exact, without noise, and far
cheaper than a picture. `things`: {id: [object names]}, children counting as theirs. Each vector's answer has per view and
thing `seen`, the pixels where it is in front, and `alone`, those it would have with nothing before it; and per thing its
world box. File `masks.ids`: per vector and view one byte a pixel, rows top-down, 0 or 1 + the place of the thing in `things`.
Each view's `matrix` takes a point of the world to clip space (row by row), as in a renderer.
"""

import os

import bpy
from mathutils import Vector

from . import op_knobs
from .lean import lean_operators
from .edited import Live, family, spread
from .shots import Viewpoint

SOLID = {"MESH", "CURVE", "SURFACE", "META", "FONT"}


class Eye:
    """One view of a scene: rays through its pixels, and where in it a point is."""

    def __init__(self, scene, depsgraph, viewpoint):
        self.width, self.height = viewpoint.size
        camera = scene.camera
        self.world = camera.matrix_world.copy()
        self.orthographic = camera.data.type == "ORTHO"
        frame = [Vector(corner) for corner in camera.data.view_frame(scene=scene)]
        self.corner, self.across, self.down = frame[3], frame[0] - frame[3], frame[2] - frame[3]
        projection = camera.calc_matrix_camera(depsgraph, x=self.width, y=self.height)
        self.matrix = projection @ self.world.inverted()

    def ray(self, x, y):
        point = self.corner + self.across * ((x + 0.5) / self.width) + self.down * ((y + 0.5) / self.height)
        if self.orthographic:
            return self.world @ Vector((point.x, point.y, 0.0)), (self.world.to_3x3() @ Vector((0.0, 0.0, -1.0))).normalized()
        return self.world.translation, (self.world.to_3x3() @ point).normalized()

    def box(self, corners):
        """The pixels that could show these world points: (left, top, right, bottom), all of them where one is behind."""
        places = [self.matrix @ Vector((*corner, 1.0)) for corner in corners]
        if any(place.w <= 1e-6 for place in places):
            return 0, 0, self.width, self.height
        xs = [(place.x / place.w + 1) / 2 * self.width for place in places]
        ys = [(1 - place.y / place.w) / 2 * self.height for place in places]
        left, right = max(0, int(min(xs))), min(self.width, int(max(xs)) + 1)
        top, bottom = max(0, int(min(ys))), min(self.height, int(max(ys)) + 1)
        return left, top, max(left, right), max(top, bottom)


def look(scene, viewpoint, members):
    """(ids, [[seen, alone] per thing], matrix) of one view. `members`: per thing its objects."""
    viewpoint.go(scene)
    depsgraph = bpy.context.evaluated_depsgraph_get()
    eye = Eye(scene, depsgraph, viewpoint)
    owner = {item.name: i for i, items in enumerate(members) for item in items}
    ids = bytearray(eye.width * eye.height)
    counts = [[0, 0] for _ in members]
    for y in range(eye.height):
        for x in range(eye.width):
            hit, _, _, _, item, _ = scene.ray_cast(depsgraph, *eye.ray(x, y))
            i = owner.get(item.name) if hit else None
            if i is not None:
                ids[y * eye.width + x] = i + 1
                counts[i][0] += 1
    for i, items in enumerate(members):
        alone = set()
        for item in items:
            if item.type not in SOLID or item.hide_render:
                continue
            inner = item.evaluated_get(depsgraph)
            back = inner.matrix_world.inverted_safe()
            left, top, right, bottom = eye.box([inner.matrix_world @ Vector(corner) for corner in inner.bound_box])
            for y in range(top, bottom):
                for x in range(left, right):
                    origin, direction = eye.ray(x, y)
                    if (x, y) not in alone and inner.ray_cast(back @ origin, back.to_3x3() @ direction)[0]:
                        alone.add((x, y))
        counts[i][1] = max(len(alone), counts[i][0])
    return bytes(ids), counts, [value for row in eye.matrix for value in row]


def extent(items):
    """[low, high] of the world box of what is solid in these objects; None where nothing is."""
    corners = [item.matrix_world @ Vector(c) for item in items if item.type in SOLID for c in item.bound_box]
    if not corners:
        return None
    return [[min(c[i] for c in corners) for i in range(3)], [max(c[i] for c in corners) for i in range(3)]]


def handle(args, job):
    _, vectors, places, tasks = spread(args, max(1, job.cpus))
    views = args["views"]
    path = os.path.join(job.dir, "masks.ids")

    def task(members):
        reference = vectors[members[0]]
        with lean_operators(args.get("lean", False)):
            wrong = job.execute(op_knobs.patch(args["program"], op_knobs.find(args["program"]), reference))
        if wrong:
            return {"failed": wrong["message"]}
        scene = bpy.context.scene
        viewpoints = [Viewpoint(scene, view, args["px"]) for view in views]
        live = Live(reference)
        if len(members) > 1:
            live.learn(places)
        # Rays meet what is shown on a screen: that is made what is rendered, as far as cameras see it.
        for item in scene.objects:
            item.hide_viewport = item.hide_render or not item.visible_camera
        things = [sorted(family(names), key=lambda item: item.name) for names in args["things"].values()]
        answers = []
        with open(f"{path}.{members[0]}", "wb") as out:
            for v in members:
                live.move(vectors[v])
                bpy.context.view_layer.update()
                seen = [look(scene, viewpoint, things) for viewpoint in viewpoints]
                for ids, _, _ in seen:
                    out.write(ids)
                answers.append({"views": [{"matrix": matrix, "counts": counts} for _, counts, matrix in seen],
                                "boxes": [extent(items) for items in things]})
        return {"sizes": [viewpoint.size for viewpoint in viewpoints], "answers": answers}

    answers, sizes, complaint = [None] * len(vectors), None, "no vectors to look at"
    parts = {}
    for members, reply in zip(tasks, job.fork_map(tasks, task)):
        value = reply["value"] if reply["ok"] else {"failed": reply["error"]["message"]}
        if "failed" in value:
            complaint = value["failed"]
            continue
        sizes = value["sizes"]
        with open(f"{path}.{members[0]}", "rb") as source:
            data = source.read()
        os.unlink(f"{path}.{members[0]}")
        step = len(data) // len(members)
        for i, v in enumerate(members):
            answers[v] = value["answers"][i]
            parts[v] = data[i * step:(i + 1) * step]
    if sizes is None:
        raise RuntimeError(complaint)
    offsets, at = [], 0
    with open(path, "wb") as out:
        for v in range(len(vectors)):
            offsets.append(at if v in parts else -1)
            at += out.write(parts.get(v, b""))
    return {"file": "masks.ids", "sizes": sizes, "offsets": offsets, "vectors": answers}
