"""What moves in a scene's range of frames, in numbers: where each thing is at the start, in the middle and at the end, how
fast it gets, what it meets, what it leaves, when it is out of view; and what is animated and does not move."""

import math
import time

import bpy
from mathutils import Vector

from . import families, framing, meetings, scene_checks, scene_info
from .frames import has_keys

# Frames that are looked at (a longer range in steps), things that are followed, and those told one by one.
MOST_FRAMES = 120
MOST_THINGS = 60
MOST_TOLD = 12
SECONDS = 6.0
# From this part of a thing's size on, or these radians, it moves or changes its form.
MOVED, TURNED = 0.02, 0.03
# Modifiers that move points against each other, and points whose mean is taken.
BENDING = ("ARMATURE", "CLOTH", "CURVE", "HOOK", "LATTICE", "MESH_DEFORM", "SIMPLE_DEFORM", "SOFT_BODY", "WAVE")
MOST_POINTS = 200


class Track:
    """One thing's boxes, turns and places by the index of the frame."""

    def __init__(self, name):
        self.name = name
        self.boxes = []
        self.turns = []
        self.means = []

    def add(self, box, matrix, mean=None):
        self.boxes.append(box)
        self.turns.append(matrix.to_quaternion())
        if mean is not None:
            self.means.append(mean)

    def middle(self, index):
        """Of its box, which an arm that swings would shift: of what is bent, the mean of its points."""
        if self.means:
            return self.means[index]
        low, high = self.boxes[index]
        return (Vector(low) + Vector(high)) / 2

    def size(self):
        return scene_checks.size_of(self.boxes[0])

    def measure(self, frames, fps):
        count, size = len(self.boxes), self.size()
        middles = [self.middle(index) for index in range(count)]
        steps = [(middles[i + 1] - middles[i]).length for i in range(count - 1)]
        speeds = [step * fps / (frames[i + 1] - frames[i]) for i, step in enumerate(steps)]
        self.far = max((place - middles[0]).length for place in middles)
        self.turned = max(turn_between(self.turns[0], turn) for turn in self.turns)
        self.fastest = max(speeds)
        self.fastest_at = frames[speeds.index(self.fastest) + 1]
        forms = [Vector(high) - Vector(low) for low, high in self.boxes]
        self.formed = max((form - forms[0]).length for form in forms)
        self.moves = self.far > MOVED * max(size, 1e-3) or self.turned > TURNED or self.formed > MOVED * max(size, 1e-3)
        begun = [i for i, place in enumerate(middles) if (place - middles[0]).length > MOVED * max(size, 1e-3)]
        self.begins = frames[begun[0]] if begun else None


def turn_between(one, other):
    angle = one.rotation_difference(other).angle
    return min(angle, 2 * math.pi - angle)


def of_scene(job, size):
    """-> {frames, things, contacts, still, text, checks}, or None where the scene has one frame. size: of its pictures."""
    scene = bpy.context.scene
    start, end = scene.frame_start, scene.frame_end
    if end <= start:
        return None
    step = max(1, math.ceil((end - start) / MOST_FRAMES))
    frames, left = [*range(start, end, step), end], scene.frame_current
    try:
        return told(*follow(scene, frames, size, time.monotonic() + min(SECONDS, job.left() / 4)), scene, end)
    finally:
        scene.frame_set(left)


def follow(scene, frames, size, until):
    tracks, cameras, met, seen, bent = {}, [], None, [], set()
    camera = Track("") if scene.camera is not None else None
    for frame in frames:
        if len(seen) > 2 and time.monotonic() > until:
            break
        scene.frame_set(frame)
        graph = bpy.context.evaluated_depsgraph_get()
        boxes = framing.visible()
        if not tracks:
            names = sorted(boxes, key=lambda name: (not is_animated(scene.objects[name]), name))[:MOST_THINGS]
            tracks = {name: Track(name) for name in names}
            bent = {name for name in names if is_bent(scene.objects[name])}
            met = meetings.Meetings(scene)
        gone = [name for name in tracks if name not in boxes]
        for name in gone:
            # What is hidden in the course of it has been followed up to here; it is told as far as it went.
            boxes[name] = tracks[name].boxes[-1]
        for name, track in tracks.items():
            thing = scene.objects[name].evaluated_get(graph)
            track.add(boxes[name], thing.matrix_world, mean_of(thing) if name in bent else None)
        met.look(frame, {name: track.boxes for name, track in tracks.items()}, graph)
        if camera is not None and scene.camera is not None:
            place = scene.camera.evaluated_get(graph)
            spot = tuple(place.matrix_world.translation)
            camera.add((spot, spot), place.matrix_world)
            cameras.append(projection(place, graph, size or (scene.render.resolution_x, scene.render.resolution_y)))
        seen.append(frame)
    if camera is not None and len(camera.boxes) == len(seen):
        camera.name = scene.camera.name
    else:
        camera, cameras = None, []
    return tracks, camera, cameras, met, seen


