"""Takes out of a scene what could change, redirect or hook into our renders."""

import contextlib

import bpy

def handler_lists():
    for name in dir(bpy.app.handlers):
        handlers = getattr(bpy.app.handlers, name)
        if isinstance(handlers, list):
            yield name, handlers


@contextlib.contextmanager
def freed_of_handlers():
    """No handler runs inside. Those for frame changes have had their turn when the frame was set; all are back
    afterwards, since Blender's add-ons have some of their own and count on them."""
    kept = {name: list(handlers) for name, handlers in handler_lists()}
    for _, handlers in handler_lists():
        handlers.clear()
    try:
        yield
    finally:
        for name, handlers in kept.items():
            getattr(bpy.app.handlers, name)[:] = handlers


def neutral_output(scene, path, file_format):
    render = scene.render
    wanted = {
        "filepath": path, "use_file_extension": False, "use_overwrite": True, "use_placeholder": False,
        "use_border": False, "use_crop_to_border": False, "use_multiview": False, "use_sequencer": False,
        "use_persistent_data": False, "use_stamp": False, "use_save_buffers": False, "use_full_sample": False,
        "metadata_input": "SCENE", "use_render_cache": False,
    }
    for name, value in wanted.items():
        if hasattr(render, name):
            setattr(render, name, value)
    # Metadata in the file: times and paths make equal pictures differ.
    for name in dir(render):
        if name.startswith("use_stamp_"):
            setattr(render, name, False)
    settings = render.image_settings
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format = file_format
    settings.color_mode = "RGB"
    if file_format == "PNG":
        settings.color_depth = "8"
        settings.compression = 15
    if hasattr(settings, "color_management"):
        settings.color_management = "FOLLOW_SCENE"


def drop_render_animation(scene):
    """Keyframes and drivers on render settings would overrule what is forced."""
    data = scene.animation_data
    if data is None:
        return
    for driver in list(data.drivers):
        if driver.data_path.startswith(("render.", "cycles.", "eevee.")):
            data.drivers.remove(driver)
    curves = curve_groups(data.action)
    for group in curves:
        for curve in list(group):
            if curve.data_path.startswith(("render.", "cycles.", "eevee.")) and not curve.data_path.endswith(".seed"):
                group.remove(curve)


def curve_groups(action):
    """Collections of an action's curves: one before Blender 5, then one per channel bag."""
    if action is None or hasattr(action, "fcurves"):
        return [] if action is None else [action.fcurves]
    return [bag.fcurves for layer in action.layers for strip in layer.strips for bag in getattr(strip, "channelbags", [])]


def calm_compositor(scene):
    """File-output nodes write wherever they like; they are muted, also inside groups."""
    trees = [getattr(scene, "node_tree", None), getattr(scene, "compositing_node_group", None)]
    seen = set()
    while trees:
        tree = trees.pop()
        if tree is None or tree.as_pointer() in seen:
            continue
        seen.add(tree.as_pointer())
        for node in tree.nodes:
            if node.bl_idname == "CompositorNodeOutputFile":
                node.mute = True
                if hasattr(node, "base_path"):
                    node.base_path = "/dev/null/none"
            trees.append(getattr(node, "node_tree", None))
