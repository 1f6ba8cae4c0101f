"""Opening and saving .blend files; factory scenes."""

import os

import bpy

from .errors import JobError
from .neutral import freed_of_handlers


# What a scene has use for. A .blend that a program saved may name any file of the machine; jobs on it see these only.
LINKABLE = tuple(
    (
        ".blend .png .jpg .jpeg .jp2 .webp .bmp .tga .tif .tiff .exr .hdr .dds .psd .cin .dpx .sgi .rgb .gif .svg "
        ".ttf .otf .ttc .woff .woff2 .pfb .wav .mp3 .ogg .flac .aac .m4a .mp4 .mov .avi .mkv .webm .mpg .mpeg .ogv "
        ".abc .usd .usda .usdc .usdz .vdb .bvh .obj .ply .stl .fbx .gltf .glb .bin .mtl .osl .oso .ies .bphys .csv .mdd .pc2"
    ).split()
)


def empty():
    bpy.ops.wm.read_factory_settings(use_empty=True)


def open_file(path):
    """Scripts inside the file never run by themselves."""
    if not os.path.isfile(path):
        raise JobError(f"no such file: {path}", "engine", "BaseMissing", "give the path of an existing .blend")
    try:
        bpy.ops.wm.open_mainfile(filepath=path, load_ui=False, use_scripts=False)
    except RuntimeError as thrown:
        raise JobError(
            str(thrown).strip(), "engine", "BaseUnreadable", "the file is no .blend, or a newer Blender saved it"
        ) from thrown


def open_base(path):
    if path is None:
        empty()
    else:
        open_file(path)


def save(path):
    """A copy: the open file's own name does not change. Textures' relative paths are made to fit the new place."""
    try:
        with freed_of_handlers():
            bpy.ops.wm.save_as_mainfile(filepath=path, copy=True, check_existing=False)
    except RuntimeError as thrown:
        raise JobError(str(thrown).strip(), "output", "SaveFailed") from thrown


def linked_files():
    """Absolute paths of the files the open .blend refers to and that exist: textures, libraries, fonts, sounds."""
    found = []
    for path in bpy.utils.blend_paths(absolute=True, packed=False, local=False):
        try:
            real = os.path.realpath(path)
            if os.path.isfile(real) and real.lower().endswith(LINKABLE):
                found.append(path)
        except (OSError, ValueError):
            continue
    return found[:512]
