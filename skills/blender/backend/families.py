"""Things that are many of one kind by their names, as shards and bricks are: of more than a reader can take, each kind is
told in one line."""

import re

# From so many on things of one kind are told together.
MANY = 5
_NUMBER = re.compile(r"[\s._-]*\d[\d\s.,_-]*$")


def kind_of(name):
    """The name without the numbers at its end: "Shard" of "Shard 3.2" and of "Shard.012"."""
    return _NUMBER.sub("", name) or name


def of(names):
    """{kind: its names} of the kinds that have many."""
    found = {}
    for name in names:
        found.setdefault(kind_of(name), []).append(name)
    return {kind: members for kind, members in found.items() if len(members) >= MANY}


def met_by(name, contacts, gathered):
    """["other at frame", ...] for one thing, the earliest first; of things that are told together only the first of each kind."""
    found, kinds = [], set()
    for contact in contacts:
        if name not in (contact["thing"], contact["with"]):
            continue
        other = contact["with"] if contact["thing"] == name else contact["thing"]
        if other in gathered:
            if kind_of(other) in kinds:
                continue
            kinds.add(kind_of(other))
        found.append(f"{other} at {contact['frame']}")
    return found


def line(kind, things, contacts, place):
    """What things of one kind do, as one line. things: their entries in the summary; place: writes three numbers."""
    names = {one["name"] for one in things}
    count = len(things)
    parts = []
    for index, at in enumerate(things[0]["places"]):
        places = [one["places"][index]["at"] for one in things]
        parts.append(f"{place([sum(p[axis] or 0 for p in places) / count for axis in range(3)])} at frame {at['frame']}")
    out = [f"the middle of all {', '.join(parts)}"]
    begun = sorted((one["begins"], one["name"]) for one in things if one["begins"] is not None)
    if begun:
        until = "" if begun[-1][0] == begun[0][0] else f", the last {begun[-1][1]} from {begun[-1][0]} on"
        out.append(f"the first to move is {begun[0][1]} from frame {begun[0][0]} on{until}")
    fast = max(things, key=lambda one: one["fastest"])
    out.append(f"fastest {fast['fastest']:.3g}, {fast['name']} at frame {fast['fastest_at']}")
    turned = max(one["turned_degrees"] for one in things)
    if turned > 2:
        out.append(f"turned by up to {turned:.0f} degrees")
    met, among = {}, []
    for contact in contacts:
        pair = (contact["thing"], contact["with"])
        inside = [name in names for name in pair]
        if all(inside):
            among.append(contact["frame"])
        elif any(inside):
            met.setdefault(pair[inside.index(False)], contact["frame"])
    if met:
        told = [f"{name} at {frame}" for name, frame in met.items()]
        out.append(f"first meet {', '.join(told[:5])}{' and others' if len(told) > 5 else ''}")
    if among:
        out.append(f"meet each other from frame {min(among)} on")
    for key, words in (("leaves", "off what they stood on"), ("below_all", "below everything that stands still"), ("out_of_view", "out of view")):
        number = sum(key in one for one in things)
        if number:
            out.append(f"{number} end {words}")
    return f"{kind} ({count} things): {'; '.join(out)}"
