"""What is likely wrong in a program, told from its text alone against the Blender that runs: names that do not exist,
values that an enumeration lacks, values of another kind. It warns and never blocks; what it is not sure of it leaves out.

Lines that ask for a version or whether something is there, and lines whose error the program catches, are left alone.
"""

import ast
import builtins
import importlib.util

import bpy

from . import api_changes, hints, lint_names, lint_values
from .lint_tree import children, walk
from .lint_types import Scope, has, infer, kinds_of, known, members, rna_of
from .line_names import mean, near

MOST = 12
ASKS = ("hasattr", "getattr", "version", "isinstance", "get", "find", "keys", "find_spec")


class Lint:
    def __init__(self, text):
        self.text = text
        self.tree = ast.parse(text)
        self.nodes = walk(self.tree)
        self.lines = text.splitlines()
        self.found = []
        self.own = _own_names(self.nodes)

    def warn(self, node, message, hint):
        line = node.end_lineno if isinstance(node, ast.Attribute) else node.lineno
        if not any(one["line"] == line for one in self.found):
            self.found.append({"type": "Warning", "message": message, "line": line, "source": self.lines[line - 1].strip()[:200], **({"hint": hint} if hint else {})})

    def scope(self, node, outer=None):
        scope = Scope(node, outer)
        self.visit(children(node), scope)

    def visit(self, nodes, scope):
        for node in nodes:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                self.scope(node, scope)
                continue
            if left_alone(node):
                self.visit([*node.orelse, *node.finalbody] if isinstance(node, ast.Try) else [], scope)
                continue
            if isinstance(node, ast.ClassDef):
                self.visit([one for one in node.body if isinstance(one, ast.FunctionDef)], scope)
                continue
            self.look(node, scope)
            self.visit(children(node), scope)

    def look(self, node, scope):
        if isinstance(node, ast.Attribute):
            self.attribute(node, infer(node.value, scope))
        elif isinstance(node, ast.Call):
            lint_values.call(self, node, infer(node.func, scope), scope)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                lint_values.assigned(self, target, node.value, scope)
        elif isinstance(node, ast.Subscript):
            lint_values.key(self, node, infer(node.value, scope))
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else [node.module if not node.level else None]
            for name in names:
                if name and importlib.util.find_spec(name.partition(".")[0]) is None:
                    self.warn(node, f"there is no module {name}", hints._module(name))

    def attribute(self, node, owner):
        name = node.attr
        if owner is None or name in self.own or name.startswith("__"):
            return
        if owner[0] == "types" and not hasattr(bpy.types, name):
            self.warn(node, f"bpy.types has no {name}", mean(near(name, dir(bpy.types))))
        elif owner[0] in ("module", "made") and owner[1] is not bpy and not hasattr(owner[1], name):
            self.warn(node, f"{owner[1].__name__} has no {name}", mean(near(name, dir(owner[1]))))
        elif owner[0] == "context":
            row = hints._row(api_changes.ATTRIBUTES, "Context", name)
            if row and not hasattr(bpy.context, name):
                self.warn(node, f"bpy.context has no {name}", hints._changed(f"Context.{name}", *row[2:]))
        elif owner[0] in ("items", "sockets"):
            self.of_items(node, owner)
        elif owner[0] == "rna" and rna_of(owner[1]) is not None and not known(owner[1], name):
            self.missing(node, kinds_of(owner[1]), name, members(owner[1]))

    def of_items(self, node, owner):
        if owner[0] == "sockets" or hasattr(bpy.types.bpy_prop_collection, node.attr):
            return
        if owner[2] is None or not has(owner[2], node.attr):
            if owner[2] is None and node.attr in ("append", "extend", "sort", "index"):
                return
            word = getattr(node.value, "attr", getattr(node.value, "id", ""))
            self.missing(node, [word, *([owner[2]] if owner[2] else [])], node.attr, members(owner[2]) if owner[2] else [])

    def missing(self, node, kinds, name, names):
        for kind in kinds:
            row = hints._row(api_changes.ATTRIBUTES, kind, name)
            if row:
                self.warn(node, f"{kind} has no {name}", hints._changed(f"{kind}.{name}", *row[2:]))
                return
        self.warn(node, f"{kinds[0]} has no {name}", mean(near(name, names)))


def left_alone(node):
    """Whether the program itself deals with what may not be there."""
    if isinstance(node, ast.Try):
        return bool(node.handlers)
    if isinstance(node, ast.With):
        return "suppress" in ast.unparse(node.items[0])
    return isinstance(node, (ast.If, ast.IfExp, ast.BoolOp, ast.While)) and _asks(node)


def _asks(node):
    test = node if isinstance(node, ast.BoolOp) else node.test
    for one in walk(test):
        if isinstance(one, ast.Compare) and any(isinstance(op, (ast.In, ast.NotIn)) for op in one.ops):
            return True
        if getattr(one, "id", getattr(one, "attr", None)) in ASKS:
            return True
    return False


def _own_names(nodes):
    """Attributes, operators and node kinds that the program itself adds to Blender."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            found.add(node.name)
            found.update(one.target.id for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and ast.unparse(target.value).startswith("bpy.types."):
                    found.add(target.attr)
                if getattr(target, "id", None) == "bl_idname" and isinstance(node.value, ast.Constant):
                    found.add(node.value.value)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", None) == "setattr" and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
            found.add(node.args[1].value)
    return found


def warnings_of(text):
    """[{type, message, line, source, hint?}] in the order of the lines; [] where the text cannot be read."""
    try:
        lint = Lint(text)
    except (SyntaxError, ValueError, RecursionError):
        return []
    lint.scope(lint.tree)
    lint_names.check(lint, dir(builtins))
    return sorted(lint.found, key=lambda one: one["line"])[:MOST]


def add_to(reply, warnings):
    """Into the checks of a run that ended well, else beside the error that ended the program."""
    if reply["ok"]:
        reply["checks"] = [*reply.get("checks", []), *map(as_check, warnings)]
    elif reply["error"]["kind"] == "program":
        reply["error"] = beside(reply["error"], warnings)


def as_check(warning):
    hint = f"; {warning['hint']}" if warning.get("hint") else ""
    return {"check": "program", "text": f"line {warning['line']} of the program may fail where it runs: {warning['message']}{hint}"}


def beside(failure, warnings):
    """The error, with warnings of lines that it and the other errors do not name."""
    told = {failure.get("line"), *(one.get("line") for one in failure.get("more", ()))}
    rest = [one for one in warnings if one["line"] not in told]
    more = [*failure.get("more", ()), *rest][:MOST]
    return {**failure, "more": more} if more else failure
