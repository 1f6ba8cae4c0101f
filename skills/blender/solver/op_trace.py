"""Operation "trace": which knobs move what, found by running the program, not by reading it.

Testing hundreds of knobs one at a time would cost a run each. Instead all knobs are nudged at once, three times, each by
its own random amount. A scene property that depends affinely on exactly one knob changes in proportion to that knob's
nudges, and no other knob's; so one division names the knob and its slope, and the third run confirms it. Properties that
fit no single knob (mesh vertices, products of knobs, look-at rotations) are "mixed". A knob is editable *in place* when
nudging only such knobs leaves every mixed property alone: its value can then be written to the live scene without running
the program again. Knobs for which the program fails are found by halving and reported as `fragile`; those that
act but measure nothing (the stops of a colour ramp) as `held`. `lean`: the scene is the same when operators update less.
Where `reach` is asked for, each knob that is neither is run once alone, and every property that it moves is told.

A property's address is [collection, datablock name, path, index]; path is an RNA path on that datablock.
"""

import math
import random

from . import op_knobs
from .knob_words import is_stop
from .lean import lean_operators
from .scene_numbers import belongings, dump, measure


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


# Runs of the program that are spent at most on finding what it cannot bear, and on making sure of what is edited in place:
# a program of 11 kB with 300 numbers takes about 60 and 100.
FRAGILE_RUNS = 300
CONFIRM_RUNS = 600
# And on telling what each of the others moves, where that is asked for; and the addresses that are told of one.
REACH_RUNS = 400
REACH_ADDRESSES = 400


def halves(members):
    middle = (len(members) + 1) // 2
    return [members[:middle], members[middle:]]


