"""Operation "crossings": which objects stand in one another, and how deep, for many parameter vectors of one program.

`of`: names of the objects asked about, children counting as theirs; each is tried against every other solid object. Each
vector's answer lists [one, other, depth, size] of those whose surfaces cut each other: how far the deepest corner of one is
inside the other, and the longer side of the smaller one's world box.
"""

import bpy
from mathutils import Vector
from mathutils.bvhtree import BVHTree

from . import op_knobs
from .lean import lean_operators
from .op_masks import SOLID
from .edited import Live, family, spread

# Corners of one object that are looked up in another at most.
CORNERS = 2000


class Solid:
    """A visible object's surface in the world, as it is drawn."""

    def __init__(self, item, depsgraph):
        inner = item.evaluated_get(depsgraph)
        mesh = inner.to_mesh()
        matrix = inner.matrix_world
        self.corners = [matrix @ vertex.co for vertex in mesh.vertices]
        self.tree = BVHTree.FromPolygons(self.corners, [tuple(face.vertices) for face in mesh.polygons])
        inner.to_mesh_clear()
        self.low = [min(c[i] for c in self.corners) for i in range(3)] if self.corners else None
        self.high = [max(c[i] for c in self.corners) for i in range(3)] if self.corners else None

    @property
    def size(self):
        return max(h - l for l, h in zip(self.low, self.high))

    def near(self, other):
        if self.low is None or other.low is None:
            return False
        return all(self.low[i] <= other.high[i] and other.low[i] <= self.high[i] for i in range(3))

    def depth_in(self, other):
        """How far the deepest corner of this one is behind the other's surface."""
        # A flat thing has no inside: what counts is what is behind it.
        thick = [i for i in range(3) if other.high[i] - other.low[i] > 0.01 * other.size]
        within = [c for c in self.corners if all(other.low[i] <= c[i] <= other.high[i] for i in thick)]
        deepest = 0.0
        for corner in within[::max(1, len(within) // CORNERS)]:
            place, normal, _, distance = other.tree.find_nearest(corner)
            if place is not None and (Vector(corner) - place).dot(normal) < 0:
                deepest = max(deepest, distance)
        return deepest


def crossings(scene, asked):
    depsgraph = bpy.context.evaluated_depsgraph_get()
    solids = {}

    def solid(item):
        if item.name not in solids:
            solids[item.name] = Solid(item, depsgraph)
        return solids[item.name]

    shown = [item for item in scene.objects if item.type in SOLID and not item.hide_render]
    found = []
    for one in (item for item in shown if item in asked):
        for other in shown:
            if other is one or (other in asked and other.name < one.name):
                continue
            a, b = solid(one), solid(other)
            if a.near(b) and a.tree.overlap(b.tree):
                found.append([one.name, other.name, max(a.depth_in(b), b.depth_in(a)), min(a.size, b.size)])
    return found


def handle(args, job):
    _, vectors, places, tasks = spread(args, max(1, job.cpus))

    def task(members):
        reference = vectors[members[0]]
        with lean_operators(args.get("lean", False)):
            wrong = job.execute(op_knobs.patch(args["program"], op_knobs.find(args["program"]), reference))
        if wrong:
            return [None] * len(members)
        live = Live(reference)
        if len(members) > 1:
            live.learn(places)
        answers = []
        for v in members:
            live.move(vectors[v])
            bpy.context.view_layer.update()
            answers.append(crossings(bpy.context.scene, family(args["of"])))
        return answers

    answers = [None] * len(vectors)
    for members, reply in zip(tasks, job.fork_map(tasks, task)):
        if reply["ok"]:
            for v, value in zip(members, reply["value"]):
                answers[v] = value
    return {"vectors": answers}
