"""Operation "lookup_api": what the running Blender has under some words: operators with their keywords and defaults, types
with their properties, kinds of node with their sockets, and names that other versions have.

args: {query} -> {version, found: [{name, kind, text}]}, the best first, at most 8.
"""

import re

import bpy

from . import api_changes, api_words, hints
from ...worker.errors import JobError

MOST = 8
MOST_MEMBERS = 40
MOST_TEXT = 900
# Words that say nothing of what is looked for.
IDLE = {"bpy", "ops", "types", "data", "how", "to", "the", "a", "an", "of", "in", "for", "set", "get", "use", "do", "i", "is", "node", "object", "property", "and"}


def words_of(name):
    spaced = re.sub(r"([a-z0-9])([A-Z])|([A-Z]+)([A-Z][a-z])", lambda m: " ".join(g for g in m.groups() if g), name)
    return [word for word in re.split(r"[^a-z0-9]+", spaced.lower()) if word]


def near(wanted, word):
    """1 for the same word, less for its beginning and for one that begins so."""
    if wanted == word or wanted == word + "s" or wanted + "s" == word:
        return 1.0
    return 0.6 if min(len(wanted), len(word)) >= 3 and (word.startswith(wanted) or wanted.startswith(word)) else 0.0


def score(query, name, about=""):
    """How well a name fits: every word of the query that it holds, less for what else it holds."""
    own, told = words_of(name), words_of(about)
    hits = [max((near(wanted, word) for word in own), default=0.0) or 0.3 * max((near(wanted, word) for word in told), default=0.0) for wanted in query]
    return sum(hits) / len(query) - 0.02 * max(0, len(own) - len(query)) if any(hit > 0.5 for hit in hits) else 0.0


def value(prop):
    """A property as it is written: its kind, or what it is when left out."""
    if prop.type == "ENUM":
        choices = "|".join(item.identifier for item in prop.enum_items[:12])
        return repr(getattr(prop, "default", "")) + (f" of {choices}" if choices else "")
    if prop.type in ("FLOAT", "INT", "BOOLEAN"):
        if getattr(prop, "is_array", False):
            return "(" + ", ".join(f"{each:g}" if isinstance(each, float) else str(each) for each in list(prop.default_array)[:4]) + ")"
        return f"{prop.default:g}" if prop.type == "FLOAT" else str(prop.default)
    if prop.type == "STRING":
        return repr(prop.default)
    fixed = prop.fixed_type.identifier if prop.fixed_type else "?"
    return f"collection of {fixed}" if prop.type == "COLLECTION" else fixed


def members(rna):
    return [prop for prop in rna.properties if prop.identifier != "rna_type"]


def operator_text(path, rna):
    known = [f"{prop.identifier}={value(prop)}" for prop in members(rna) if not prop.is_hidden][:MOST_MEMBERS]
    return f"bpy.ops.{path}({', '.join(known)}). {rna.description}"


def type_text(rna):
    base = rna.base
    inherited = {prop.identifier for prop in base.properties} if base else set()
    known = [f"{prop.identifier}: {value(prop)}" for prop in members(rna) if prop.identifier not in inherited][:MOST_MEMBERS]
    calls = [f"{function.identifier}({', '.join(p.identifier for p in function.parameters if not p.is_output)})" for function in rna.functions][:20]
    more = f" It is a {base.identifier} too." if base else ""
    return f"bpy.types.{rna.identifier}: {rna.description or rna.name}.{more} Properties: {'; '.join(known) or 'none of its own'}." + (f" Functions: {', '.join(calls)}." if calls else "")


def node_text(rna):
    tree = bpy.data.node_groups.new("lookup", tree_for(rna.identifier))
    try:
        node = tree.nodes.new(rna.identifier)
        return (
            f"nodes.new({rna.identifier!r}), called {rna.name}. Inputs: {', '.join(map(socket_text, node.inputs)) or 'none'}. "
            f"Outputs: {', '.join(repr(socket.name) for socket in node.outputs) or 'none'}. " + type_text(rna)
        )
    finally:
        bpy.data.node_groups.remove(tree)


def socket_text(socket):
    default = getattr(socket, "default_value", None)
    if default is None:
        return repr(socket.name)
    shown = f"{default:.3g}" if isinstance(default, float) else f"({', '.join(f'{each:.3g}' for each in default)})" if hasattr(default, "__len__") and not isinstance(default, str) else repr(default)
    return f"{socket.name!r}={shown}"


