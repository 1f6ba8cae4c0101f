"""What to write instead, for a program's error: from the names of other versions, from what exists in the running Blender,
and from how Blender words its refusals."""

import ast
import builtins
import importlib.util
import linecache
import re

from . import api_changes, api_words, wordings
from .line_names import keys, mean, near, nodes_of, owner_name, owner_value, shown, value


NODE_KIND = re.compile(r"^(Shader|Compositor|Geometry|Function|Texture)Node(?=[A-Z])")


def hint_for(thrown, frame, source):
    message, source = str(thrown), source or ""
    if isinstance(thrown, AttributeError):
        return _operator(message) or wordings.fixed(thrown, message) or _attribute(thrown, frame, source, message)
    if isinstance(thrown, KeyError):
        return _key(frame, source, message)
    if isinstance(thrown, NameError):
        return _name(thrown, frame)
    if isinstance(thrown, ImportError):
        return _module(thrown.name) if thrown.name else None
    if isinstance(thrown, TypeError):
        return _enum(message) or _keyword(source, message) or wordings.fixed(thrown, message)
    if isinstance(thrown, RuntimeError):
        if "poll()" in message:
            return wordings.poll(message)
        return _node(message) or wordings.own_output(message, source) or wordings.fixed(thrown, message) or _enum(message)
    if isinstance(thrown, PermissionError) and "asyncio" in source:
        return "asyncio's event loop needs sockets, which programs do not have: call the functions one after the other, without asyncio"
    if isinstance(thrown, OSError):
        return wordings.own_output(message, source) or wordings.fixed(thrown, message)
    return wordings.fixed(thrown, message)


def _version():
    import bpy

    return bpy.app.version[:2]


def _changed(label, since, until, write):
    """A name that other versions have. The version it came or went with is said where it agrees with the running one."""
    here = _version()
    if since is not None and here < since:
        when = f" (it came with {_dotted(since)})"
    elif until is not None and here >= until:
        when = f" (it went with {_dotted(until)})"
    else:
        when = ""
    return f"Blender {_dotted(here)} has no {label}{when}: {write if write.startswith(api_words.LEAVE) else 'use ' + write}"


def _dotted(version):
    return f"{version[0]}.{version[1]}"


def _row(table, *wanted):
    return next((row for row in table if row[: len(wanted)] == wanted), None)


def _operator(message):
    match = re.search(r'Calling operator "bpy\.ops\.([\w.]+)" error, could not be found', message)
    if not match:
        return None
    row = _row(api_words.OPERATORS, match[1])
    if row:
        return _changed(f"bpy.ops.{match[1]}", *row[1:])
    import bpy

    module, _, name = match[1].partition(".")
    # Words in another order or another module: primitive_cube for cube_primitive, object.cube_add for mesh.primitive_cube_add.
    beside = near(name, dir(getattr(bpy.ops, module)), 2)
    found = [f"bpy.ops.{module}.{one}" for one in beside]
    if not found:
        words = set(name.split("_")) - {"add", "new", "create"}
        every = [f"bpy.ops.{m}.{o}" for m in dir(bpy.ops) for o in dir(getattr(bpy.ops, m))]
        found = [one for one in every if words and words <= set(re.split(r"[._]", one))][:3]
    return mean(found) or f"there is no such operator in Blender {_dotted(_version())}: change bpy.data directly"


def _attribute(thrown, frame, source, message):
    match = re.search(r"(?:'(\w+)' object|bpy_prop_collection:) (?:has no )?attribute ['\"](\w+)['\"]", message)
    name = getattr(thrown, "name", None) or (match[2] if match else None)
    if name is None:
        return None
    if "'NoneType' object" in message:
        return _was_none(name, frame, source)
    owner = getattr(thrown, "obj", None)
    if owner is None:
        owner = owner_value(source, frame, lambda n: isinstance(n, ast.Attribute) and n.attr == name)
    kinds = [kind.__name__ for kind in type(owner).__mro__] if owner is not None else _bases(match[1] if match else None)
    for kind in [*kinds, owner_name(source, name)]:
        row = _row(api_changes.ATTRIBUTES, kind, name)
        if row:
            return _changed(f"{kind}.{name}", *row[2:])
    data = getattr(owner, "data", None)
    if data is not None and hasattr(data, name):
        return f"it is on the object's data: .data.{name}"
    return mean(near(name, dir(owner))) if owner is not None else None


def _bases(name):
    """Names of a class of Blender and of those it is one of."""
    import bpy

    return [kind.__name__ for kind in getattr(getattr(bpy.types, name or "", None), "__mro__", ())] or [name]


