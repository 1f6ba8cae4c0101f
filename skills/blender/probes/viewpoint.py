"""A viewpoint: the camera, frame and visibility that a caller looks with. The engine keeps none of it; each call is
handed what the last one answered, sets its own fork of the scene up so, and answers what it has become."""

import difflib
import math
import re

import bpy
from mathutils import Euler, Vector

from ...worker import picture_size
from ..backend import bake, framing, render, scene_info
from .actions import vector
from ...worker.errors import JobError

CAMERA = "Viewpoint"
# Rays across and down that tell what a picture shows.
GRID = (32, 24)
DEFAULT_LENS = 50.0
MOST_NAMED = 12
LARGEST_PX = 512
MOST_SAMPLES = 64


def wrong(message, hint=None):
    return JobError(message, "program", "BadArgument", hint)


def _words(name):
    return re.findall(r"[a-z]+|[0-9]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", str(name)).lower())


def find(name, loosely=False):
    """The object of that name, whatever its case and its marks between words; loosely: the only one that has all of its
    words. Raises JobError that suggests the most similar name."""
    scene = bpy.context.scene
    if name in scene.objects:
        return scene.objects[name]
    names = [obj.name for obj in scene.objects]
    same = [each for each in names if "".join(_words(each)) == "".join(_words(name))]
    words = set(_words(name))
    if loosely and not same and words:
        same = [each for each in names if words <= set(_words(each))]
    if len(same) == 1:
        return scene.objects[same[0]]
    folded = {each.lower(): each for each in names}
    shared = [each for each in names if words & set(_words(each))]
    near = [folded[each] for each in difflib.get_close_matches(str(name).lower(), list(folded), 3, 0.5)]
    like = list(dict.fromkeys(near + shared))[:3]
    hint = f"did you mean {' or '.join(repr(each) for each in like)}?" if like else f"objects: {', '.join(sorted(names)[:20])}"
    raise JobError(f"there is no object {name!r}", "program", "NoObject", hint)


def _numbers(value, name, count):
    if value is None:
        return None
    if not (isinstance(value, list) and len(value) == count and all(type(v) in (int, float) and math.isfinite(v) for v in value)):
        raise wrong(f"{name} must be {count} finite numbers")
    return value


