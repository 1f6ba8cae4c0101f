"""Values in a program's text against what the running Blender takes: arguments, enumerations, lengths, names of sockets."""

import ast
import re

import bpy

from . import api_words, hints
from .lint_types import infer, kinds_of, known, members, property_of, rna_of
from .line_names import mean, near, shown

# Kinds of node whose sockets depend on what they are set to.
CHANGING = ("ShaderNodeGroup", "ShaderNodeScript", "ShaderNodeCustomGroup")


def call(lint, node, called, scope):
    if called is None:
        return
    if called[0] == "ops":
        _operator(lint, node, called[1])
    elif called[0] == "function":
        _function(lint, node, called[1])
    elif called[0] == "new":
        _new_node(lint, node)
    if isinstance(node.func, ast.Attribute) and node.func.attr == "keyframe_insert":
        _keyframe(lint, node, infer(node.func.value, scope))


def _constants(node):
    return {one.arg: one.value for one in node.keywords if one.arg}


def _operator(lint, node, path):
    if path.count(".") != 1 or path in lint.own:
        return
    module, name = path.split(".")
    try:
        known = getattr(getattr(bpy.ops, module), name).get_rna_type().properties
    except (KeyError, AttributeError, RuntimeError):
        lint.warn(node, f"there is no operator bpy.ops.{path}", hints._operator(f'Calling operator "bpy.ops.{path}" error, could not be found'))
        return
    for word, value in _constants(node).items():
        prop = known.get(word)
        if prop is None:
            lint.warn(node, f"bpy.ops.{path} has no keyword {word}", hints._keyword(f"bpy.ops.{path}", f'keyword "{word}" unrecognized'))
        else:
            fits(lint, node, prop, value, f"{word} of bpy.ops.{path}")


def _function(lint, node, function):
    taken = [one for one in function.parameters if not one.is_output]
    for prop, value in zip(taken, node.args):
        fits(lint, node, prop, value, prop.identifier)
    for word, value in _constants(node).items():
        prop = next((one for one in taken if one.identifier == word), None)
        if prop is not None:
            fits(lint, node, prop, value, word)
        else:
            names = [one.identifier for one in taken]
            lint.warn(node, f"{function.identifier} has no keyword {word}", mean(near(word, names)) or f"its keywords are {shown(names)}")


def _new_node(lint, node):
    wanted = node.args[0] if node.args else _constants(node).get("type")
    name = wanted.value if isinstance(wanted, ast.Constant) else None
    if isinstance(name, str) and rna_of(name) is None and name not in lint.own:
        lint.warn(node, f"there is no kind of node {name}", hints._node(f"Node type {name} undefined"))


def _keyframe(lint, node, owner):
    path = node.args[0] if node.args else _constants(node).get("data_path")
    text = path.value if isinstance(path, ast.Constant) else None
    if not isinstance(text, str) or not text.isidentifier() or owner is None or owner[0] != "rna" or text in lint.own:
        return
    if rna_of(owner[1]) is not None and not known(owner[1], text):
        lint.warn(node, f"{owner[1]} has no {text} to keep in a keyframe", mean(near(text, members(owner[1]))))


def assigned(lint, target, value, scope):
    if not isinstance(target, ast.Attribute):
        return
    owner = infer(target.value, scope)
    name = owner[1] if owner and owner[0] == "rna" else owner[2] if owner and owner[0] == "items" else None
    prop = property_of(name, target.attr) if name else None
    if prop is None:
        return
    label = f"{name}.{target.attr}"
    if prop.type == "POINTER" and prop.fixed_type is not None:
        given = infer(value, scope)
        wanted = prop.fixed_type.identifier
        if given and given[0] == "rna" and rna_of(given[1]) and wanted not in kinds_of(given[1]) and given[1] not in kinds_of(wanted):
            lint.warn(target, f"{label} takes {wanted}, not {given[1]}", _object_of(wanted))
    fits(lint, target, prop, value, label)


def _object_of(wanted):
    return "make an object of it first: bpy.data.objects.new(name, data)" if wanted == "Object" else None


