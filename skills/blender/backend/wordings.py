"""What to say of errors that Blender words in a fixed way, by type. The first pattern that fits; \\1 is its first group."""

import re

EDITORS = "there are no windows and no editors here: do without this operator, and change bpy.data directly"
CONTEXT = "the operator needs another context: set the active object and its mode, or change bpy.data directly"
EDIT_MODE = "it works in edit mode: make the object active, then bpy.ops.object.mode_set(mode='EDIT')"
OWN_RENDER = "viga takes the pictures itself: leave the render out (only the working folder can be written)"
OWN_SAVE = "viga saves the scene itself: leave the save out (only the working folder can be written)"
OWN_FILE = "only the working folder can be written, and what is left there is not kept: leave it out"
NO_FILE = "there is no such file here: use procedural textures and geometry, or the files that the task names"
NUMBERS = "a colour with alpha is 4 numbers (red, green, blue, alpha), a plain colour or a vector 3"

# Operators that work in an editor, by the module that they are in.
IN_EDITORS = ("view3d", "node", "image", "screen", "graph", "action", "nla", "clip", "sequencer", "outliner", "text", "console", "file", "dopesheet")
IN_EDIT_MODE = ("mesh", "uv", "curve", "font", "mball", "lattice")

FIXED = [
    ("ValueError", r"sequences of dimension \d+ should contain (\d+) items", r"give \1 numbers: " + NUMBERS),
    ("ValueError|TypeError", r"sequence expected at dimension|item\.attr = val:\s*$|expected a sequence", "one number does not do here: " + NUMBERS),
    ("TypeError", r"expected a float type, not (tuple|list)", "it takes one number here"),
    ("TypeError", r"expected a Object type, not (?!Object)(\w+)", r"make an object of the \1 first: bpy.data.objects.new(name, data), and hand that in"),
    ("TypeError", r"expected an int(?: type)?, not float", "wrap it in int(...)"),
    ("TypeError", r"Element-wise multiplication: not supported", "write @ between a matrix and what it is applied to"),
    ("TypeError", r"expected a Depsgraph type", "bpy.context.evaluated_depsgraph_get() is the depsgraph"),
    ("TypeError", r'keyword "diameter(\d?)" is invalid', r"it is radius\1, with the same number: what Blender called diameter here was the radius"),
    ("TypeError", r"blf\.size\(\) takes", "blf.size(font, size): without the resolution"),
    ("TypeError", r"IDProperties|id properties not supported",
     "inputs of a Geometry Nodes modifier are modifier.properties.inputs.<identifier>.value, with the identifier from node_group.interface.items_tree"),
    ("TypeError", r"to_mesh\(\): takes at most", "object.evaluated_get(bpy.context.evaluated_depsgraph_get()).to_mesh() is the mesh with its modifiers"),
    ("TypeError", r"does not support a 'None' assignment NodeSocket", "one of the two sockets is None: look it up by name among the node's inputs and outputs"),
    ("RuntimeError", r"already in collection", "it is there already: leave the line out"),
    ("RuntimeError", r"not in collection", "for each in object.users_collection: each.objects.unlink(object) takes it from where it is"),
    ("ValueError", r"1-2 args execution context", "contexts are given with: with bpy.context.temp_override(object=..., active_object=...): bpy.ops...."),
    ("AttributeError", r'Context property "(active_)?object" is read-only', "bpy.context.view_layer.objects.active = object sets it"),
    ("AttributeError", r'Context property "\w+" is read-only', "set it on the scene, the view layer or the object, not on bpy.context"),
    ("IndexError", r"out of range, size 0", "there are none yet: add one first"),
    ("SystemError", r"GPU functions for drawing", "there is no window to draw into: leave it out"),
    ("RuntimeError", r"OBJ Import: Cannot open|STL Import: Cannot open|Cannot read '|Couldn't open file|No such file or directory|select a file|Invalid PLY header", NO_FILE),
    ("RuntimeError", r"[Cc]annot (save|write)|[Cc]annot open file|[Cc]ould ?n[o']t (save|write)|[Uu]nable to save|not writable|Permission denied", OWN_FILE),
    ("FileNotFoundError", r"", NO_FILE),
    ("ReferenceError", r"", "the object was removed before this line: look it up again by name"),
    ("PermissionError", r"", "programs have no network, start no programs and write only to the working folder"),
    ("OSError", r"Read-only file system|Permission denied", OWN_FILE),
]


def fixed(thrown, message):
    for types, pattern, hint in FIXED:
        found = type(thrown).__name__ in types.split("|") and re.search(pattern, message)
        if found:
            return found.expand(hint) if "\\1" in hint else hint
    return None


def poll(message):
    """Blender words a refused context in many ways: "poll() failed", "poll() Context missing ...", "poll() expected ..."."""
    module = (re.search(r"bpy\.ops\.(\w+)\.", message) or [None, None])[1]
    asked, _, refused = message.partition("poll()")
    by_hand = re.search(r"_slide\.|knife_tool\.", asked)
    if module in IN_EDITORS or by_hand or re.search(r"expected a|view3d|area|region|editor", refused, re.I):
        return EDITORS
    return EDIT_MODE if module in IN_EDIT_MODE else CONTEXT


def own_output(message, source):
    """A program that renders, saves or exports by itself, to a place it cannot write."""
    if "ops.render.render" in source:
        return OWN_RENDER
    refused = r"[Cc]annot (save|write|open)|[Cc]ould ?n[o']t (save|write|open)|[Uu]nable to save|not writable|Permission denied|Read-only|No such file"
    if not re.search(refused, message):
        return None
    if re.search(r"save_(as_)?mainfile", source) or re.search(r"\.blend\b.*(writ|sav)|sav.*\.blend\b", message):
        return OWN_SAVE
    return OWN_FILE if re.search(r"export|\.save|write|['\"][wax]b?\+?['\"]", source) else None
