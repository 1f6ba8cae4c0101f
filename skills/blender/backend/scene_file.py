"""Opening and saving .blend files; factory scenes."""

import os
import re

import bpy

from ...worker.errors import JobError
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
        raise _unreadable(path, str(thrown).strip()) from thrown


def _unreadable(path, said):
    """The base's own fault, which no program mends: the message names it, and whose file it is where its header says."""
    name, here = os.path.basename(path), bpy.app.version
    by = _saved_by(path)
    # Since 5.0 the header has another form, which an older Blender takes for no .blend at all.
    if by is not None and by > here[:2]:
        mine = ".".join(map(str, here))
        return JobError(
            f"the base {name} cannot be opened: saved by Blender {by[0]}.{by[1]}, this is {mine}",
            "engine", "BaseUnreadable", f"use Blender {by[0]}.{by[1]} (VIGA_BLENDER), or save the file for {here[0]}.{here[1]}",
        )
    reason = said.splitlines()[-1].split(": ")[-1].replace(f"'{path}'", name)
    return JobError(
        f"the base {name} cannot be opened: {reason}", "engine", "BaseUnreadable", "give a whole .blend: this one is damaged or cut off",
    )


def _saved_by(path):
    """(major, minor) as an uncompressed file's header tells it, or None."""
    with open(path, "rb") as file:
        head = file.read(32)
    old = re.match(rb"BLENDER[-_][vV](\d)(\d\d)", head)
    new = re.match(rb"BLENDER\d\d-\d\dv(\d\d)(\d\d)", head)
    found = old or new
    return (int(found[1]), int(found[2])) if found else None


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


def missing_files():
    """Names of files that the open .blend refers to and that are not there: such textures render pink."""
    found = []
    for path in bpy.utils.blend_paths(absolute=True, packed=False, local=False):
        try:
            if not os.path.exists(path):
                found.append(os.path.basename(path) or path)
        except (OSError, ValueError):
            found.append(os.path.basename(path))
    return sorted(set(found))[:32]


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