class Tracer:
    """The program, its knobs and what one run of it changes against the unperturbed run."""

    def __init__(self, source, knobs, job):
        self.source, self.knobs, self.job = source, knobs, job
        self.base_values = [k["value"] for k in knobs]
        self.base = None
        self.restless = set()
        self.belongs = {}
        self.complaint = None
        self.runs = 0
        self.lean = False

    def values(self, members, units):
        values = list(self.base_values)
        for k in members:
            values[k] += nudge(self.knobs[k], units[k])
        return values

    def observe(self, many, whole=False, lean=None):
        """Runs the program once per vector, in parallel. Each answer: {number: value} and [shapes] that differ from the
        base run (all of them when `whole`), or None where the program failed."""
        base = self.base

        def work(values):
            with lean_operators(self.lean if lean is None else lean):
                failed = self.job.execute(op_knobs.patch(self.source, self.knobs, values))
            if failed:
                return {"failed": failed}
            numbers, shapes = dump()
            if whole:
                return {"n": [[list(k), v] for k, v in numbers.items()],
                        "s": [[list(k), v] for k, v in shapes.items()], "m": measure(), "b": belongings()}
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
                self.belongs = value["b"]
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
        [lean] = self.observe([self.base_values], lean=True)
        self.lean = lean is not None and not lean[0] and not lean[1]
        return True

    def fragile(self, members, units):
        """Knobs the program cannot bear to have changed (whole numbers used as counts): halved until found, all halves of
        a step at once. What the runs do not suffice for counts as fragile, so that the rest can be relied on."""
        found, groups = set(), [list(members)] if members else []
        for _ in range(FRAGILE_RUNS):
            answers = self.observe([self.values(group, units) for group in groups])
            failed = [group for group, got in zip(groups, answers) if got is None]
            found |= {group[0] for group in failed if len(group) == 1}
            groups = [half for group in failed if len(group) > 1 for half in halves(group)]
            if not groups or self.runs + len(groups) > FRAGILE_RUNS:
                break
        found |= {k for group in groups for k in group}
        if not found:
            return found
        # Two that are borne alone need not be borne together.
        left = [k for k in members if k not in found]
        while left and self.observe([self.values(left, units)])[0] is None:
            keep, rest = halves(left)
            if not rest or self.observe([self.values(keep, units)])[0] is not None:
                found |= set(rest or keep)
                left = keep if rest else []
            else:
                found |= set(keep)
                left = rest
        return found

    def owners(self, sound):
        """{knob: [(property, slope)]} for the properties that follow exactly one knob, from three joint nudges, and the
        knobs that the wider of these show to be fragile."""
        units = [[scale * random.uniform(0.5, 1.5) for _ in self.knobs] for scale in (1.0, 1.0, 5.0)]
        broken = set()
        seen = self.observe([self.values(sound, u) for u in units])
        if None in seen:
            for one in units:
                broken |= self.fragile([k for k in sound if k not in broken], one)
            sound = [k for k in sound if k not in broken]
            seen = self.observe([self.values(sound, u) for u in units])
        if None in seen:
            return {}, set(sound)
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
        return owned, broken

    def confirm(self, members, owned):
        """The members that, nudged together and alone, move their own properties and nothing else."""
        confirmed, groups = [], [list(members)] if members else []
        limit = self.runs + CONFIRM_RUNS
        while groups and self.runs + len(groups) <= limit:
            units = [random.choice((-1, 1)) * random.uniform(1.0, 4.0) for _ in self.knobs]
            answers = self.observe([self.values(group, units) for group in groups])
            mixed = []
            for group, got in zip(groups, answers):
                if got is not None and not got[1] and self.explained(group, owned, units, got[0]):
                    confirmed += group
                elif len(group) > 1:
                    mixed += halves(group)
            groups = mixed
        return confirmed

    def explained(self, members, owned, units, numbers):
        """Whether the numbers that moved are the members' own, each by as much as its slope says."""
        left = dict(numbers)
        for k in members:
            for key, slope in owned[k]:
                expected = self.base[0][key] + slope * nudge(self.knobs[k], units[k])
                if abs(left.pop(key, self.base[0][key]) - expected) > 1e-5 * (1 + abs(expected)):
                    return False
        return not left

    def dead(self, members, size=24):
        """Groups that change nothing at all, without trying each knob of them."""
        groups = [members[i:i + size] for i in range(0, len(members), size)]
        still = [1.0] * len(self.knobs)
        answers = self.observe([self.values(group, still) for group in groups])
        return {k for group, got in zip(groups, answers) if got is not None and not got[0] and not got[1] for k in group}

    def reach(self, members):
        """{knob: addresses of all that it moves}; without those that fail alone, move very much, or are too many to try."""
        members = members[:REACH_RUNS]
        answers = self.observe([self.values([k], [1.0] * len(self.knobs)) for k in members])
        found = {k: sorted({address(key) for key in [*got[0], *got[1]]}) for k, got in zip(members, answers) if got is not None}
        return {k: keys for k, keys in found.items() if len(keys) <= REACH_ADDRESSES}


def address(key):
    """Of a number as it is; of a shape, which has no path of its own, with the rest of its name as path."""
    if len(key) == 4 and isinstance(key[3], int):
        return (key[0], key[1], key[2], key[3] - 1000 if key[3] >= 900 else key[3])
    return (key[0], key[1], str(key[2]) if len(key) > 2 else "", -1)


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
    owned, broken = tracer.owners(sound)
    fragile |= broken
    sound = [k for k in sound if k not in broken]
    held = [k for k in owned if any(is_stop(key[2]) for key, _ in owned[k])]
    places = tracer.confirm(sorted(k for k in owned if k not in held), owned)
    dead = tracer.dead([k for k in sound if k not in places and k not in held])

    def readable(key):
        return f"{key[0]}/{key[1]}/{key[2]}" + (f"[{key[3]}]" if key[3] >= 0 else "")

    more = {}
    if args.get("reach"):
        others = [k for k in sound if k not in places and k not in held and k not in dead]
        more = {"reach": {str(k): keys for k, keys in tracer.reach(others).items()}, "belongs": tracer.belongs}

    return {
        **more, "ok": True, "runs": tracer.runs, "knobs": len(knobs), "lean": tracer.lean, "fragile": sorted(fragile), "dead": sorted(dead), "held": sorted(held),
        "in_place": {str(k): [[*key, slope] for key, slope in owned[k]] for k in places},
        "touches": {str(k): [readable(key) for key, _ in owned[k]][:6] for k in places},
        "scene": tracer.base[2],
    }
