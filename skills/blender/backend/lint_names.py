"""Names that nothing in a program gives a value or that are used above the line which does."""

import ast
import symtable

from . import hints
from .lint_tree import inside, walk
from .line_names import mean, near


def check(lint, known):
    given = {}
    for node in lint.nodes:
        if isinstance(node, ast.ImportFrom) and any(one.name == "*" for one in node.names):
            return
        # What is put there by other means than its name cannot be told.
        if isinstance(node, ast.Name) and node.id in ("exec", "eval", "globals", "locals", "vars"):
            return
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            given.setdefault(node.name, node.lineno)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            given.update({(one.asname or one.name).split(".")[0]: node.lineno for one in node.names if (one.asname or one.name).split(".")[0] not in given})
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            given[node.id] = min(given.get(node.id, node.lineno), node.lineno)
        if isinstance(node, ast.ExceptHandler) and node.name:
            given.setdefault(node.name, node.lineno)
    table = symtable.symtable(lint.text, "program", "exec")
    wanted, arguments = set(), set()
    _globals(table, wanted, arguments)
    everywhere = {*known, *given, "__file__", "__name__", "__builtins__", "__doc__", "__class__"}
    for node in sorted((one for one in lint.nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)), key=lambda one: one.lineno):
        if node.id not in everywhere and node.id in wanted and node.id not in arguments:
            lint.warn(node, f"nothing gives {node.id} a value", hints._name(NameError(name=node.id), None) or mean(near(node.id, sorted(given))))
    _above(lint, given, known)


def _globals(table, wanted, arguments):
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (symbol.is_global() or table.get_type() == "module"):
            wanted.add(symbol.get_name())
        if symbol.is_parameter() or (table.get_type() != "module" and symbol.is_local()):
            arguments.add(symbol.get_name())
    for child in table.get_children():
        _globals(child, wanted, arguments)


def _above(lint, given, known):
    """Uses in the module's own statements, outside loops and catches, above the first line that gives the name a value."""
    for statement in lint.tree.body:
        if not isinstance(statement, (ast.Expr, ast.Assign, ast.AugAssign)):
            continue
        comprehended = {one.id for part in walk(statement) if isinstance(part, ast.comprehension) for one in walk(part.target) if isinstance(one, ast.Name)}
        for node in [statement, *inside(statement)]:
            if not (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)) or node.id in known or node.id in comprehended:
                continue
            first = given.get(node.id, 0)
            if first > (statement.end_lineno or node.lineno):
                lint.warn(node, f"{node.id} is used before it is assigned", f"line {first} assigns {node.id}, after this use of it: move that line above this one")

