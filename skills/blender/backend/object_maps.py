"""Which object each pixel of a picture shows.

Cycles writes mattes of the objects (Cryptomatte) beside the picture in the same render: not a pixel of the picture changes, the scene is
not synchronised a second time, and instances, hidden and transparent things come out as they are seen. Where something
else draws, and for a probe, one sample of Cycles stands in.
"""

import base64
import contextlib
import itertools
import math
import os
import sys
import zlib
from array import array

import bpy

from ...worker import forking, picture_size
from . import render
from ...worker.errors import describe
from .exr import Planes

# Longer side of a map, and of the largest picture that gets one: final pictures may be too large for mattes in memory.
MAP_SIDE = 256
LARGEST = 1024
# Objects of a scene that is drawn once more for its map alone, and seconds that this may take.
MOST_OBJECTS = 5000
MOST_SECONDS = 10
# Things listed, over all views; the others are counted.
MOST_THINGS = 1000
# Characters that the maps of all views may take.
MAP_BYTES = 512 << 10
# Part of a pixel that a thing must cover to be what the pixel shows.
LEAST_COVER = 0.1
QUICK = ".objects.png"


def name_hash(name):
    """Cryptomatte's number of a name: MurmurHash3, 32 bits, seed 0, made a finite float."""
    data = name.encode("utf-8", "surrogateescape")
    value = 0
    for at in range(0, len(data) - len(data) % 4, 4):
        value ^= _scrambled(int.from_bytes(data[at : at + 4], "little"))
        value = (value << 13 | value >> 19) & 0xFFFFFFFF
        value = (value * 5 + 0xE6546B64) & 0xFFFFFFFF
    value ^= _scrambled(int.from_bytes(data[len(data) - len(data) % 4 :], "little")) ^ len(data)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        value = (value ^ value >> shift) * factor & 0xFFFFFFFF
    value ^= value >> 16
    exponent = min(max(value >> 23 & 0xFF, 1), 254)
    return value & 0x807FFFFF | exponent << 23


def _scrambled(word):
    word = word * 0xCC9E2D51 & 0xFFFFFFFF
    return (word << 15 | word >> 17) * 0x1B873593 & 0xFFFFFFFF


def names_by_hash():
    return {name_hash(obj.name): obj.name for obj in bpy.data.objects}


@contextlib.contextmanager
def mattes(scene):
    """Renders inside have object mattes; afterwards the view layers are as before."""
    changed = []
    try:
        for layer in scene.view_layers:
            if not layer.use_pass_cryptomatte_object:
                changed.append((layer, layer.pass_cryptomatte_depth))
                layer.pass_cryptomatte_depth = 2
                layer.use_pass_cryptomatte_object = True
        yield
    finally:
        for layer, depth in changed:
            layer.use_pass_cryptomatte_object = False
            layer.pass_cryptomatte_depth = depth


def composites_mattes(scene):
    """Whether the scene's own compositing reads mattes: then switching them on would change its picture."""
    trees, seen = [getattr(scene, "node_tree", None), getattr(scene, "compositing_node_group", None)], set()
    while trees:
        tree = trees.pop()
        if tree is None or tree.as_pointer() in seen:
            continue
        seen.add(tree.as_pointer())
        if any(node.bl_idname.startswith("CompositorNodeCryptomatte") for node in tree.nodes):
            return True
        trees += [getattr(node, "node_tree", None) for node in tree.nodes]
    return False


def of_last_render(scene, folder, names, most):
    """The map of the picture that was just rendered inside `mattes`: {things, labels, more?}; things: `most` at most."""
    path = os.path.join(folder, f".objects-{os.getpid()}.exr")
    image = next(image for image in bpy.data.images if image.type == "RENDER_RESULT")
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):
        settings.media_type = "MULTI_LAYER_IMAGE"
    settings.file_format = "OPEN_EXR_MULTILAYER"
    settings.color_depth, settings.exr_codec = "32", "NONE"
    if os.path.lexists(path):
        os.unlink(path)
    try:
        image.save_render(path, scene=scene)
        return _map_of(Planes(path), names, most)
    finally:
        if os.path.exists(path):
            os.unlink(path)


