"""Operation "symbols": what the running Blender knows, for prompts and checks: types with their properties and
functions, operators with their keywords, nodes with their sockets.

args: {inline_bytes?: int}. -> {version, counts, symbols} when the JSON is smaller than inline_bytes (default 64 KiB),
else {version, counts, file: "symbols.json.gz"}, written to the job folder (about 0.4 MB).

symbols: {types: {name: {base, properties: {name: kind}, functions: [name]}},
operators: {"mesh.primitive_cube_add": {keyword: kind}}, nodes: {idname: {label, inputs: [name], outputs: [name]}}}
kind is the property's type ("FLOAT", "POINTER:Object", "ENUM:A|B|C", "FLOAT[3]").
"""

import gzip
import json

import bpy

ENUM_CHOICES = 40


def kind_of(prop):
    kind = prop.type
    if kind == "ENUM":
        names = [item.identifier for item in prop.enum_items][:ENUM_CHOICES]
        return "ENUM:" + "|".join(names) if names else "ENUM"
    if kind in ("POINTER", "COLLECTION") and prop.fixed_type is not None:
        return f"{kind}:{prop.fixed_type.identifier}"
    if getattr(prop, "is_array", False):
        return f"{kind}[{prop.array_length}]"
    return kind


def types():
    found = {}
    for name in dir(bpy.types):
        rna = getattr(getattr(bpy.types, name), "bl_rna", None)
        if rna is None:
            continue
        found[name] = {
            "base": rna.base.identifier if rna.base else None,
            "properties": {p.identifier: kind_of(p) for p in rna.properties if p.identifier != "rna_type"},
            "functions": [f.identifier for f in rna.functions],
        }
    return found


def operators():
    found = {}
    for module in dir(bpy.ops):
        for name in dir(getattr(bpy.ops, module)):
            try:
                rna = getattr(getattr(bpy.ops, module), name).get_rna_type()
            except (KeyError, AttributeError, RuntimeError):
                continue
            found[f"{module}.{name}"] = {p.identifier: kind_of(p) for p in rna.properties if p.identifier != "rna_type"}
    return found


# Which tree takes a kind of node, by the start of its name; the first that fits.
HOMES = (
    ("ShaderNode", "ShaderNodeTree"), ("GeometryNode", "GeometryNodeTree"), ("FunctionNode", "GeometryNodeTree"),
    ("CompositorNode", "CompositorNodeTree"), ("TextureNode", "TextureNodeTree"), ("Node", "ShaderNodeTree"),
)
ABSTRACT = {"Node", "NodeInternal", "NodeCustomGroup", "NodeGroup", "NodeInternalSocketTemplate"} | {
    start + end for start, _ in HOMES for end in ("", "CustomGroup", "Tree")
}


def nodes(start=""):
    """Kinds of node whose names begin so. Sockets only exist on a node that exists: each kind is made once."""
    found, trees = {}, {}
    for name in dir(bpy.types):
        rna = getattr(getattr(bpy.types, name), "bl_rna", None)
        home = next((tree for start, tree in HOMES if name.startswith(start)), None)
        if rna is None or home is None or not name.startswith(start) or name in ABSTRACT or not is_node(rna):
            continue
        try:
            if home not in trees:
                trees[home] = bpy.data.node_groups.new("symbols", home)
            node = trees[home].nodes.new(name)
        except (TypeError, RuntimeError):
            continue
        found[name] = {
            "label": rna.name,
            "inputs": [socket.name for socket in node.inputs],
            "outputs": [socket.name for socket in node.outputs],
        }
        trees[home].nodes.remove(node)
    for tree in trees.values():
        bpy.data.node_groups.remove(tree)
    return found


def is_node(rna):
    base = rna.base
    while base is not None:
        if base.identifier == "Node":
            return True
        base = base.base
    return False


def handle(args, job):
    symbols = {"types": types(), "operators": operators(), "nodes": nodes()}
    reply = {"version": bpy.app.version_string, "counts": {key: len(value) for key, value in symbols.items()}}
    text = json.dumps(symbols, separators=(",", ":"))
    if len(text) <= int(args.get("inline_bytes", 65536)):
        return {**reply, "symbols": symbols}
    with gzip.open(job.path("symbols.json.gz"), "wt", encoding="utf-8", compresslevel=6) as file:
        file.write(text)
    return {**reply, "file": "symbols.json.gz"}