def fits(lint, node, prop, value, label):
    """Warns where a value that stands in the text is of another kind than the property."""
    kind = prop.type
    if kind == "ENUM":
        _enumeration(lint, node, prop, value, label)
        return
    constant = value.value if isinstance(value, ast.Constant) else None
    if isinstance(value, ast.Constant) and isinstance(constant, str):
        if kind in ("FLOAT", "INT", "BOOLEAN"):
            lint.warn(node, f"{label} takes a number, not {constant!r}", None)
        elif kind == "POINTER":
            lint.warn(node, f"{label} takes {prop.fixed_type.identifier if prop.fixed_type else 'a thing'}, not its name {constant!r}", _by_name(prop, constant))
    if kind not in ("FLOAT", "INT", "BOOLEAN") or not getattr(prop, "is_array", False):
        return
    dimensions = [one for one in prop.array_dimensions if one]
    if len(dimensions) > 1 or prop.array_length == 0:
        return
    if isinstance(constant, (int, float)) and not isinstance(constant, bool):
        lint.warn(node, f"{label} takes {prop.array_length} numbers", f"write {tuple([constant] * prop.array_length)}")
    elif isinstance(value, (ast.Tuple, ast.List)) and not any(isinstance(one, ast.Starred) for one in value.elts):
        if len(value.elts) != prop.array_length:
            lint.warn(node, f"{label} takes {prop.array_length} numbers, not {len(value.elts)}", None)


def _by_name(prop, constant):
    home = {"Object": "objects", "Material": "materials", "World": "worlds", "Collection": "collections", "Mesh": "meshes"}
    wanted = home.get(prop.fixed_type.identifier if prop.fixed_type else "")
    return f"use bpy.data.{wanted}[{constant!r}]" if wanted else None


def _enumeration(lint, node, prop, value, label):
    word = value.value if isinstance(value, ast.Constant) else None
    if not isinstance(word, str) or word in lint.own:
        return
    choices = _engines() if label == "RenderSettings.engine" else [one.identifier for one in prop.enum_items]
    # One or none: made when it is asked for, so what is allowed cannot be told.
    if len(choices) < 2 or word in choices:
        return
    lint.warn(node, f"{label} cannot be {word!r}", hints._enum(f'enum "{word}" not found in ({", ".join(map(repr, choices))})'))


def _engines():
    """What this Blender draws with, as its refusal of a wrong name tells it."""
    try:
        bpy.context.scene.render.engine = "?"
    except (TypeError, AttributeError) as thrown:
        found = re.search(r"not found in \((.*)\)", str(thrown))
        return re.findall(r"'([^']*)'", found[1]) if found else []
    return []


def key(lint, node, owner):
    """A socket by name on a node whose kind is known."""
    name = node.slice.value if isinstance(node.slice, ast.Constant) else None
    if owner is None or owner[0] != "sockets" or not isinstance(name, str) or owner[1] in CHANGING:
        return
    names = sockets(owner[1], owner[2])
    if not names or name in names:
        return
    lint.warn(node, f"{owner[1]} has no {owner[2][:-1]} {name!r} in Blender {'.'.join(map(str, bpy.app.version[:2]))}", _socket(owner[1], name, names))


def _socket(kind, name, names):
    for old, new in api_words.SOCKETS:
        for one, other in ((old, new), (new, old)):
            if name == one and other in names:
                return mean([other])
    row = next((row for row in api_words.SOCKETS_ALONE if row[:2] == (kind, name)), None)
    if row:
        return hints._changed(f"{name!r} there", *row[2:])
    return mean(near(name, names)) or f"there are {shown(names)}"


_made = {}


def sockets(kind, side):
    """Names of a kind of node's sockets. They exist only on a node that exists: the lint runs in a process of its own."""
    if kind not in _made:
        tree = bpy.data.node_groups.new("lint", "ShaderNodeTree")
        try:
            one = tree.nodes.new(kind)
            _made[kind] = {"inputs": [s.name for s in one.inputs], "outputs": [s.name for s in one.outputs]}
        except (TypeError, RuntimeError):
            _made[kind] = {"inputs": [], "outputs": []}
        bpy.data.node_groups.remove(tree)
    return _made[kind][side]
