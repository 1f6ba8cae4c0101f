"""The viewpoint tools of the paper (Table 1): what they do to a viewpoint, and the pictures that they take."""

import math

from mathutils import Euler

from ..backend import frames, framing
from . import contact_sheet, moves
from .actions import action, vector
from .viewpoint import DEFAULT_LENS, Viewpoint, find, wrong

STEPS = {"left": ("orbit", -moves.STEP, 0), "right": ("orbit", moves.STEP, 0), "up": ("orbit", 0, moves.STEP), "down": ("orbit", 0, -moves.STEP), "in": ("zoom", moves.NEARER), "out": ("zoom", 1 / moves.NEARER)}


def shown(view, args, **more):
    """Takes the picture and answers with the pose, what it shows, and the viewpoint for the next call."""
    view.picture("viewpoint.png", view.quality(args))
    return {"viewpoint": view.kept(), "camera": view.pose(), "sees": view.sees(), **more}


def names_of(value, argument):
    if not (isinstance(value, list) and all(isinstance(name, str) for name in value)):
        raise wrong(f"{argument} must be a list of objects' names")
    return [find(name).name for name in value]


@action("initialize_viewpoint")
def initialize(args, job):
    """{object_names: [] for the whole scene} -> four cameras around the joint box, and the first as the viewpoint."""
    names = names_of(args.get("object_names", []), "object_names")
    view = Viewpoint(args.get("viewpoint"), job)
    boxes = view.boxes()
    unseen = [name for name in names if name not in boxes]
    if unseen or not boxes:
        raise wrong(f"{unseen[0]!r} is hidden or has no extent" if unseen else "the scene shows nothing to look at", "set_visibility shows hidden things")
    view.pivot, cameras = framing.around(boxes, names or framing.subject(boxes), DEFAULT_LENS, view.aspect)
    quality = view.quality(args)
    sheet, views = [], []
    for index, camera in enumerate(cameras, 1):
        view.take(camera)
        picture = job.pixels(view.camera().name, quality, aspect=view.aspect)
        contact_sheet.png(job.path(f"view_{index}.png"), *picture)
        sheet.append(contact_sheet.half(*picture))
        views.append({"view": index, **view.pose(), "seen": round(camera["seen"], 3), "sees": view.sees()})
    contact_sheet.write(job.path("views.png"), sheet)
    view.take(max(cameras, key=lambda camera: camera["seen"]))
    return {"viewpoint": view.kept(), "camera": view.pose(), "views": views}


@action("set_camera")
def set_camera(args, job):
    """{location, rotation_euler (radians)} -> the picture from there."""
    view = Viewpoint(args.get("viewpoint"), job)
    view.location = vector(args.get("location"), "location")
    view.rotation, view.moved = Euler(vector(args.get("rotation_euler"), "rotation_euler")), True
    view.look_along(-view.rotation.to_matrix().col[2])
    return shown(view, args)


@action("investigate")
def investigate(args, job):
    """{operation: zoom | move | focus, object_name?, direction?} or {instruction: in words} -> the picture."""
    view = Viewpoint(args.get("viewpoint"), job)
    done = []
    for step in steps_of(args):
        if step[0] == "focus":
            view.focus(find(step[1], loosely=bool(args.get("instruction"))))
        elif step[0] == "zoom":
            view.zoom(step[1])
        elif step[0] == "orbit":
            view.orbit(math.radians(step[1]), math.radians(step[2]))
        else:
            far = (view.location - view.pivot).length
            view.look_from(view.pivot + framing.direction(math.radians(step[1] - 90), math.radians(step[2])) * far)
        done.append(step[0])
    return shown(view, args)


def steps_of(args):
    text, operation, way = args.get("instruction"), args.get("operation"), args.get("direction")
    if text:
        steps = moves.read(text)
        if steps is None:
            raise wrong(f"the instruction {text!r} is not understood", moves.HELP)
        return steps
    if operation == "focus":
        if not args.get("object_name"):
            raise wrong("focus needs object_name")
        return [("focus", args["object_name"])]
    allowed = {"zoom": ("in", "out"), "move": ("up", "down", "left", "right", "in", "out")}
    if operation not in allowed:
        raise wrong("operation must be zoom, move or focus, or say it in words as `instruction`", moves.HELP)
    if way not in allowed[operation]:
        raise wrong(f"{operation} needs a direction: {', '.join(allowed[operation])}")
    focus = [("focus", args["object_name"])] if args.get("object_name") else []
    return [*focus, STEPS[way]]


@action("set_visibility")
def set_visibility(args, job):
    """{show_objects, hide_objects}: those that are not named stay as they are."""
    show, hide = names_of(args.get("show_objects", []), "show_objects"), names_of(args.get("hide_objects", []), "hide_objects")
    both = sorted(set(show) & set(hide))
    if both:
        raise wrong(f"{both[0]!r} is both to be shown and to be hidden")
    kept = args.get("viewpoint") or {}
    changed = {**(kept.get("visibility") or {}), **{name: True for name in show}, **{name: False for name in hide}}
    view = Viewpoint({**kept, "visibility": changed}, job)
    hidden = sorted(name for name, visible in changed.items() if not visible)
    return shown(view, args, hidden=hidden)


@action("set_keyframe")
def set_keyframe(args, job):
    """{frame_number} -> the picture of that frame; cameras and things stand as they do then."""
    number = args.get("frame_number")
    if type(number) is not int or abs(number) > 1048574:
        raise wrong("frame_number must be a whole number")
    view = Viewpoint({**(args.get("viewpoint") or {}), "frame": number}, job)
    scene = view.scene
    outside = not scene.frame_start <= number <= scene.frame_end
    told = {"start": scene.frame_start, "end": scene.frame_end, "outside": outside, "differ": frames.may_differ(scene)}
    return shown(view, args, frames=told)
