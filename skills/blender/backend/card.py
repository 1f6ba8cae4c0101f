"""The capability card: what this engine can do, asked of a child so that the parent never touches a GPU."""

import bpy

from .render import GPU_TYPES


def devices():
    """Cycles' devices, e.g. ["CPU"] or ["CUDA:NVIDIA H200", "CPU"]. Makes GPU contexts: only in a child."""
    found = []
    addon = bpy.context.preferences.addons.get("cycles")
    for kind in GPU_TYPES if addon else ():
        try:
            addon.preferences.compute_device_type = kind
            found += [f"{kind}:{d.name}" for d in addon.preferences.get_devices_for_type(kind) if d.type == kind]
        except (TypeError, AttributeError):
            continue
    return found + ["CPU"]


def renderers():
    scene = bpy.context.scene
    found = []
    for ours, names in (
        ("CYCLES", ["CYCLES"]), ("WORKBENCH", ["BLENDER_WORKBENCH"]), ("EEVEE", ["BLENDER_EEVEE_NEXT", "BLENDER_EEVEE"]),
    ):
        for name in names:
            try:
                scene.render.engine = name
                found.append(ours)
                break
            except TypeError:
                continue
    return found


def denoiser():
    """Whether OpenImageDenoise is built in."""
    try:
        import _cycles

        return bool(getattr(_cycles, "with_openimagedenoise", False))
    except ImportError:
        return False


def version():
    return bpy.app.version_string
