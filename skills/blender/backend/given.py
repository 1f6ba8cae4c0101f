"""Things that came with the base .blend are locked: a program that takes one away or hides it is told so, as a check."""

import bpy

from . import scene_info

MOST_TOLD = 8
# Ways in which an object keeps its place in the scene and is seen by no camera.
UNSEEN = ("visible_camera",)


def seen(scene):
    """Names of the objects that a camera may see; an object scaled to nothing is none."""
    names = scene_info.shown(scene)
    return {
        name
        for name in names
        if all(getattr(scene.objects[name], way, True) for way in UNSEEN) and any(abs(side) > 1e-6 for side in scene.objects[name].scale)
    }


class Given:
    """The scene's things before a program runs."""

    def __init__(self):
        scene = bpy.context.scene
        self.names = sorted(scene.objects.keys()) if scene else []
        self.seen = seen(scene) if scene else set()

    def checks(self):
        """What the program did to them. One that it made anew under the same name counts as kept."""
        scene = bpy.context.scene
        there = set(scene.objects.keys())
        gone = [name for name in self.names if name not in there]
        left = seen(scene)
        hidden = [name for name in self.names if name in there and name in self.seen and name not in left]
        return told("given_gone", "deleted or renamed", gone) + told("given_hidden", "hidden", hidden)


def told(check, what, names):
    if not names:
        return []
    more = f" and {len(names) - MOST_TOLD} more" if len(names) > MOST_TOLD else ""
    text = f"given with the base and to be kept, but {what} by the program: {', '.join(names[:MOST_TOLD])}{more}"
    return [{"check": check, "text": text, "things": names[:MOST_TOLD]}]
