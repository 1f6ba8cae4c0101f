"""Operation "find_assets": files of the task's assets folder that a description fits, each imported once to see that it works.

args: {object_name, object_description?, reference_type?, rig_and_animate?}
-> {found: [{path, kind, bytes, size: [x, y, z], meshes}], broken: [{path, why}], searched, notes, code}. Sizes are the file's own.
"""

import difflib
import os
import re

import bpy

from . import place_asset
from ...worker.errors import JobError

KINDS = (".blend", ".glb", ".gltf", ".obj")
MOST = 5
MOST_FILES = 20000
# Below this share of the asked words a file is about something else.
ENOUGH = 0.5


def words_of(text):
    return [word for word in re.split(r"[^a-z0-9]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", text).lower()) if word]


def near(wanted, word):
    alike = difflib.SequenceMatcher(None, wanted, word).ratio()
    return alike if alike >= 0.75 else 0.0


def fit(wanted, path):
    """Share of the wanted words that the path's words (folders count as tags) hold, small differences allowed."""
    own = words_of(os.path.splitext(path)[0])
    return sum(max((near(word, one) for one in own), default=0.0) for word in wanted) / len(wanted)


def unreadable(wrong):
    """A folder that is passed over in silence would make "nothing fits" untrue."""
    raise JobError(f"{wrong.filename} may not be read by programs: {wrong.strerror}", "program", "AssetsUnreadable", "build a simple stand-in and go on")


def files_under(root):
    """(file, its path below the root as words); one file as the root is a library of one."""
    if os.path.isfile(root):
        return [(root, os.path.basename(root))]
    every = (os.path.join(folder, name) for folder, _, names in os.walk(root, onerror=unreadable) for name in sorted(names))
    return [(file, os.path.relpath(file, root)) for file, _ in zip((file for file in every if file.lower().endswith(KINDS)), range(MOST_FILES))]


def seen(file, job):
    """Imports it into the scene as it was opened, as a program would, and measures it."""
    job.reset()
    before = set(bpy.data.objects)
    root = place_asset.place_asset(file, 1.0)
    meshes = [thing for thing in bpy.data.objects if thing not in before and thing.type == "MESH"]
    corners = [thing.matrix_world @ place_asset.Vector(corner) for thing in meshes for corner in thing.bound_box]
    sides = [(max(c[axis] for c in corners) - min(c[axis] for c in corners)) / root.scale[0] for axis in range(3)]
    kind = os.path.splitext(file)[1][1:].lower()
    return {"path": file, "kind": kind, "bytes": os.path.getsize(file), "size": [round(side, 4) for side in sides], "meshes": len(meshes)}


def reason(wrong):
    """An operator's error ends with its trace: the last line that says what was wrong."""
    lines = [line.strip() for line in str(wrong).split("\n") if line.strip() and not line.startswith(("Location:", " "))]
    return (lines[-1] if lines else type(wrong).__name__)[:200]


def handle(args, job):
    name = args.get("object_name")
    about = args.get("object_description") or ""
    if not isinstance(name, str) or not words_of(name):
        raise JobError("object_name must name one thing", "program", "BadArgument", 'e.g. "armchair"')
    if not job.assets:
        raise JobError("this task has no assets folder, so there is nothing to choose from", "program", "NoAssets", "build a simple stand-in and go on")
    there = files_under(job.assets)
    wanted, told = words_of(name[:200]), words_of(str(about)[:500])
    # The description only decides between files that the name fits.
    rated = [(fit(wanted, path) + (0.2 * fit(told, path) if told else 0.0), file) for file, path in there if fit(wanted, path) >= ENOUGH]
    found, broken = [], []
    for _, file in sorted(rated, key=lambda one: (-one[0], one[1])):
        if len(found) == MOST or len(broken) == MOST or job.left() < 5:
            break
        try:
            found.append(seen(file, job))
        except Exception as wrong:  # noqa: BLE001 - importers raise anything, and the next file may be whole
            broken.append({"path": file, "why": reason(wrong)})
    notes = []
    if args.get("reference_type") == "image":
        notes.append("Chosen by name and description; the target picture was not looked at.")
    if args.get("rig_and_animate"):
        notes.append("Nothing was rigged or animated; a file has the movements that it came with.")
    with open(place_asset.__file__) as file:
        code = file.read().split('"""', 2)[2].strip()
    return {"found": found, "broken": broken, "searched": len(there), "notes": notes, "code": code}