def _was_none(name, frame, source):
    """Which expression was None, and for a lookup by name what could have been asked for."""
    for node in nodes_of(source):
        if not (isinstance(node, ast.Attribute) and node.attr == name):
            continue
        text = ast.unparse(node.value)
        if isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute) and node.value.func.attr == "get":
            found = keys(value(node.value.func.value, frame)) if frame else None
            wanted = node.value.args[0] if node.value.args else None
            if found is not None and isinstance(wanted, ast.Constant) and isinstance(wanted.value, str):
                return f"{text} is None: " + (mean(near(wanted.value, found)) or f"there are {shown(found)}")
        if re.search(r"\.(area|region|space_data|region_data)$", text):
            return f"{text} is None: there are no windows and no editors here"
        if text.endswith(".world"):
            return f"{text} is None: scene.world = bpy.data.worlds.new('World') makes one"
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

    owner = owner_value(source, frame, is_it)
    found = keys(owner)
    if found is None:
        return None
    for old, new in api_words.SOCKETS:
        for one, other in ((old, new), (new, old)):
            if wanted == one and other in found:
                return mean([other])
    row = next((row for row in api_words.SOCKETS_ALONE if row[1] == wanted and _is_node(owner, row[0])), None)
    if row:
        return _changed(f"{wanted!r} there", *row[2:])
    if type(owner).__name__ == "NodesModifier":
        items = "interface.items_tree" if _version() >= (4, 0) else "inputs"
        return f"inputs go by identifier: next(i.identifier for i in modifier.node_group.{items} if i.name == ...)"
    if re.search(r"\.attributes\[", source):
        return f"there is no such attribute yet: mesh.attributes.new({wanted!r}, type, domain) makes it"
    return mean(near(wanted, found)) or f"there are {shown(found)}"


def _is_node(sockets, kind):
    """Whether these are the sockets of a node of this kind."""
    return type(getattr(next(iter(sockets), None), "node", None)).__name__ == kind


def _module(name):
    row = _row(api_words.MODULES, name.partition(".")[0])
    if row:
        return _changed(f"module {row[0]}", *row[1:])
    return f"only Blender's own Python modules are there: do without {name}"


def _name(thrown, frame):
    name = getattr(thrown, "name", None) or (re.search(r"variable '(\w+)'", str(thrown)) or [None, None])[1]
    if not name:
        return None
    # Not find_spec on anything dotted: that would import. These are plain top-level names.
    if name in ("bpy", "bmesh", "mathutils", "math", "random") or (name.isidentifier() and _is_module(name)):
        return f"add `import {name}` at the top"
    for home in ("math", "mathutils") if len(name) > 2 else ():
        if hasattr(__import__(home), name):
            return f"add `from {home} import {name}` at the top"
    later = _assigned_at(name, frame)
    if later:
        return f"line {later} assigns {name}, after this use of it: move that line above this one"
    seen = dir(builtins) + (list(frame.f_globals) + list(frame.f_locals) if frame else [])
    return mean(near(name, seen))


def _assigned_at(name, frame):
    """The first line of the program that gives the name a value; None where none does."""
    lines = linecache.getlines(frame.f_code.co_filename) if frame else []
    wanted = re.compile(rf"\s*(?:for\s+)?{re.escape(name)}\s*(?:=(?!=)|:\s*\w[^=]*=|\bin\b)|\s*(?:def|class)\s+{re.escape(name)}\b")
    return next((number for number, line in enumerate(lines, 1) if wanted.match(line)), None)


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
    if not choices:
        return "this Blender offers none of the kind: leave the line out"
    if match[1] in api_words.VALUES_ALONE:
        return api_words.VALUES_ALONE[match[1]]
    for group in api_words.VALUES:
        if match[1] in group and any(one in choices for one in group):
            return mean([one for one in group if one in choices][:1])
    # Looks of a view transform have its name before them in some versions only: "AgX - High Contrast".
    same = [one for one in choices if one.rpartition(" - ")[2] == match[1].rpartition(" - ")[2]]
    return mean(same[:1] or near(match[1], choices)) or f"it is one of {shown(choices)}"


def _keyword(source, message):
    match = re.search(r'keyword "(\w+)" unrecognized', message)
    if not match:
        return None
    import bpy

    for module, operator in re.findall(r"bpy\.ops\.(\w+)\.(\w+)", source):
        row = next((row for row in api_words.KEYWORDS if row[0] in ("", f"{module}.{operator}") and row[1] == match[1]), None)
        if row:
            return _changed(f"keyword {match[1]}", *row[2:])
        properties = getattr(getattr(bpy.ops, module), operator).get_rna_type().properties.keys()
        known = [one for one in properties if one != "rna_type"]
        same = [one for one in api_words.SAME_KEYWORD.get(match[1], []) if one in known]
        return mean(same[:1] or near(match[1], known)) or f"its keywords are {shown(known)}"
    return None


def _node(message):
    match = re.search(r"Node type (.+?) undefined", message)
    if not match:
        return None
    row = _row(api_words.NODES, match[1])
    if row:
        return _changed(match[1], *row[1:])
    import bpy

    kinds = {name: NODE_KIND.sub("", name) for name in dir(bpy.types) if NODE_KIND.match(name)}
    wanted = NODE_KIND.sub("", match[1])
    # Under the name that the user interface shows, in another kind of tree, or misspelt.
    labelled = [name for name in kinds if getattr(bpy.types, name).bl_rna.name == match[1]]
    same = [name for name, rest in kinds.items() if rest == wanted]
    home = (NODE_KIND.match(match[1]) or [""])[0]
    close = [home + rest for rest in near(wanted, [rest for name, rest in kinds.items() if name == home + rest], 2)]
    found = labelled[:2] or same[:2] or close
    return mean(found) or f"Blender {_dotted(_version())} has no such node: {api_words.LEAVE}"
