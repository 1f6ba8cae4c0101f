"""Did-you-mean for a program's error, from what exists in the running Blender."""

import ast
import builtins
import difflib
import importlib.util
import re

# Names that changed between Blender versions; tried in both directions, offered only when the other name exists.
RENAMED = [
    ("Transmission", "Transmission Weight"), ("Subsurface", "Subsurface Weight"), ("Sheen", "Sheen Weight"),
    ("Clearcoat", "Coat Weight"), ("Clearcoat Roughness", "Coat Roughness"), ("Clearcoat Normal", "Coat Normal"),
    ("Specular", "Specular IOR Level"), ("Emission", "Emission Color"), ("Fac", "Factor"),
    ("BLENDER_EEVEE", "BLENDER_EEVEE_NEXT"), ("Musgrave Texture", "Noise Texture"),
]
CHANGED = {
    "use_auto_smooth": "meshes have no auto smooth from Blender 4.1 on: use bpy.ops.object.shade_auto_smooth() or shade_smooth()",
    "auto_smooth_angle": "meshes have no auto smooth from Blender 4.1 on: use bpy.ops.object.shade_auto_smooth(angle=...)",
    "calc_normals": "normals are computed by themselves from Blender 4.1 on: leave the call out",
    "shadow_method": "materials have no shadow_method from Blender 4.2 on: leave it out",
    "use_sss": "set the Principled BSDF's subsurface inputs instead",
    "active_object": "bpy.context.view_layer.objects.active is the place to set it",
}
# Interfaces of some versions only, by the class they are looked for on: a near name would mislead.
VERSIONED = {
    ("NodeTree", "interface"): "node groups have .interface from Blender 4.0 on; before: group.inputs.new(type, name) and group.outputs.new(type, name)",
    ("NodeTree", "inputs"): "before Blender 4.0 only; now: group.interface.new_socket(name, in_out='INPUT', socket_type=type)",
    ("NodeTree", "outputs"): "before Blender 4.0 only; now: group.interface.new_socket(name, in_out='OUTPUT', socket_type=type)",
    ("Armature", "collections"): "bone collections are of Blender 4.0 and later; before: bone.layers and pose.bone_groups",
    ("Armature", "layers"): "before Blender 4.0 only; now: armature.collections",
    ("Bone", "layers"): "before Blender 4.0 only; now: armature.collections",
    ("Pose", "bone_groups"): "before Blender 4.0 only; now: armature.collections",
    ("Object", "light_linking"): "light linking is of Blender 4.0 and later: leave it out",
    ("Scene", "compositing_node_group"): "of Blender 5.0 and later; before: scene.use_nodes = True and scene.node_tree",
    ("Scene", "node_tree"): "before Blender 5.0 only; now: scene.compositing_node_group",
    ("SceneEEVEE", "use_bloom"): "EEVEE has no bloom setting from Blender 4.2 on: leave it out",
    ("SceneEEVEE", "use_ssr"): "before Blender 4.2 only; now: scene.eevee.use_raytracing",
    ("SceneEEVEE", "use_gtao"): "EEVEE has no such setting from Blender 4.2 on: leave it out",
    ("SceneEEVEE", "use_raytracing"): "of Blender 4.2 and later; before: scene.eevee.use_ssr",
    ("Object", "select"): "from Blender 2.80 on: object.select_set(True)",
    ("SceneObjects", "link"): "from Blender 2.80 on: bpy.context.collection.objects.link(object)",
    ("SceneObjects", "active"): "from Blender 2.80 on: bpy.context.view_layer.objects.active",
}


def hint_for(thrown, frame, source):
    message = str(thrown)
    if isinstance(thrown, AttributeError):
        return _attribute(thrown, frame, source, message)
    if isinstance(thrown, KeyError):
        return _key(frame, source, message)
    if isinstance(thrown, NameError):
        return _name(thrown, frame)
    if isinstance(thrown, ImportError):
        return f"only Blender's own Python modules are there: do without {thrown.name}" if thrown.name else None
    if isinstance(thrown, TypeError):
        return _enum(message) or _keyword(source, message)
    if isinstance(thrown, RuntimeError):
        if "poll()" in message:
            return _poll(message)
        return _own_output(message, source) or _enum(message)
    if isinstance(thrown, ReferenceError):
        return "the object was removed before this line: look it up again by name"
    if isinstance(thrown, PermissionError):
        return "programs have no network, start no programs and write only to the working folder"
    return None


def _poll(message):
    """Blender words a refused context in many ways: "poll() failed", "poll() Context missing ...", "poll() expected ..."."""
    if re.search(r"expected a|view3d|area|region|editor", message.split("poll()", 1)[1], re.I):
        return "there are no windows and no editors here: do without this operator, and change bpy.data directly"
    return "the operator needs another context: set the active object and its mode, or change bpy.data directly"


def _own_output(message, source):
    """A program that renders or saves by itself, to a place it cannot write."""
    if "ops.render.render" in (source or ""):
        return "viga takes the pictures itself: leave the render out (only the working folder can be written)"
    if not re.search(r"cannot save|cannot write|[Cc]annot open file|[Uu]nable to save|not writable|Permission denied", message):
        return None
    if "save_as_mainfile" in f"{source}{message}" or "save_mainfile" in f"{source}{message}" or ".blend" in message:
        return "viga saves the scene itself: leave the save out (only the working folder can be written)"
    return "only the working folder can be written, and what is left there is not kept: leave it out"


