"""What an expression of a program is, as far as its text tells: kinds of bpy.types, collections, functions. Nothing of the
program is evaluated; what is not certain is None, and nothing is said about it.

A kind is a tuple: ("rna", name) a thing of bpy.types, ("items", element, collection's own name or None),
("function", RNA function), ("get", items), ("new", items of nodes), ("ops", path), ("types",), ("context",),
("module", object), ("made", class) an instance of a class of Python's own.
"""

import ast
import importlib

import bpy

from .lint_tree import inside, walk

CONTEXT = {
    "scene": "Scene", "object": "Object", "active_object": "Object", "view_layer": "ViewLayer", "collection": "Collection",
    "edit_object": "Object", "blend_data": "BlendData", "preferences": "Preferences", "window_manager": "WindowManager",
    "tool_settings": "ToolSettings", "workspace": "WorkSpace", "layer_collection": "LayerCollection",
}
CONTEXT_LISTS = {"selected_objects": "Object", "visible_objects": "Object", "selected_editable_objects": "Object"}
MODULES = ("math", "mathutils", "bmesh", "random")


# What RNA calls a thing whose class is told only as the program runs.
OPEN = ("UnknownType", "AnyType", "PropertyGroup", "bpy_struct", "Attribute")


def rna_of(name):
    return getattr(getattr(bpy.types, name, None), "bl_rna", None)


def kinds_of(name):
    """The class and those it is one of, the nearest first."""
    rna, found = rna_of(name), []
    while rna is not None:
        found.append(rna.identifier)
        rna = rna.base
    return found


def property_of(name, attribute):
    rna = rna_of(name)
    return rna.properties.get(attribute) if rna is not None else None


def function_of(name, attribute):
    rna = rna_of(name)
    return rna.functions.get(attribute) if rna is not None else None


def has(name, attribute):
    """Whether things of that very class have it."""
    return bool(property_of(name, attribute) or function_of(name, attribute) or hasattr(getattr(bpy.types, name), attribute))


def of_property(prop):
    if prop.type not in ("POINTER", "COLLECTION") or prop.fixed_type is None or prop.fixed_type.identifier in OPEN:
        return None
    if prop.type == "POINTER":
        return ("rna", prop.fixed_type.identifier)
    return ("items", prop.fixed_type.identifier, prop.srna.identifier if prop.srna is not None else None)


# By class: what it is derived from. Filled in the engine's parent, so that no job has to look at every class.
_bases = {}


def prepare():
    for name in dir(bpy.types):
        rna = rna_of(name)
        _bases[name] = rna.base.identifier if rna is not None and rna.base is not None else None


def derived(name):
    """Classes that are derived from it, nearer or farther."""
    if not _bases:
        prepare()
    found, newer = set(), {name}
    while newer:
        found |= newer
        newer = {one for one, base in _bases.items() if base in newer} - found
    return found - {name}


def members(name):
    rna = rna_of(name)
    return [*rna.properties.keys(), *rna.functions.keys(), *dir(getattr(bpy.types, name))]


def known(name, attribute):
    """Whether a thing of the class, or of one that is derived from it, has the attribute."""
    if has(name, attribute):
        return True
    return any(has(one, attribute) for one in derived(name))


_labels = {}


def node_labelled(label):
    """The class of shader node that has this name until somebody renames it."""
    if not _labels:
        for name in dir(bpy.types):
            rna = rna_of(name) if name.startswith("ShaderNode") else None
            if rna is not None:
                _labels.setdefault(rna.name, name)
    return _labels.get(label)


# Kinds of node that are most of a program and give no name a value.
UNNAMING = (ast.Name, ast.Constant, ast.Call, ast.Attribute, ast.BinOp, ast.Tuple, ast.keyword, ast.Expr)