def _map_of(planes, names, most):
    # Per view layer: the plane of numbers and the plane of how much of a pixel each covers.
    layers = list(zip(*(sorted(name for name in planes.names if name.lower().endswith(f".cryptoobject00.{end}")) for end in "rg")))
    scale = min(1.0, MAP_SIDE / max(planes.width, planes.height))
    width, height = (max(1, math.floor(side * scale + 0.5)) for side in (planes.width, planes.height))
    columns = [int((x + 0.5) * planes.width / width) for x in range(width)]
    rows = [_row(planes, layers, int((y + 0.5) * planes.height / height), columns) for y in range(height)]
    found = {}
    for y, row in enumerate(rows):
        x = 0
        for number, run in itertools.groupby(row):
            length = len(list(run))
            if number:
                box = found.setdefault(number, [x, y, x, y, 0])
                box[0], box[2], box[3] = min(box[0], x), max(box[2], x + length), y + 1
                box[4] += length
            x += length
    by_share = sorted((number for number in found if number in names), key=lambda number: (-found[number][4], names[number]))
    kept = {number: index + 1 for index, number in enumerate(by_share[:most])}
    labels = array("H", (kept.get(number, 0) for row in rows for number in row))
    if sys.byteorder == "big":
        labels.byteswap()
    things = [_thing(names[number], found[number], width, height) for number in kept]
    more = len(by_share) - len(kept)
    return {
        "things": things,
        "labels": {"size": [width, height], "data": base64.b64encode(zlib.compress(labels.tobytes(), 9)).decode()},
        **({"more": more} if more else {}),
    }


def _row(planes, layers, y, columns):
    """Numbers of what each column shows in one row; 0: nothing. A later view layer only shows where the earlier do not."""
    out = [0] * len(columns)
    for number, cover in layers:
        numbers, covers = planes.row(y, number, "I"), planes.row(y, cover, "f")
        out = [before or (numbers[x] if covers[x] > LEAST_COVER else 0) for before, x in zip(out, columns)]
    return out


def _thing(name, box, width, height):
    """rect: [left, top, right, bottom] and share: of the picture's area, all in fractions of the picture."""
    left, top, right, bottom, pixels = box
    rect = [left / width, top / height, right / width, bottom / height]
    return {"name": name, "rect": [round(side, 4) for side in rect], "share": round(pixels / (width * height), 6)}


class ViewMaps:
    """The maps of a run's pictures. Nothing here fails a run: a view without a map says why."""

    def __init__(self, job, quality, count):
        self.job = job
        self.quality = quality
        self.most = max(50, MOST_THINGS // max(1, count))
        self.room = MAP_BYTES
        self._names = None
        self.views = []

    def picture(self, view, take):
        """Takes a view's picture by `take`, which gives its size, and its map."""
        scene = bpy.context.scene
        wanted = self.quality["px"] <= LARGEST
        beside = wanted and (self.quality.get("renderer") or "CYCLES") == "CYCLES" and not composites_mattes(scene)
        with mattes(scene) if beside else contextlib.nullcontext():
            size = take()
            if not wanted:
                found = {"left_out": f"pictures over {LARGEST} px get no map"}
            elif beside:
                found = self._safely(lambda: self._of_last_render(scene))
        if wanted and not beside:
            # The scene stands at the view's frame already.
            found = self._once_more(dict(view, frame=None))
        self._add(view, size, found)

    def alone(self, view):
        """The map without the picture."""
        scene = bpy.context.scene
        aspect = picture_size.shape_of(view.get("aspect")) or self.job.aspect
        size = render.size_for(scene, self.quality["px"], aspect)
        self._add(view, size, self._once_more(view))

    def _add(self, view, size, found):
        scene = bpy.context.scene
        labels = found.get("labels")
        if labels is not None:
            self.room -= len(labels["data"])
            if self.room < 0:
                del found["labels"]
        camera = view.get("camera") or (scene.camera and scene.camera.name)
        self.views.append({"name": view["name"], "camera": camera, "frame": scene.frame_current, "size": list(size), **found})

    def _of_last_render(self, scene):
        if self._names is None:
            self._names = names_by_hash()
        return of_last_render(scene, self.job.dir, self._names, self.most)

    def _once_more(self, view):
        """A render of one sample for the map alone, in a fork where the engine forks, so that nothing of it is left."""
        if len(bpy.context.scene.objects) > MOST_OBJECTS:
            return {"left_out": f"the scene holds more than {MOST_OBJECTS} objects"}
        if not self.job.can_fork:
            return self._safely(lambda: self._quick(view))
        reply = forking.within(min(MOST_SECONDS, self.job.left() / 4), lambda: self._quick(view))
        return reply["value"] if reply["ok"] else self._left_out(reply["error"])

    def _quick(self, view):
        scene = bpy.context.scene
        scene.render.use_compositing = False
        scene.cycles.max_bounces, scene.cycles.use_adaptive_sampling = 0, False
        aspect = picture_size.shape_of(view.get("aspect")) or self.job.aspect
        quality = {"px": min(self.quality["px"], MAP_SIDE), "samples": 1}
        path = self.job.path(QUICK)
        with mattes(scene):
            try:
                render.picture(view.get("camera"), path, quality, self.job.cpus, "CPU", view.get("frame"), aspect=aspect)
                return self._of_last_render(scene)
            finally:
                if os.path.exists(path):
                    os.unlink(path)

    def _safely(self, work):
        try:
            return work()
        except Exception as thrown:
            return self._left_out(describe(thrown))

    def _left_out(self, failure):
        self.job.log(f"no map of the objects in this picture: {failure['message']}")
        return {"left_out": failure["message"][:200]}
