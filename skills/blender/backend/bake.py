"""Rigid bodies, simulated once and held in memory: every frame is right then, whichever is drawn first or alone."""

import contextlib
import os

import bpy

from ...sandbox.native import flush_stdio

# A range of a million frames is simulated as far as this; later frames show the last one.
MOST_FRAMES = 1000


def rigid_bodies(until=None):
    """Bakes to the end of the scene's range, or to a frame, and leaves the scene at its frame. -> whether anything was baked:
    not where nothing is simulated, and not what the program baked itself."""
    scene = bpy.context.scene
    world = scene.rigidbody_world
    if world is None or not world.enabled or world.collection is None or not len(world.collection.objects):
        return False
    cache = world.point_cache
    if cache.is_baked:
        return False
    # Touched only where it is on: in a scene that came from a file, Blender 3.4 crashes on setting it to what it is.
    if cache.use_disk_cache:
        cache.use_disk_cache = False
    cache.frame_end = max(cache.frame_start + 1, min(scene.frame_end if until is None else until, cache.frame_start + MOST_FRAMES))
    left = scene.frame_current
    with quiet(), bpy.context.temp_override(scene=scene, point_cache=cache):
        bpy.ops.ptcache.bake(bake=True)
    scene.frame_set(left)
    return True


@contextlib.contextmanager
def quiet():
    """Blender prints a line for every frame that it bakes, and may hold what it prints back until later."""
    flush_stdio()
    kept, null = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 1)
        yield
        flush_stdio()
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(null)