class Scope:
    """Names of a module or of a function, with what each is given in the text."""

    def __init__(self, node, outer=None):
        self.outer = outer
        self.given = {}
        self.open = set()
        self.kinds = {}
        arguments = getattr(node, "args", None)
        if isinstance(arguments, ast.arguments):
            for one in walk(arguments):
                if isinstance(one, ast.arg):
                    self.add(one.arg, None)
        for child in inside(node):
            if not isinstance(child, UNNAMING):
                self.read(child)

    def add(self, name, value, item=False):
        self.given.setdefault(name, []).append((value, item))

    def read(self, node):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self.bind(target, node.value)
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
            self.bind(node.target, node.value)
        elif isinstance(node, ast.AugAssign):
            self.bind(node.target, None)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            self.bind(node.target, node.iter, item=True)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self.add(node.name, None)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            self.add(node.name, None)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self.bind(node.optional_vars, None)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                self.add(alias.asname or alias.name.split(".")[0], (node, alias))
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            for name in node.names:
                self.add(name, None)
        elif type(node).__name__.startswith("Match") and getattr(node, "name", None):
            self.add(node.name, None)

    def bind(self, target, value, item=False):
        if isinstance(target, ast.Name):
            self.add(target.id, value, item)
            return
        for one in walk(target):
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
                self.add(one.id, None)

    def kind(self, name):
        if name not in self.given:
            return self.outer.kind(name) if self.outer else None
        if name in self.kinds:
            return self.kinds[name]
        if name in self.open:
            return None
        self.open.add(name)
        try:
            found = {self._of(value, item) for value, item in self.given[name]}
        finally:
            self.open.discard(name)
        kind = found.pop() if len(found) == 1 else None
        # Asked on the way to another name's, it may lack what that one is.
        if not self.open:
            self.kinds[name] = kind
        return kind

    def _of(self, value, item):
        if value is None:
            return None
        if isinstance(value, tuple):
            return _imported(*value)
        found = infer(value, self)
        if item:
            return ("rna", found[1]) if found and found[0] == "items" else None
        return found


def _imported(node, alias):
    if isinstance(node, ast.Import):
        if alias.name.split(".")[0] in (*MODULES, "bpy") and (alias.asname is None or "." not in alias.name):
            return ("module", importlib.import_module(alias.name.split(".")[0]))
    elif node.module in MODULES:
        found = getattr(importlib.import_module(node.module), alias.name, None)
        return ("class", found) if isinstance(found, type) else None
    elif node.module == "bpy":
        return {"data": ("rna", "BlendData"), "ops": ("ops", ""), "types": ("types",), "context": ("context",)}.get(alias.name)
    return None


def infer(node, scope):
    if isinstance(node, ast.Name):
        return scope.kind(node.id)
    if isinstance(node, ast.Attribute):
        owner = infer(node.value, scope)
        return attribute(owner, node.attr) if owner else None
    if isinstance(node, ast.Subscript):
        owner = infer(node.value, scope)
        if owner and owner[0] == "items" and not isinstance(node.slice, ast.Slice):
            return element(owner, node.slice)
    if isinstance(node, ast.Call):
        return _answer(infer(node.func, scope), node)
    return None


def element(owner, key):
    label = key.value if isinstance(key, ast.Constant) else None
    if owner[1] == "Node" and isinstance(label, str):
        return ("rna", node_labelled(label) or "Node")
    return ("rna", owner[1])


def attribute(owner, name):
    if owner[0] == "module":
        if owner[1] is bpy:
            return {"data": ("rna", "BlendData"), "ops": ("ops", ""), "types": ("types",), "context": ("context",)}.get(name)
        found = getattr(owner[1], name, None)
        return ("class", found) if isinstance(found, type) else None
    if owner[0] == "context":
        if name in CONTEXT:
            return ("rna", CONTEXT[name])
        return ("items", CONTEXT_LISTS[name], None) if name in CONTEXT_LISTS else None
    if owner[0] == "ops":
        return ("ops", f"{owner[1]}.{name}".lstrip("."))
    name_of = owner[1] if owner[0] == "rna" else owner[2] if owner[0] == "items" else None
    if owner[0] == "items" and name == "get":
        return ("get", owner)
    if owner[0] == "items" and owner[1] == "Node" and name == "new":
        return ("new", owner)
    if name_of is None:
        return None
    prop, function = property_of(name_of, name), function_of(name_of, name)
    if prop is not None:
        return of_inputs(owner, name) or of_property(prop)
    return ("function", function) if function is not None else None


def of_inputs(owner, name):
    """Inputs and outputs of a node whose class is known, with that class."""
    return ("sockets", owner[1], name) if name in ("inputs", "outputs") and owner[0] == "rna" and owner[1].startswith("ShaderNode") else None


def _answer(called, node):
    if called is None:
        return None
    if called[0] == "get" and node.args:
        return element(called[1], node.args[0])
    if called[0] == "new":
        wanted = node.args[0] if node.args else next((one.value for one in node.keywords if one.arg == "type"), None)
        name = wanted.value if isinstance(wanted, ast.Constant) else None
        return ("rna", name) if isinstance(name, str) and rna_of(name) is not None else ("rna", "Node")
    if called[0] == "function":
        given = next((one for one in called[1].parameters if one.is_output), None)
        return of_property(given) if given is not None else None
    return ("made", called[1]) if called[0] == "class" else None