def projection(camera, graph, size):
    matrix = camera.calc_matrix_camera(graph, x=size[0], y=size[1], scale_x=1, scale_y=1)
    return matrix @ camera.matrix_world.inverted_safe()


def is_animated(obj):
    if obj.rigid_body is not None and obj.rigid_body.type == "ACTIVE":
        return True
    return is_keyed(obj) or obj.parent is not None or bool(obj.constraints) or any(m.type == "ARMATURE" for m in obj.modifiers)


def is_bent(obj):
    """Whether its points may move against each other."""
    return obj.type == "MESH" and (obj.data.shape_keys is not None or any(m.type in BENDING for m in obj.modifiers))


def mean_of(thing):
    """The mean of an evaluated mesh's points in the world, of some hundred of them where it has more."""
    points = thing.data.vertices
    step = max(1, len(points) // MOST_POINTS)
    chosen = [points[index].co for index in range(0, len(points), step)]
    return thing.matrix_world @ (sum(chosen, Vector()) / max(1, len(chosen)))


def skeleton_of(obj):
    """The armature that is to move it and is keyed itself, or None."""
    rigs = [m.object for m in obj.modifiers if m.type == "ARMATURE" and m.object is not None]
    return next((rig for rig in rigs if is_keyed(rig)), None)


def is_keyed(obj):
    return obj.animation_data is not None and has_keys(obj.animation_data)


def is_out(box, matrix):
    """Whether the whole box is beyond one side of the picture, or behind the camera."""
    corners = [matrix @ Vector((x, y, z, 1)) for x in (box[0][0], box[1][0]) for y in (box[0][1], box[1][1]) for z in (box[0][2], box[1][2])]
    beyond = [(c.x < -c.w, c.x > c.w, c.y < -c.w, c.y > c.w, c.w <= 0) for c in corners]
    return any(all(corner[side] for corner in beyond) for side in range(5))


def since(flags, frames):
    """The frame from which on all flags hold to the end; None where the last does not."""
    index = len(flags)
    while index and flags[index - 1]:
        index -= 1
    return frames[index] if index < len(flags) else None


def told(tracks, camera, cameras, met, frames, scene, end):
    fps = scene.render.fps / scene.render.fps_base
    for track in [*tracks.values(), *([camera] if camera else [])]:
        track.measure(frames, fps)
    movers = sorted((t for t in tracks.values() if t.moves), key=lambda t: (-t.far / max(t.size(), 1e-3), t.name))
    rest = [t for t in tracks.values() if not t.moves]
    floor = min((t.boxes[0][0][2] for t in rest), default=None)
    at = sorted({0, len(frames) // 2, len(frames) - 1})
    things = []
    for track in movers:
        one = {
            "name": track.name, "places": [{"frame": frames[i], "at": scene_info.numbers(track.middle(i))} for i in at],
            "begins": track.begins, "fastest": scene_info.number(track.fastest), "fastest_at": track.fastest_at,
            "turned_degrees": round(math.degrees(track.turned), 1),
        }
        if track.means and track.formed > MOVED * max(track.size(), 1e-3):
            one["bent"] = scene_info.number(track.formed)
        support = met.support(track.name)
        if support is not None:
            off = since([is_off(track.boxes[i], tracks[support].boxes[i]) for i in range(len(frames))], frames)
            if off is not None:
                one["leaves"] = {"thing": support, "frame": off}
        below = None if floor is None else since([box[1][2] < floor for box in track.boxes], frames)
        if below is not None:
            one["below_all"] = below
        if cameras:
            out = since([is_out(box, matrix) for box, matrix in zip(track.boxes, cameras)], frames)
            if out is not None:
                one["out_of_view"] = out
        things.append(one)
    keyed = [t.name for t in rest if is_keyed(scene.objects[t.name]) and not met.is_moved_otherwise(t.name)]
    resting = [t.name for t in rest if (body := scene.objects[t.name].rigid_body) is not None and body.type == "ACTIVE"]
    checks = [scene_checks.found("still", f"{name} is keyed and does not move in frames {frames[0]} to {frames[-1]}", [name]) for name in keyed[:4]]
    for track in rest:
        rig = skeleton_of(scene.objects[track.name])
        if rig is not None:
            checks.append(scene_checks.found("still", f"{track.name} does not follow its skeleton {rig.name}, which is keyed: its vertex groups need the names of the bones that move", [track.name, rig.name]))
    if not movers and not (camera and camera.moves):
        checks.append(scene_checks.found("nothing_moves", f"nothing moves in frames {frames[0]} to {frames[-1]}: no thing, not the camera"))
    summary = {
        "frames": [frames[0], frames[-1]], "fps": scene_info.number(fps), "things": things, "contacts": met.told(), "resting": resting[:MOST_TOLD],
        "camera": camera.name if camera and camera.moves else None,
    }
    if frames[-1] != end:
        summary["not_followed"] = f"frames {frames[-1]} to {end} were not looked at: no time was left"
    return {**summary, "text": lines(summary, camera), "checks": checks}


def is_off(box, support):
    """Whether a thing's middle is beside what it stood on, or under its top by more than its own height."""
    middle = [(box[0][axis] + box[1][axis]) / 2 for axis in range(3)]
    beside = any(not support[0][axis] <= middle[axis] <= support[1][axis] for axis in (0, 1))
    return beside or box[1][2] < support[1][2] - (box[1][2] - box[0][2])


def place_text(values):
    return "(" + " ".join(f"{value:.3g}" if value is not None and abs(value) >= 5e-4 else "0" for value in values) + ")"


def lines(summary, camera):
    """One line a thing, what moves most first."""
    first, last = summary["frames"]
    out = [f"Frames {first} to {last} at {summary['fps']:g} per second; places are middles of boxes, of what is bent the mean of its points, speeds scene units a second."]
    things = summary["things"]
    many = families.of([one["name"] for one in things]) if len(things) > MOST_TOLD else {}
    gathered = {name for members in many.values() for name in members}
    alone = [one for one in things if one["name"] not in gathered]
    for one in alone[:MOST_TOLD]:
        name = one["name"]
        parts = [", ".join(f"{place_text(p['at'])} at frame {p['frame']}" for p in one["places"])]
        if one["begins"] is not None:
            parts.append(f"moves from frame {one['begins']} on, fastest {one['fastest']:.3g} at frame {one['fastest_at']}")
        if one["turned_degrees"] > 2:
            parts.append(f"turned by up to {one['turned_degrees']:.0f} degrees")
        if "bent" in one:
            parts.append(f"its outline changes by up to {one['bent']:.3g}")
        met = families.met_by(name, summary["contacts"], gathered)
        if met:
            parts.append(f"meets {', '.join(met[:5])}{' and others' if len(met) > 5 else ''}")
        if "leaves" in one:
            parts.append(f"is off {one['leaves']['thing']} from frame {one['leaves']['frame']} on")
        if "below_all" in one:
            parts.append(f"is below everything that stands still from frame {one['below_all']} on")
        if "out_of_view" in one:
            parts.append(f"out of view from frame {one['out_of_view']} on")
        out.append(f"{name}: {'; '.join(parts)}")
    for kind, members in list(many.items())[:MOST_TOLD]:
        out.append(families.line(kind, [one for one in things if one["name"] in members], summary["contacts"], place_text))
    more = [one["name"] for one in alone[MOST_TOLD:]]
    if more:
        out.append(f"{len(more)} more move: {', '.join(more[:MOST_TOLD])}{' ...' if len(more) > MOST_TOLD else ''}")
    if summary["resting"]:
        out.append(f"Active rigid bodies that stay at rest: {', '.join(summary['resting'])}")
    if summary["camera"]:
        out.append(f"Camera {camera.name} moves from {place_text(camera.middle(0))} to {place_text(camera.middle(len(camera.boxes) - 1))}, turned by up to {math.degrees(camera.turned):.0f} degrees")
    if "not_followed" in summary:
        out.append(summary["not_followed"])
    return out
