"""Operation "sweep": pictures of many parameter vectors of one program, as fast as this machine makes them.

A vector is the program's own values with some knobs edited: [[knob, value], ...]. Vectors that agree in every knob that
is not editable in place share one run of the program; the rest of their values are written to the live scene. Work is
spread over forked single-threaded children, one per processor: at these sizes Cycles gains little from threads, and two
children were faster than two threads in every case measured. In a session the children
that ran a program stay, and with them what the renderer has made of its scene: the first picture of a scene costs as much
as four of the next. `exact`: every vector runs the program with its own values.

A vector may ask for a box of whole pixels per view: with the same seed the pixels of a box equal those of the whole
picture, so derivatives of small objects cost their own area.

A vector may have a seed of its own (`seeds`): two pictures of the same numbers tell what is noise.

A vector may leave things out (`hide`: object names per vector, their children go with them): what stands behind a thing is
seen, and where else it may stand is read off the difference.

Each view has its own shape, as a run's pictures do, and may have its own frame. Pictures are written to one file,
`sweep.rgb`: for each vector, for each view, rows top-down, 3 bytes a pixel, box only.
"""

import os
import time

import bpy

from . import op_knobs
from .edited import Live, edited, vectors_of
from .lean import lean_operators
from .shots import Hidden, Viewpoint, picture, prepare, twin
from ..backend import bake
from ..backend.neutral import freed_of_handlers
from ...worker.errors import JobError
from ...worker.residents import Residents

# Live scenes that a session keeps at most.
MOST_RESIDENTS = 24


class Drawn:
    """One run of a program in this process, whose vectors are drawn one after the other."""

    def __init__(self, job, args, knobs, reference):
        begun, busy = time.time(), time.process_time()
        with lean_operators(args.get("lean", False)):
            wrong = job.execute(op_knobs.patch(args["program"], knobs, reference))
        if wrong:
            raise JobError(wrong["message"], "program", wrong["type"])
        scene = bpy.context.scene
        # Bodies held by a bake stand where it has them, so first frames are drawn without one.
        if any(view.get("frame") not in (None, "start", scene.frame_start) for view in args["views"]):
            bake.rigid_bodies()
        twin(scene)
        self.device = job.device
        self.own = [knob["value"] for knob in knobs]
        self.live = Live(reference)
        self.hidden = Hidden()
        self.spent = [time.time() - begun, time.process_time() - busy]

    def draw(self, order):
        """The pictures of `order["members"]` into the file `order["path"]`. -> sizes of the views; seconds of the program's
        run if this is the first order, of drawing, and of the processor"""
        begun, busy = time.time(), time.process_time()
        scene = bpy.context.scene
        prepare(scene, order, order["threads"], self.device)
        viewpoints = [Viewpoint(scene, view, order["px"]) for view in order["views"]]
        needed = {k for member in order["members"] for k, value in member["edits"] if value != self.live.reference[k]}
        self.live.learn({k: order["in_place"][str(k)] for k in needed if str(k) in order["in_place"]})
        scratch = f"{order['path']}.tga"
        with open(order["path"], "wb") as out:
            for member in order["members"]:
                self.live.move(edited(self.own, member["edits"]))
                self.hidden.only(member["hide"])
                scene.cycles.seed = member["seed"]
                for i, viewpoint in enumerate(viewpoints):
                    # Handlers have their turn when the frame is set, and none during the render.
                    viewpoint.go(scene)
                    with freed_of_handlers():
                        out.write(picture(scene, scratch, viewpoint.size, member["boxes"] and member["boxes"][i]))
        os.unlink(scratch)
        (ran, cpu), self.spent = self.spent, (0.0, 0.0)
        return {"sizes": [viewpoint.size for viewpoint in viewpoints],
                "seconds": [ran, time.time() - begun, cpu + time.process_time() - busy]}


_residents = None
# How often a session was asked for pictures of a run of the program with these numbers.
_asked = {}