def _near(name, candidates, count=3):
    candidates = [c for c in candidates if isinstance(c, str) and not c.startswith("__")]
    lower = {c.lower(): c for c in reversed(candidates)}
    close = difflib.get_close_matches(name.lower(), list(lower), count, 0.6)
    found = [lower[c] for c in close]
    found += [c for c in candidates if name.lower() in c.lower().split() and c not in found]
    for old, new in RENAMED:
        for one, other in ((old, new), (new, old)):
            if name == one and other in candidates:
                return [other]
    return found[:count]


def _mean(found, prefix="did you mean "):
    return prefix + " or ".join(repr(f) for f in found) + "?" if found else None


def _attribute(thrown, frame, source, message):
    name = getattr(thrown, "name", None) or (re.search(r"no attribute '(\w+)'", message) or [None, None])[1]
    if name is None:
        return None
    owner = getattr(thrown, "obj", None)
    if "'NoneType' object" in message:
        return _was_none(name, frame, source)
    if owner is None and frame is not None and source:
        owner = _owner_value(source, frame, lambda n: isinstance(n, ast.Attribute) and n.attr == name)
    for kind in type(owner).__mro__ if owner is not None else ():
        if (kind.__name__, name) in VERSIONED:
            return VERSIONED[kind.__name__, name]
    found = _near(name, dir(owner)) if owner is not None else []
    changed = CHANGED.get(name)
    return " ".join(part for part in (_mean(found), changed) if part) or None


def _was_none(name, frame, source):
    """Which expression was None, and for a lookup by name what could have been asked for."""
    tree = _parse(source)
    for node in ast.walk(tree) if tree else []:
        if not (isinstance(node, ast.Attribute) and node.attr == name):
            continue
        text = ast.unparse(node.value)
        if isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute) and node.value.func.attr == "get":
            keys = _keys(_value(node.value.func.value, frame)) if frame else None
            wanted = node.value.args[0] if node.value.args else None
            if keys is not None and isinstance(wanted, ast.Constant) and isinstance(wanted.value, str):
                return f"{text} is None: " + (_mean(_near(wanted.value, keys)) or f"there are {_list(keys)}")
        return f"{text} is None here: check that what it looks up exists"
    return "a lookup before this line found nothing"


def _key(frame, source, message):
    match = re.search(r'key "(.*)" not found', message) or re.search(r"^'(.*)'$", message)
    if not match or frame is None or not source:
        return None
    wanted = match[1]

    def is_it(node):
        return isinstance(node, ast.Subscript) and (
            not isinstance(node.slice, ast.Constant) or node.slice.value == wanted
        )

    keys = _keys(_owner_value(source, frame, is_it))
    if keys is None:
        return None
    return _mean(_near(wanted, keys)) or f"there are {_list(keys)}"


def _list(names):
    shown = ", ".join(repr(n) for n in list(names)[:24])
    return (shown + ", ..." if len(names) > 24 else shown) if names else "none"


def _keys(owner):
    try:
        return [k for k in owner.keys() if isinstance(k, str)] if owner is not None else None
    except (AttributeError, TypeError):
        return None


def _parse(source):
    text = source.strip()
    for attempt in (text, text + "\n    pass", text.rstrip(":, ")):
        try:
            return ast.parse(attempt)
        except SyntaxError:
            continue
    return None


def _owner_value(source, frame, matches):
    tree = _parse(source)
    for node in ast.walk(tree) if tree else []:
        if matches(node):
            value = _value(node.value, frame)
            if value is not None:
                return value
    return None


def _value(node, frame):
    """Value of a plain chain of names, attributes, constant subscripts and .get("name"); nothing else is evaluated."""
    if isinstance(node, ast.Name):
        return frame.f_locals.get(node.id, frame.f_globals.get(node.id))
    if isinstance(node, ast.Attribute):
        return getattr(_value(node.value, frame), node.attr, None)
    try:
        if isinstance(node, ast.Subscript) and isinstance(node.slice, (ast.Constant, ast.Name)):
            key = node.slice.value if isinstance(node.slice, ast.Constant) else _value(node.slice, frame)
            return _value(node.value, frame)[key]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "new"):
            owner = _value(node.func.value, frame)
            if node.func.attr == "get" and len(node.args) == 1 and isinstance(node.args[0], ast.Constant):
                return owner.get(node.args[0].value)
    except (KeyError, IndexError, TypeError, AttributeError):
        pass
    return None


def _name(thrown, frame):
    name = getattr(thrown, "name", None)
    if not name:
        return None
    # Not find_spec on anything dotted: that would import. These are plain top-level names.
    if name in ("bpy", "bmesh", "mathutils", "math", "random") or (name.isidentifier() and _is_module(name)):
        return f"add `import {name}` at the top"
    seen = dir(builtins) + (list(frame.f_globals) + list(frame.f_locals) if frame else [])
    return _mean(_near(name, seen))


def _is_module(name):
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError, AttributeError):
        return False


def _enum(message):
    match = re.search(r'enum "(.*?)" not found in \((.*)\)', message, re.S)
    if not match:
        return None
    choices = re.findall(r"'([^']*)'", match[2])
    return _mean(_near(match[1], choices)) or f"it is one of {_list(choices)}"


def _keyword(source, message):
    match = re.search(r'keyword "(\w+)" unrecognized', message)
    if not match or not source:
        return None
    import bpy

    for module, operator in re.findall(r"bpy\.ops\.(\w+)\.(\w+)", source):
        properties = getattr(getattr(bpy.ops, module), operator).get_rna_type().properties.keys()
        return _mean(_near(match[1], properties)) or f"its keywords are {_list(properties)}"
    return None
