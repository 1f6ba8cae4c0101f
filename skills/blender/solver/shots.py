"""How the solver's pictures are taken: lean, repeatable, cut to boxes, with things left out."""

import bpy

from .edited import family
from ...worker import picture_size
from ..backend import frames, own_renderers, render
from ..backend.neutral import calm_compositor, drop_render_animation, neutral_output


def prepare(scene, args, threads, device):
    """Lean and repeatable: one seed, no adaptive sampling, no denoiser, nothing built again that need not be. What decides
    the look stays as the program left it."""
    drop_render_animation(scene)
    calm_compositor(scene)
    own_renderers.check()
    scene.render.engine = "CYCLES"
    render.set_cycles(scene, args["samples"], device)
    scene.cycles.use_animated_seed = False
    scene.cycles.use_adaptive_sampling = False
    # A small picture stands for a large one averaged by area; a wide pixel filter would blur edges it does not have.
    if args.get("area"):
        scene.cycles.pixel_filter_type = "BOX"
    neutral_output(scene, "", "TARGA_RAW")
    settings = scene.render
    settings.use_persistent_data = True
    settings.threads_mode, settings.threads = "FIXED", threads
    settings.dither_intensity = 0.0
    settings.use_compositing = bool(scene.use_nodes)


class Viewpoint:
    """How one view's pictures are taken: camera, frame (the view's, else the one the program leaves) and size in pixels."""

    def __init__(self, scene, view, px):
        self.camera = render.find_camera(scene, view["camera"])
        self.forced = view.get("frame") is not None
        self.frame = frames.number(scene, view["frame"]) if self.forced else scene.frame_current
        self.size = render.size_for(scene, px, picture_size.shape_of(view.get("aspect")))

    def go(self, scene):
        if self.forced or scene.frame_current != self.frame:
            scene.frame_set(self.frame)
        scene.camera = self.camera
        render.set_size(scene, self.size)


def picture(scene, path, size, box):
    """One render as top-down RGB bytes of `box` ([left, top, right, bottom] in pixels; None: all of it)."""
    width, height = size
    settings = scene.render
    left, top, right, bottom = box or (0, 0, width, height)
    # A compositor may spread light across a box's edge: then the whole is rendered and cut.
    cut = box is not None and not settings.use_compositing
    settings.use_border = settings.use_crop_to_border = cut
    if cut:
        # A quarter pixel inwards, so that neither truncation nor rounding moves an edge.
        settings.border_min_x, settings.border_max_x = (left + 0.25) / width, (right + 0.25) / width
        settings.border_min_y, settings.border_max_y = (height - bottom + 0.25) / height, (height - top + 0.25) / height
    settings.filepath = path
    bpy.ops.render.render(write_still=True)
    with open(path, "rb") as file:
        data = file.read()
    columns, rows = data[12] | data[13] << 8, data[14] | data[15] << 8
    expected = (right - left, bottom - top) if cut else size
    if (columns, rows) != tuple(expected) or data[2] != 2 or data[16] != 24:
        raise RuntimeError(f"the renderer made {columns} x {rows} pixels of type {data[2]}, not {expected}")
    start, step = 18 + data[0], columns * 3
    pixels = bytearray(data[start:start + step * rows])
    pixels[0::3], pixels[2::3] = pixels[2::3], pixels[0::3]
    order = range(rows) if data[17] & 0x20 else range(rows - 1, -1, -1)
    lines = [pixels[r * step:(r + 1) * step] for r in order]
    if box is not None and not cut:
        lines = [line[left * 3:right * 3] for line in lines[top:bottom]]
    return b"".join(lines)


def twin(scene, most=400):
    """Gives every mesh with one user an unseen second one. Cycles bakes the transform of a lone mesh into its geometry, so
    that moving it rebuilds the geometry; with two users it moves an instance: twice as many pictures a second. Done in
    every child, since baked and instanced meshes differ in the last bit, and differences of pictures must not see that."""
    alone = [item for item in scene.objects if item.type == "MESH" and not item.modifiers and item.data.users == 1]
    for item in alone[:most]:
        if item.data.shape_keys:
            continue
        other = bpy.data.objects.new("twin", item.data)
        other.scale, other.location = (1e-4, 1e-4, 1e-4), (0.0, 0.0, -1e3)
        for name in ("camera", "diffuse", "glossy", "transmission", "shadow"):
            setattr(other, f"visible_{name}", False)
        scene.collection.objects.link(other)


class Hidden:
    """Leaves things out of pictures, and puts them back for the next."""

    def __init__(self):
        self.items = {}

    def only(self, names):
        for item, hidden in self.items.items():
            item.hide_render = hidden
        self.items = {item: item.hide_render for item in family(names or [])}
        for item in self.items:
            item.hide_render = True
