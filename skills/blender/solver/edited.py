"""Scenes of a program whose numbers were changed: by running it with them, or by writing them to what it made."""

import bpy

from . import op_knobs


class Live:
    """The in-place side of a scene: writes affine images of knob values to the properties they drive."""

    def __init__(self, reference):
        """reference: the values that the scene was made with."""
        self.reference = reference
        self.owners = {}
        self.at = {}

    def learn(self, places):
        """Where these knobs act, as in a trace's `in_place`; none of them has been moved yet."""
        for k, entries in places.items():
            if k in self.owners:
                continue
            found = []
            for collection, name, path, index, slope in entries:
                item = getattr(bpy.data, collection)[name]
                holder, _, key = path.rpartition(".")
                holder = item.path_resolve(holder) if holder else item
                now = getattr(holder, key)[index] if index >= 0 else getattr(holder, key)
                found.append((holder, key, index, slope, now))
            self.owners[k] = found

    def move(self, values):
        """To the values of all knobs; what has not been learnt stays."""
        for k, entries in self.owners.items():
            if self.at.get(k, self.reference[k]) == values[k]:
                continue
            self.at[k] = values[k]
            for holder, key, index, slope, start in entries:
                value = start + slope * (values[k] - self.reference[k])
                if index >= 0:
                    getattr(holder, key)[index] = value
                else:
                    setattr(holder, key, value)


def family(names):
    """The objects of these names and all their children."""
    found = [bpy.data.objects[name] for name in names if name in bpy.data.objects]
    return {child for item in found for child in (item, *item.children_recursive)}


def edited(values, edits):
    changed = list(values)
    for k, value in edits:
        changed[k] = value
    return changed


def vectors_of(args):
    """-> (the program's knobs, their values for each vector, where the edited ones that act in place do so)"""
    knobs = op_knobs.find(args["program"])
    own = [knob["value"] for knob in knobs]
    vectors = [edited(own, edits) for edits in args["edits"]]
    return knobs, vectors, {int(k): v for k, v in args.get("in_place", {}).items()}


def spread(args, wide):
    """As `vectors_of`, and lists of vectors that share a run of the program: cut where their parts would keep every
    processor busy; a part costs one run."""
    knobs, vectors, places = vectors_of(args)
    rerun = [k for k in range(len(knobs)) if k not in places]
    groups = {}
    for v, values in enumerate(vectors):
        groups.setdefault(tuple(values[k] for k in rerun), []).append(v)
    tasks = []
    share = max(4, -(-len(vectors) // wide))
    for members in groups.values():
        for i in range(0, len(members), share):
            tasks.append(members[i:i + share])
    tasks.sort(key=len, reverse=True)
    return knobs, vectors, places, tasks