def shared_out(args, job, groups):
    """Which vectors are drawn by children that stay, and which by others. -> [(key, members)], [members]"""
    wide = max(1, job.cpus)
    stay, go = [], []
    for key, members in groups.items():
        _asked[key] = _asked.get(key, 0) + 1
        if job.session and (len(members) > 1 or _asked[key] > 1) and not args.get("exact"):
            share = max(1, min(8, -(-len(members) // (3 * wide))))
            stay += [(key, members[i:i + share]) for i in range(0, len(members), share)]
        else:
            share = max(4, -(-len(args["edits"]) // wide))
            go += [members[i:i + share] for i in range(0, len(members), share)]
    return stay, sorted(go, key=len, reverse=True)


def handle(args, job):
    global _residents
    wide, started = max(1, job.cpus), time.time()
    knobs, vectors, places = vectors_of(args)
    if args.get("exact"):
        places = {}
    own = [knob["value"] for knob in knobs]
    boxes = args.get("boxes") or [None] * len(vectors)
    hide = args.get("hide") or [None] * len(vectors)
    seeds = args.get("seeds") or [args.get("seed", 0)] * len(vectors)
    path = os.path.join(job.dir, "sweep.rgb")
    groups = {}
    for v, values in enumerate(vectors):
        rerun = tuple((k, value) for k, value in enumerate(values) if k not in places and value != own[k])
        groups.setdefault((args["program"], args.get("lean", False), rerun), []).append(v)
    stay, go = shared_out(args, job, groups)

    def order(members, threads):
        how = {name: args.get(name) for name in ("px", "samples", "area", "views")}
        how.update(in_place=args.get("in_place", {}), threads=threads, path=f"{path}.{members[0]}")
        return {**how, "members": [{"edits": args["edits"][v], "boxes": boxes[v], "hide": hide[v], "seed": seeds[v]} for v in members]}

    def resident(key):
        return Drawn(job, args, knobs, edited(own, key[2])).draw

    threads = max(1, wide // len(go)) if 0 < len(go) < wide and not stay else 1
    replies = []
    if stay:
        _residents = _residents or Residents(min(2 * wide + 1, MOST_RESIDENTS))
        drawn = _residents.map([(key, order(members, 1)) for key, members in stay], resident, wide)
        for (_, members), reply in zip(stay, drawn):
            # The renderer may have ended over a scene that it had drawn many times: once more, from the start.
            if reply["ok"] is not True and reply["error"].get("kind") == "crash":
                job.log(f"{reply['error']['message']}: its pictures are drawn by another")
                go.append(members)
            else:
                replies.append((members, reply))
    replies += zip(go, job.fork_map(go, lambda members: Drawn(job, args, knobs, vectors[members[0]]).draw(order(members, threads))))

    failed, sizes, seconds = {}, None, [0.0, 0.0, 0.0]
    for members, reply in replies:
        if reply["ok"] is True:
            sizes = reply["value"]["sizes"]
            seconds = [a + b for a, b in zip(seconds, reply["value"]["seconds"])]
        else:
            failed.update({v: reply["error"]["message"] for v in members})
    if sizes is None:
        raise RuntimeError(next(iter(failed.values()), "no vectors to render"))

    def pixels(v):
        total = 0
        for i in range(len(args["views"])):
            box = boxes[v][i] if boxes[v] else None
            total += (box[2] - box[0]) * (box[3] - box[1]) if box else sizes[i][0] * sizes[i][1]
        return total

    offsets, at = [], 0
    for v in range(len(vectors)):
        offsets.append(-1 if v in failed else at)
        at += 0 if v in failed else 3 * pixels(v)
    with open(path, "wb") as out:
        for members, _ in replies:
            part = f"{path}.{members[0]}"
            if members[0] in failed or not os.path.exists(part):
                continue
            with open(part, "rb") as source:
                for v in members:
                    out.seek(offsets[v])
                    out.write(source.read(3 * pixels(v)))
            os.unlink(part)
    return {"file": "sweep.rgb", "sizes": sizes, "offsets": offsets, "failed": {str(k): v for k, v in failed.items()},
            "tasks": len(replies), "seconds": {"total": time.time() - started, "execute": seconds[0], "render": seconds[1],
                                               "cpu": seconds[2]}}
