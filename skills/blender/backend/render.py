"""Takes pictures of the scene at a quality of our choosing, whatever the program set.

Everything that decides cost or destination is written right before each render: resolution, samples, denoising,
threads, file. What decides the look (view transform, world, film, compositing) stays as the program left it.
"""

import os
import struct

import bpy

from ...worker.errors import JobError
from . import own_renderers
from .neutral import calm_compositor, drop_render_animation, freed_of_handlers, handler_lists, neutral_output
from ...worker.picture_size import bounded, fit
from .png_text import drop_text

# Preferred first; the plain one works on every NVIDIA card and needs no second compilation.
GPU_TYPES = ("CUDA", "OPTIX")


def cameras(scene):
    return sorted(obj.name for obj in scene.objects if obj.type == "CAMERA")


def find_camera(scene, name):
    """None: the active camera, else the first by name. Raises JobError naming the cameras that exist."""
    names = cameras(scene)
    if name is None:
        active = scene.camera
        if active is not None and active.type == "CAMERA" and active.name in scene.objects:
            return active
        if names:
            return scene.objects[names[0]]
        raise JobError(
            "scene has no camera", "program", "NoCamera",
            "add one: bpy.ops.object.camera_add(location=(7, -7, 5)), aim it, and set bpy.context.scene.camera to it",
        )
    if name in names:
        return scene.objects[name]
    there = ", ".join(repr(n) for n in names) if names else "none"
    raise JobError(f"there is no camera {name!r}", "program", "NoCamera", f"cameras in the scene: {there}; add this one, or keep the camera that the task names")


# What a scene's own shape was where our size stands now: after a picture for a target it could not be told any more.
_own_shapes = {}


def size_for(scene, px, aspect=None):
    """(width, height) with the longer side px. aspect: the (width, height) of the target; None: the scene's own."""
    return fit(*(aspect or own_shape(scene)), px)


def own_shape(scene):
    """The shape of what the scene's own settings show, its pixels' shape included."""
    ours, own = _own_shapes.get(scene.name, (None, None))
    if _size_settings(scene) == ours:
        return own
    render = scene.render
    return bounded(render.resolution_x * render.pixel_aspect_x, render.resolution_y * render.pixel_aspect_y)


def set_size(scene, size):
    """Square pixels, all of them. Blender takes no side below 4, but a part of a larger one."""
    own, render = own_shape(scene), scene.render
    scale = 1 if min(size) >= 4 else 4
    wanted = {
        "resolution_x": size[0] * scale, "resolution_y": size[1] * scale, "resolution_percentage": 100 // scale,
        "pixel_aspect_x": 1.0, "pixel_aspect_y": 1.0,
    }
    for name, value in wanted.items():
        # Blender takes a write for a change, whatever is written, and a sweep draws hundreds of pictures of one size.
        if getattr(render, name) != value:
            setattr(render, name, value)
    _own_shapes[scene.name] = (_size_settings(scene), own)


def _size_settings(scene):
    render = scene.render
    return render.resolution_x, render.resolution_y, render.pixel_aspect_x, render.pixel_aspect_y


def set_engine(scene, renderer, samples):
    own_renderers.check()
    if renderer == "WORKBENCH":
        scene.render.engine = "BLENDER_WORKBENCH"
        return
    if renderer == "EEVEE":
        try:
            scene.render.engine = "BLENDER_EEVEE_NEXT"
        except TypeError:
            scene.render.engine = "BLENDER_EEVEE"
        if hasattr(scene.eevee, "taa_render_samples"):
            scene.eevee.taa_render_samples = samples
        return
    scene.render.engine = "CYCLES"


def set_cycles(scene, samples, device):
    cycles = scene.cycles
    cycles.samples = samples
    wanted = {
        "use_denoising": False, "time_limit": 0.0, "use_auto_tile": False, "shading_system": False,
        "feature_set": "SUPPORTED", "use_sample_subset": False, "sample_offset": 0,
        "debug_use_spatial_splits": False, "adaptive_min_samples": 0,
    }
    for name, value in wanted.items():
        if hasattr(cycles, name):
            setattr(cycles, name, value)
    cycles.device = "GPU" if device == "GPU" and use_gpu() else "CPU"


def use_gpu():
    """Turns on the GPUs this process sees. This makes a GPU context: never in a process that forks afterwards."""
    addon = bpy.context.preferences.addons.get("cycles")
    if addon is None:
        return False
    preferences = addon.preferences
    for kind in GPU_TYPES:
        try:
            preferences.compute_device_type = kind
        except TypeError:
            continue
        devices = preferences.get_devices_for_type(kind)
        for device in devices:
            device.use = device.type == kind
        if any(device.use for device in devices):
            return True
    return False


def force(scene, path, quality, cpus, device, file_format="PNG", aspect=None, seed=None):
    """Quality, seed (None: the program's own) and destination, right before a render."""
    render = scene.render
    size = size_for(scene, quality["px"], aspect)
    drop_render_animation(scene)
    neutral_output(scene, path, file_format)
    set_size(scene, size)
    render.threads_mode, render.threads = "FIXED", max(1, cpus)
    set_engine(scene, quality.get("renderer") or "CYCLES", quality["samples"])
    if render.engine == "CYCLES":
        set_cycles(scene, quality["samples"], device)
        if seed is not None:
            scene.cycles.seed = seed
    calm_compositor(scene)
    return size


def picture(camera, path, quality, cpus, device="CPU", frame=None, file_format="PNG", aspect=None, seed=None):
    """One picture as 8-bit RGB. aspect, seed: as in force. -> (width, height). Raises JobError."""
    scene = bpy.context.scene
    chosen = find_camera(scene, camera)
    if frame is not None:
        scene.frame_set(frame)
    with freed_of_handlers():
        # A marker bound to another camera would switch it again at render time.
        for marker in scene.timeline_markers:
            marker.camera = None
        scene.camera = chosen
        size = force(scene, path, quality, cpus, device, file_format, aspect, seed)
        if os.path.lexists(path):
            os.unlink(path)
        try:
            bpy.ops.render.render(write_still=True)
        except RuntimeError as thrown:
            raise JobError(str(thrown).strip() or "the render failed", "program", "RenderError") from thrown
    if not os.path.isfile(path) or os.path.getsize(path) == 0:
        raise JobError("the render wrote no picture", "engine", "RenderError")
    if file_format == "PNG":
        drop_text(path)
    return size


def pixels(camera, path, quality, cpus, device="CPU", frame=None, aspect=None):
    """A picture as (width, height, RGB bytes with row 0 on top); BMP in between, since it needs no decoding."""
    picture(camera, path, quality, cpus, device, frame, "BMP", aspect)
    with open(path, "rb") as file:
        data = file.read()
    start, width, height, bits = (
        struct.unpack_from("<I", data, 10)[0], *struct.unpack_from("<ii", data, 18), struct.unpack_from("<H", data, 28)[0]
    )
    step = bits // 8
    stride = (width * step + 3) // 4 * 4
    out = bytearray(width * height * 3)
    for y in range(abs(height)):
        row = data[start + y * stride : start + y * stride + width * step]
        at = (abs(height) - 1 - y if height > 0 else y) * width * 3
        end = at + width * 3
        out[at:end:3], out[at + 1 : end : 3], out[at + 2 : end : 3] = row[2::step], row[1::step], row[0::step]
    return width, abs(height), bytes(out)


def forget():
    """Between scenes that have nothing to do with each other."""
    _own_shapes.clear()
