"""Which things meet in the course of an animation, and at which frame first."""

from . import families, neutral, scene_checks
from .solids import Solid, touches

# Pairs told, and pairs whose surfaces are compared in the first and in a later frame.
MOST_TOLD = 60
MOST_COMPARED_FIRST = 240
MOST_COMPARED = 60


class Meetings:
    """Fed frame by frame; a pair that touches in the first frame has met already, and is looked at no more."""

    def __init__(self, scene):
        self.scene = scene
        self.first = None
        self.touched = set()
        self.found = []
        self.supports = {}
        self.pairs = []

    def look(self, frame, boxes, graph):
        """boxes: {name: its boxes up to this frame}"""
        begins, solids, compared = self.first is None, {}, 0
        self.first = frame if begins else self.first
        if begins:
            self.pairs = pairs_of([name for name in boxes if self.scene.objects[name].type == "MESH"])
        moved = {name: step_of(track) for name, track in boxes.items()}
        for one, other in self.pairs:
            if (one, other) in self.touched or (not begins and max(moved[one], moved[other]) == 0):
                continue
            near = self.reach(one, other, boxes) + min(moved[one] + moved[other], self.smaller(one, other, boxes)) / 4
            if not boxes_meet(boxes[one][-1], boxes[other][-1], near):
                continue
            compared += 1
            if compared > (MOST_COMPARED_FIRST if begins else MOST_COMPARED):
                if not begins:
                    return
                # Not looked at: a meeting that may be none is not told later.
                self.touched.add((one, other))
            elif self.touch(one, other, boxes, near, solids, graph):
                self.touched.add((one, other))
                if begins:
                    self.stand(one, other, boxes, near)
                else:
                    self.found.append({"thing": one, "with": other, "frame": frame})

    def touch(self, one, other, boxes, near, solids, graph):
        for name in (one, other):
            if name not in solids:
                solids[name] = Solid(self.scene.objects[name], graph)
        if not (solids[one].faces and solids[other].faces):
            return False
        ways = ((one, other), (other, one))
        return any(touches(solids[thing], solids[there], boxes[there][-1], near) for thing, there in ways)

    def smaller(self, one, other, boxes):
        return min(scene_checks.size_of(boxes[one][0]), scene_checks.size_of(boxes[other][0]))

    def reach(self, one, other, boxes):
        """A gap below this is contact: rigid bodies keep their margins apart."""
        bodies = [self.scene.objects[name].rigid_body for name in (one, other)]
        margins = sum(body.collision_margin for body in bodies) if all(bodies) else 0
        smaller = self.smaller(one, other, boxes)
        return scene_checks.CONTACT * smaller + min(margins, smaller / 4)

    def stand(self, one, other, boxes, near):
        """Which of two that touch stands on the other in the first frame."""
        for upper, under in ((one, other), (other, one)):
            above, below = boxes[upper][0], boxes[under][0]
            inside = all(below[0][axis] <= (above[0][axis] + above[1][axis]) / 2 <= below[1][axis] for axis in (0, 1))
            if inside and abs(above[0][2] - below[1][2]) <= near:
                self.supports.setdefault(upper, under)

    def support(self, name):
        return self.supports.get(name)

    def is_moved_otherwise(self, name):
        """Whether keys of a thing may be for something else than its place: a form, a colour, a switch of its physics."""
        action = self.scene.objects[name].animation_data.action
        paths = [curve.data_path for group in neutral.curve_groups(action) for curve in group]
        return not any(path in ("location", "rotation_euler", "rotation_quaternion", "scale") for path in paths)

    def told(self):
        """Those of unlike things first, where not all can be told; in the order of the frames."""
        chosen = sorted(self.found, key=lambda one: families.kind_of(one["thing"]) == families.kind_of(one["with"]))[:MOST_TOLD]
        return sorted(chosen, key=lambda one: one["frame"])


def pairs_of(names):
    """Every two of them, those of unlike things first: among many pieces of one thing these are what is asked for."""
    pairs = [(one, other) for index, one in enumerate(names) for other in names[index + 1 :]]
    return sorted(pairs, key=lambda pair: families.kind_of(pair[0]) == families.kind_of(pair[1]))


def step_of(boxes):
    """How far the middle of a thing's box went since the frame before."""
    if len(boxes) < 2:
        return 0.0
    ways = [(boxes[-1][0][a] + boxes[-1][1][a] - boxes[-2][0][a] - boxes[-2][1][a]) / 2 for a in range(3)]
    return sum(way * way for way in ways) ** 0.5


def boxes_meet(one, other, near):
    return all(one[0][a] - near <= other[1][a] and other[0][a] - near <= one[1][a] for a in range(3))
