"""Operation "sweep": pictures of many parameter vectors of one program, as fast as this machine makes them.

A vector is the program's own values with some knobs edited: [[knob, value], ...]. Vectors that agree in every knob that
is not editable in place share one run of the program; the rest of their values are written to the live scene. Work is spread over forked single-threaded children, one per processor: at these sizes Cycles
gains little from threads, and two children were faster than two threads in every case measured.

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

from ...worker import picture_size
from ..backend import bake, frames, own_renderers, render
from . import op_knobs
from .lean import lean_operators
from ..backend.neutral import calm_compositor, drop_render_animation, freed_of_handlers, neutral_output


def prepare(scene, args, threads, device):
    """Lean and repeatable: one seed, no adaptive sampling, no denoiser, nothing built again that need not be. What decides
    the look stays as the program left it."""
    drop_render_animation(scene)
    calm_compositor(scene)
    own_renderers.check()
    scene.render.engine = "CYCLES"
    render.set_cycles(scene, args["samples"], device)
    scene.cycles.use_animated_seed = False
    scene.cycles.use_adaptive_sampling = False
    # A small picture stands for a large one averaged by area; a wide pixel filter would blur edges it does not have.
    if args.get("area"):
        scene.cycles.pixel_filter_type = "BOX"
    neutral_output(scene, "", "TARGA_RAW")
    settings = scene.render
    settings.use_persistent_data = True
    settings.threads_mode, settings.threads = "FIXED", threads
    settings.dither_intensity = 0.0
    settings.use_compositing = bool(scene.use_nodes)


class Viewpoint:
    """How one view's pictures are taken: camera, frame (the view's, else the one the program leaves) and size in pixels."""

    def __init__(self, scene, view, px):
        self.camera = render.find_camera(scene, view["camera"])
        self.forced = view.get("frame") is not None
        self.frame = frames.number(scene, view["frame"]) if self.forced else scene.frame_current
        self.size = render.size_for(scene, px, picture_size.shape_of(view.get("aspect")))

    def go(self, scene):
        if self.forced or scene.frame_current != self.frame:
            scene.frame_set(self.frame)
        scene.camera = self.camera
        render.set_size(scene, self.size)


def picture(scene, path, size, box):
    """One render as top-down RGB bytes of `box` ([left, top, right, bottom] in pixels; None: all of it)."""
    width, height = size
    settings = scene.render
    left, top, right, bottom = box or (0, 0, width, height)
    # A compositor may spread light across a box's edge: then the whole is rendered and cut.
    cut = box is not None and not settings.use_compositing
    settings.use_border = settings.use_crop_to_border = cut
    if cut:
        # A quarter pixel inwards, so that neither truncation nor rounding moves an edge.
        settings.border_min_x, settings.border_max_x = (left + 0.25) / width, (right + 0.25) / width
        settings.border_min_y, settings.border_max_y = (height - bottom + 0.25) / height, (height - top + 0.25) / height
    settings.filepath = path
    bpy.ops.render.render(write_still=True)
    with open(path, "rb") as file:
        data = file.read()
    columns, rows = data[12] | data[13] << 8, data[14] | data[15] << 8
    expected = (right - left, bottom - top) if cut else size
    if (columns, rows) != tuple(expected) or data[2] != 2 or data[16] != 24:
        raise RuntimeError(f"the renderer made {columns} x {rows} pixels of type {data[2]}, not {expected}")
    start, step = 18 + data[0], columns * 3
    pixels = bytearray(data[start:start + step * rows])
    pixels[0::3], pixels[2::3] = pixels[2::3], pixels[0::3]
    order = range(rows) if data[17] & 0x20 else range(rows - 1, -1, -1)
    lines = [pixels[r * step:(r + 1) * step] for r in order]
    if box is not None and not cut:
        lines = [line[left * 3:right * 3] for line in lines[top:bottom]]
    return b"".join(lines)


def twin(scene, most=400):
    """Gives every mesh with one user an unseen second one. Cycles bakes the transform of a lone mesh into its geometry, so
    that moving it rebuilds the geometry; with two users it moves an instance: twice as many pictures a second. Done in
    every child, since baked and instanced meshes differ in the last bit, and differences of pictures must not see that."""
    alone = [item for item in scene.objects if item.type == "MESH" and not item.modifiers and item.data.users == 1]
    for item in alone[:most]:
        if item.data.shape_keys:
            continue
        other = bpy.data.objects.new("twin", item.data)
        other.scale, other.location = (1e-4, 1e-4, 1e-4), (0.0, 0.0, -1e3)
        for name in ("camera", "diffuse", "glossy", "transmission", "shadow"):
            setattr(other, f"visible_{name}", False)
        scene.collection.objects.link(other)


class Live:
    """The in-place side of a scene: writes affine images of knob values to the properties they drive."""

    def __init__(self, places):
        self.owners = {}
        for k, entries in places.items():
            found = []
            for collection, name, path, index, slope in entries:
                item = getattr(bpy.data, collection)[name]
                holder, _, key = path.rpartition(".")
                holder = item.path_resolve(holder) if holder else item
                now = getattr(holder, key)[index] if index >= 0 else getattr(holder, key)
                found.append((holder, key, index, slope, now))
            self.owners[k] = found
        self.at = {}

    def move(self, values, reference):
        for k, entries in self.owners.items():
            if self.at.get(k, reference[k]) == values[k]:
                continue
            self.at[k] = values[k]
            for holder, key, index, slope, start in entries:
                value = start + slope * (values[k] - reference[k])
                if index >= 0:
                    getattr(holder, key)[index] = value
                else:
                    setattr(holder, key, value)


def family(names):
    """The objects of these names and all their children."""
    found = [bpy.data.objects[name] for name in names if name in bpy.data.objects]
    return {child for item in found for child in (item, *item.children_recursive)}


class Hidden:
    """Leaves things out of pictures, and puts them back for the next."""

    def __init__(self):
        self.items = {}

    def only(self, names):
        for item, hidden in self.items.items():
            item.hide_render = hidden
        self.items = {item: item.hide_render for item in family(names or [])}
        for item in self.items:
            item.hide_render = True


def spread(args, wide):
    """The values of every vector, the numbers that are edited in place, and lists of vectors that share a run of the program:
    cut where their parts would keep every processor busy; a part costs one run."""
    knobs = op_knobs.find(args["program"])
    base = [knob["value"] for knob in knobs]
    vectors = []
    for edits in args["edits"]:
        values = list(base)
        for k, value in edits:
            values[k] = value
        vectors.append(values)
    places = {int(k): v for k, v in args.get("in_place", {}).items()}
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


def handle(args, job):
    wide = max(1, job.cpus)
    knobs, vectors, places, tasks = spread(args, wide)
    boxes = args.get("boxes") or [None] * len(vectors)
    hide = args.get("hide") or [None] * len(vectors)
    seeds = args.get("seeds") or [args.get("seed", 0)] * len(vectors)
    threads = max(1, wide // len(tasks)) if len(tasks) < wide else 1
    views = args["views"]
    path = os.path.join(job.dir, "sweep.rgb")
    started = time.time()

    def task(members):
        reference = vectors[members[0]]
        begun, busy = time.time(), time.process_time()
        with lean_operators(args.get("lean", False)):
            wrong = job.execute(op_knobs.patch(args["program"], knobs, reference))
        if wrong:
            return {"failed": wrong["message"]}
        ran = time.time() - begun
        scene = bpy.context.scene
        # Bodies held by a bake stand where it has them, so first frames are drawn without one.
        if any(view.get("frame") not in (None, "start", scene.frame_start) for view in views):
            bake.rigid_bodies()
        prepare(scene, args, threads, job.device)
        viewpoints = [Viewpoint(scene, view, args["px"]) for view in views]
        live = Live(places) if len(members) > 1 else None
        twin(scene)
        hidden = Hidden()
        scratch = os.path.join(job.dir, f"sweep-{members[0]}.tga")
        with open(f"{path}.{members[0]}", "wb") as out:
            for v in members:
                if live:
                    live.move(vectors[v], reference)
                hidden.only(hide[v])
                scene.cycles.seed = seeds[v]
                for i, viewpoint in enumerate(viewpoints):
                    # Handlers have their turn when the frame is set, and none during the render.
                    viewpoint.go(scene)
                    with freed_of_handlers():
                        out.write(picture(scene, scratch, viewpoint.size, boxes[v][i] if boxes[v] else None))
        os.unlink(scratch)
        return {"sizes": [viewpoint.size for viewpoint in viewpoints],
                "seconds": [ran, time.time() - begun - ran, time.process_time() - busy]}

    failed, sizes, seconds = {}, None, [0.0, 0.0, 0.0]
    for members, reply in zip(tasks, job.fork_map(tasks, task)):
        value = reply["value"] if reply["ok"] else {"failed": reply["error"]["message"]}
        if "failed" in value:
            failed.update({v: value["failed"] for v in members})
        else:
            sizes = value["sizes"]
            seconds = [a + b for a, b in zip(seconds, value["seconds"])]
    if sizes is None:
        raise RuntimeError(next(iter(failed.values()), "no vectors to render"))

    def pixels(v):
        total = 0
        for i in range(len(views)):
            box = boxes[v][i] if boxes[v] else None
            total += (box[2] - box[0]) * (box[3] - box[1]) if box else sizes[i][0] * sizes[i][1]
        return total

    offsets, at = [], 0
    for v in range(len(vectors)):
        offsets.append(-1 if v in failed else at)
        at += 0 if v in failed else 3 * pixels(v)
    with open(path, "wb") as out:
        for members in tasks:
            part = f"{path}.{members[0]}"
            if members[0] in failed or not os.path.exists(part):
                continue
            with open(part, "rb") as source:
                for v in members:
                    out.seek(offsets[v])
                    out.write(source.read(3 * pixels(v)))
            os.unlink(part)
    return {"file": "sweep.rgb", "sizes": sizes, "offsets": offsets, "failed": {str(k): v for k, v in failed.items()},
            "tasks": len(tasks), "seconds": {"total": time.time() - started, "execute": seconds[0], "render": seconds[1],
                                             "cpu": seconds[2]}}
