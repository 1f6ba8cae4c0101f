"""Which frame a view shows: by its number, or by its place in the range that the program gave its scene."""

import bpy

# Collections of things that keys and drivers may move or change.
KEPT = ("objects", "armatures", "shape_keys", "meshes", "curves", "cameras", "lights", "materials", "worlds", "node_groups", "scenes", "lattices", "metaballs")
SIMULATED = ("CLOTH", "SOFT_BODY", "FLUID", "DYNAMIC_PAINT", "PARTICLE_SYSTEM", "WAVE", "OCEAN", "NODES")


def may_differ(scene):
    """Whether frames of the scene may show different things: keys, drivers, simulations, nodes that may know the time."""
    if scene.rigidbody_world is not None and any(o.rigid_body is not None and o.rigid_body.type == "ACTIVE" for o in scene.objects):
        return True
    if bpy.app.handlers.frame_change_pre or bpy.app.handlers.frame_change_post:
        return True
    if any(m.type in SIMULATED for o in scene.objects for m in o.modifiers) or any(o.particle_systems for o in scene.objects):
        return True
    owners = [one for name in KEPT for one in getattr(bpy.data, name, ())]
    owners += [one.node_tree for one in owners if getattr(one, "node_tree", None) is not None]
    return any(has_keys(one.animation_data) for one in owners if getattr(one, "animation_data", None) is not None)


def has_keys(data):
    return data.action is not None or len(data.drivers) > 0 or len(data.nla_tracks) > 0


def number(scene, frame):
    """frame: an int, "start", "middle" or "end"; None stays None."""
    if frame == "start":
        return scene.frame_start
    if frame == "middle":
        return (scene.frame_start + scene.frame_end) // 2
    if frame == "end":
        return scene.frame_end
    return frame