def tree_for(name):
    from .op_symbols import HOMES

    return next((tree for start, tree in HOMES if name.startswith(start)), "ShaderNodeTree")


def every():
    """(name, kind, what else is said of it, its text when asked for)."""
    from .op_symbols import ABSTRACT, is_node

    for module in dir(bpy.ops):
        for name in dir(getattr(bpy.ops, module)):
            path = f"{module}.{name}"

            def text(module=module, name=name, path=path):
                return operator_text(path, getattr(getattr(bpy.ops, module), name).get_rna_type())

            yield path, "operator", "", text
    for name in dir(bpy.types):
        rna = getattr(getattr(bpy.types, name), "bl_rna", None)
        if rna is None or rna.identifier != name or re.search(r"_(PT|MT|HT|OT|UL|GT|GGT)_", name):
            continue
        if is_node(rna) and name not in ABSTRACT:
            # A node is known by its label: "Noise Texture" is ShaderNodeTexNoise.
            yield rna.name or name, "node", name, lambda rna=rna: node_text(rna)
            continue
        yield name, "type", rna.name, lambda rna=rna: type_text(rna)
        base = {prop.identifier for prop in rna.base.properties} if rna.base else set()
        for prop in members(rna):
            if prop.identifier not in base and not re.match(r"bl_|rna_", prop.identifier):
                yield f"{name}.{prop.identifier}", "property", prop.name, lambda prop=prop, name=name: f"bpy.types.{name}.{prop.identifier}: {value(prop)}. {prop.description}"


def elsewhere(query):
    """Names of other versions that the query means."""
    rows = [(f"{owner}.{name}", f"{owner}.{name}", row) for owner, name, *row in api_changes.ATTRIBUTES]
    rows += [(f"bpy.ops.{row[0]}", row[0], row[1:]) for row in api_words.OPERATORS]
    for label, name, row in rows:
        fits = score(query, name)
        since, until, _ = row
        here = bpy.app.version[:2]
        missing = (since is None and until is None) or (since is not None and here < since) or (until is not None and here >= until)
        if fits > 0.85 and missing:
            yield fits, {"name": label, "kind": "other version", "text": hints._changed(label, *row)}


def sockets():
    """Inputs of shader nodes: "emission strength" is one of the Principled BSDF's."""
    from .op_symbols import nodes

    for name, node in nodes("ShaderNode").items():
        for socket in node["inputs"]:
            text = f"node.inputs[{socket!r}] of nodes.new({name!r}), called {node['label']}"
            yield socket, "socket", node["label"], lambda text=text: text


# Of names that fit alike, what programs ask for most comes first.
WORTH = {"node": 0.15, "operator": 0.1, "socket": 0.1, "type": 0.05, "property": 0.0}
# Results of one kind, so that one name's many homes leave room for others.
MOST_OF_KIND = {"property": 3, "socket": 3}


def chosen(rated):
    counts = {}
    for rating, name, kind, text in sorted(rated, key=lambda one: (-one[0], len(one[1]), one[1])):
        counts[kind] = counts.get(kind, 0) + 1
        if counts[kind] <= MOST_OF_KIND.get(kind, MOST):
            yield name, kind, text


def handle(args, job):
    asked = args.get("query")
    if not isinstance(asked, str) or not asked.strip():
        raise JobError("query must be some words", "program", "BadArgument", 'e.g. "principled bsdf", "rigid body", "mesh.primitive_cube_add"')
    query = [word for word in words_of(asked[:200]) if word not in IDLE] or words_of(asked[:200])
    if not query:
        raise JobError("query holds no words", "program", "BadArgument")
    rated = [(score(query, name, about), name, kind, text) for source in (every(), sockets()) for name, kind, about, text in source]
    best = list(chosen((rating + WORTH[kind], name, kind, text) for rating, name, kind, text in rated if rating > 0.3))
    found = [entry for _, entry in sorted(elsewhere(query), key=lambda one: -one[0])[:2]]
    for name, kind, text in best[: MOST - len(found)]:
        try:
            found.append({"name": name, "kind": kind, "text": text()[:MOST_TEXT]})
        except (KeyError, AttributeError, RuntimeError, TypeError):
            continue
    return {"version": bpy.app.version_string, "found": found}