class Viewpoint:
    def __init__(self, kept, job):
        kept = kept if isinstance(kept, dict) else {}
        self.job, self._boxes = job, None
        self.scene = bpy.context.scene
        self.frame = kept.get("frame") if type(kept.get("frame")) is int else self.scene.frame_current
        self.visibility = {str(k): v is True for k, v in (kept.get("visibility") or {}).items()}
        self.aspect = job.aspect or render.own_shape(self.scene)
        self._show()
        location = _numbers(kept.get("location"), "location", 3)
        # Until it is moved it is the scene's own camera, whatever that does from frame to frame.
        self.moved = location is not None
        if location is None:
            self._from_scene()
        else:
            self.location, self.rotation = Vector(location), Euler(_numbers(kept["rotation"], "rotation", 3))
            self.lens, self.pivot = float(kept["lens"]), Vector(_numbers(kept["pivot"], "pivot", 3))

    def _show(self):
        if self.frame != self.scene.frame_current:
            # Where pictures are of no frame, nothing has simulated the scene yet.
            bake.rigid_bodies(self.frame)
        self.scene.frame_set(self.frame)
        for name, shown in self.visibility.items():
            if name in self.scene.objects:
                obj = self.scene.objects[name]
                obj.hide_render = obj.hide_viewport = not shown
        bpy.context.view_layer.update()

    def _from_scene(self):
        """The active camera as it is evaluated; without one, from a corner of the whole."""
        if not render.cameras(self.scene):
            boxes = self.boxes()
            if not boxes:
                raise JobError("the scene shows nothing, so there is nothing to look at", "program", "NothingVisible")
            pivot, views = framing.around(boxes, framing.subject(boxes), DEFAULT_LENS, self.aspect)
            self.pivot = pivot
            self.take(views[1])
            return
        camera = render.find_camera(self.scene, None)
        matrix = camera.evaluated_get(bpy.context.evaluated_depsgraph_get()).matrix_world
        self.location, self.rotation = matrix.translation.copy(), matrix.to_euler()
        forward = -(matrix.to_3x3() @ Vector((0, 0, 1))).normalized()
        self.lens = self._lens_of(camera.data)
        self.look_along(forward)
        if camera.data.type == "ORTHO":
            far = camera.data.ortho_scale / 2 / math.tan(framing.angle_of(self.lens) / 2)
            self.location = self.pivot - forward * far

    def _lens_of(self, data):
        """The lens that shows as much as the camera does, whichever side its sensor is fitted to."""
        if data.type != "PERSP":
            return DEFAULT_LENS
        render.set_size(self.scene, picture_size.fit(*self.aspect, LARGEST_PX))
        frame = data.view_frame(scene=self.scene)
        longer = max(max(c[axis] for c in frame) - min(c[axis] for c in frame) for axis in (0, 1))
        return framing.SENSOR * abs(frame[0].z) / longer

    def boxes(self):
        """Boxes of what is shown; a viewpoint moves nothing but its own camera, which has none."""
        if self._boxes is None:
            self._boxes = framing.visible()
        return self._boxes

    def reach(self):
        """A length that crosses the whole scene from where the camera stands."""
        boxes = self.boxes()
        if not boxes:
            return 100.0
        low, high = framing.union(boxes.values())
        return (high - low).length + (self.location - (low + high) / 2).length + 1e-3

    def take(self, pose):
        self.location, self.rotation, self.lens = Vector(pose["location"]), pose["rotation"], pose["lens"]
        self.moved = True

    def look_along(self, forward):
        """What the camera looks at is what stands in its middle; where nothing does, a place within the scene's reach."""
        reach = self.reach()
        _, free = framing.Rays().first(self.location, forward, reach)
        self.pivot = self.location + forward * (free if free < reach else reach / 4)

    def look_from(self, location):
        self.location, self.moved = location, True
        back = location - self.pivot
        if back.length > 1e-9:
            self.rotation = framing.rotation_of(back)

    def kept(self):
        """What the next call is handed."""
        rest = {"frame": self.frame, "visibility": self.visibility}
        return {**self.pose(), "pivot": scene_info.numbers(self.pivot), **rest} if self.moved else rest

    def pose(self):
        return {
            "location": scene_info.numbers(self.location), "rotation": scene_info.numbers(self.rotation),
            "lens": scene_info.number(self.lens), "frame": self.frame,
        }

    def camera(self):
        if not self.moved:
            return render.find_camera(self.scene, None)
        obj = self.scene.objects.get(CAMERA)
        if obj is None or obj.type != "CAMERA":
            obj = bpy.data.objects.new(CAMERA, bpy.data.cameras.new(CAMERA))
            self.scene.collection.objects.link(obj)
        obj.location, obj.rotation_euler = self.location, self.rotation
        far = max((self.location - self.pivot).length, 1e-3)
        obj.data.sensor_width, obj.data.lens = framing.SENSOR, min(max(self.lens, 1.0), 5000.0)
        obj.data.clip_start, obj.data.clip_end = far / 1000, max(1000.0, 20 * self.reach())
        bpy.context.view_layer.update()
        return obj

    def quality(self, args):
        """The run's own within limits, or what is asked for."""
        own = self.job.pictures()
        px, samples = args.get("px", min(own["px"], LARGEST_PX)), args.get("samples", min(own["samples"] or 16, MOST_SAMPLES))
        if not (type(px) is int and type(samples) is int and 8 <= px <= 8192 and 1 <= samples <= 65536):
            raise wrong("px must be 8..8192 and samples 1..65536")
        return {"px": px, "samples": samples, "renderer": own["renderer"]}

    def picture(self, name, quality):
        obj = self.camera()
        render.picture(obj.name, self.job.path(name), quality, self.job.cpus, self.job.device, aspect=self.aspect)

    def sees(self):
        """[{name, share}] of the picture by rays, the most first; and what stands between the camera and its pivot."""
        rays = framing.Rays()
        across, up = framing.tangents(framing.angle_of(self.lens), self.aspect)
        turn, reach = self.rotation.to_matrix(), self.reach()
        count, asked = {}, 0
        for row in range(GRID[1]):
            for column in range(GRID[0]):
                if rays.spent():
                    break
                x, y = (2 * (column + 0.5) / GRID[0] - 1) * across, (1 - 2 * (row + 0.5) / GRID[1]) * up
                name, _ = rays.first(self.location, (turn @ Vector((x, y, -1))).normalized(), reach)
                asked += 1
                if name is not None:
                    count[name] = count.get(name, 0) + 1
        found = sorted(count.items(), key=lambda item: (-item[1], item[0]))[:MOST_NAMED]
        return [{"name": name, "share": round(hits / max(1, asked), 4)} for name, hits in found]

    def focus(self, obj):
        """Turns to a thing and shows all of it, from where the camera stands or before what would cover it."""
        boxes = self.boxes()
        if obj.name not in boxes:
            raise JobError(f"{obj.name!r} is hidden or has no extent, so it cannot be shown", "program", "NothingVisible", "set_visibility shows hidden things")
        low, high = framing.union([boxes[obj.name]])
        back = self.location - (low + high) / 2
        back = back.normalized() if back.length > 1e-9 else framing.direction(*(math.radians(a) for a in (-45, 30)))
        self.pivot = (low + high) / 2
        lens = self.lens if framing.angle_of(self.lens) < framing.WIDEST else DEFAULT_LENS
        seen = framing.points(boxes, [obj.name])
        self.take(framing.stand(low, high, back, {obj.name}, seen, framing.Rays(), lens, self.aspect))

    def orbit(self, around, above):
        """Turns about the pivot by angles (radians), never over the top."""
        back = self.location - self.pivot
        far = back.length
        if far < 1e-9:
            raise wrong("the camera stands on what it looks at", "focus on an object first")
        height = math.asin(max(-1.0, min(1.0, back.z / far))) + above
        height = max(math.radians(-89), min(math.radians(89), height))
        self.look_from(self.pivot + framing.direction(math.atan2(back.y, back.x) + around, height) * far)

    def zoom(self, factor):
        """Goes so many times nearer to the pivot (below 1: farther away)."""
        self.look_from(self.pivot + (self.location - self.pivot) / factor)
