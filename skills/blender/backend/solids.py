"""Meshes as things with an inside: how near one comes to another, and how deep they go into each other."""

import array
import functools

from mathutils import Vector

# Vertices, faces and edges of a mesh that are asked for, at most so many of each, spread over it.
MOST_ASKED = 64


class Solid:
    """A mesh as it is evaluated, asked in world coordinates."""

    def __init__(self, obj, graph):
        self.obj = obj.evaluated_get(graph)
        self.matrix = self.obj.matrix_world.copy()
        self.inverse = self.matrix.inverted_safe()
        self.turn = self.matrix.to_3x3().inverted_safe().transposed()
        mesh = self.obj.data
        self.closed = len(mesh.loops) == 2 * len(mesh.edges) and len(mesh.polygons) > 3
        self.faces = len(mesh.polygons)
        count = len(mesh.vertices)
        flat = array.array("f", bytes(12 * count))
        mesh.vertices.foreach_get("co", flat)
        axes = [flat[axis::3] for axis in range(3)] if count else []
        ends = [along.index(pick(along)) for along in axes for pick in (min, max)]
        chosen = sorted({*some(count), *ends})
        places = [mesh.vertices[index].co for index in chosen] + [mesh.polygons[index].center for index in some(self.faces)]
        self.points = [self.matrix @ place for place in places]

    @functools.cached_property
    def edges(self):
        mesh = self.obj.data
        ends = [mesh.edges[index].vertices for index in some(len(mesh.edges))]
        return [[self.matrix @ mesh.vertices[end].co for end in two] for two in ends]

    @functools.cached_property
    def inside(self):
        """On which side of its faces a thing's inside is: 1 where they look inwards, else -1."""
        return 1 if self.closed and turned_in(self.obj) else -1

    def nearest(self, point):
        """(distance, height along the face's normal, squarely) of the nearest face; times `inside` the height is a depth."""
        hit, place, normal, _ = self.obj.closest_point_on_mesh(self.inverse @ point)
        if not hit:
            return None
        way = point - self.matrix @ place
        across, length = way.dot((self.turn @ normal).normalized()), way.length
        return length, across, abs(across) > 0.9 * length

    def is_cut_by(self, start, end):
        """Whether a line between two points passes through a face, its very ends apart."""
        start, end = self.inverse @ start, self.inverse @ end
        way = end - start
        return way.length > 0 and self.obj.ray_cast(start + 0.02 * way, way.normalized(), distance=0.96 * way.length)[0]

    def depth(self, point):
        """How deep a point is inside, below 0 outside; None where the nearest face does not tell, as at an edge."""
        near = self.nearest(point)
        return self.inside * near[1] if near and near[2] else None


def some(count):
    return range(0, count, max(1, -(-count // MOST_ASKED)))


def turned_in(obj):
    """Whether a closed mesh's faces look inwards: the first that a line from outside meets looks along it then. Most of a few
    lines decide, since one may slip through an edge."""
    corners, votes = [Vector(corner) for corner in obj.bound_box], 0
    outside = (corners[6] - corners[0]).length + 1e-6
    faces = obj.data.polygons
    for index in range(0, len(faces), max(1, len(faces) // 5)):
        goal = faces[index].center
        for way in (Vector((0.61, 0.55, 0.57)), Vector((-0.48, -0.62, 0.62))):
            hit, _, normal, _ = obj.ray_cast(goal + 2 * outside * way, -way)
            votes += (1 if normal.dot(way) < 0 else -1) if hit else 0
    return votes > 0


def touches(one, other, box, margin):
    """Whether one comes nearer to the other than margin, or into it; the first point that does ends the search. box: the
    other's."""
    (x0, y0, z0), (x1, y1, z1) = ([side - margin for side in box[0]], [side + margin for side in box[1]])
    for point in one.points:
        x, y, z = point
        if x0 <= x <= x1 and y0 <= y <= y1 and z0 <= z <= z1:
            near = other.nearest(point)
            if near is not None and (near[0] <= margin or (other.closed and near[2] and other.inside * near[1] > 0)):
                return True
    return goes_through(one, other, box)


def goes_through(one, other, box):
    """Whether an edge of one passes through a sheet, which has no inside."""
    return not other.closed and any(not beyond(edge, box) and other.is_cut_by(*edge) for edge in one.edges)


def depth_in(one, other, box):
    """How deep one's points go into the other, whose box it is; 0 where they do not."""
    # A sheet has no inside: what goes through it has an edge that does, and stands out on both of its sides.
    if not (other.closed or goes_through(one, other, box)):
        return 0.0
    (x0, y0, z0), (x1, y1, z1) = box
    deep, high = 0.0, 0.0
    for point in one.points:
        x, y, z = point
        if other.closed and not (x0 <= x <= x1 and y0 <= y <= y1 and z0 <= z <= z1):
            continue
        depth = other.depth(point)
        if depth is not None:
            deep, high = max(deep, depth), max(high, -depth)
    return deep if other.closed else min(deep, high)


def beyond(edge, box):
    """Whether both ends of an edge lie beyond the same side of a box, so that it cannot pass through it."""
    (x, y, z), (u, v, w) = edge
    (x0, y0, z0), (x1, y1, z1) = box
    return x < x0 > u or x > x1 < u or y < y0 > v or y > y1 < v or z < z0 > w or z > z1 < w
