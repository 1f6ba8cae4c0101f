"""A program's tree, walked without asking each node twice for what is in it: as `ast` does it, that was most of the lint."""

import ast

# Marks that say nothing by themselves, and nodes with nothing else in them.
MARKS = (ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop)
LEAVES = (ast.Name, ast.Constant, ast.Pass, ast.Break, ast.Continue, ast.alias)
APART = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def children(node):
    """What is directly in a node, in the order of its fields, marks left out."""
    found = getattr(node, "parts", None)
    if found is None:
        found = node.parts = () if isinstance(node, LEAVES) else _parts(node)
    return found


def _parts(node):
    found = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found.extend(one for one in value if isinstance(one, ast.AST) and not isinstance(one, MARKS))
        elif isinstance(value, ast.AST) and not isinstance(value, MARKS):
            found.append(value)
    return found


def walk(node):
    """The node and all that is in it, the outer before the inner."""
    found = [node]
    for one in found:
        found.extend(children(one))
    return found


def inside(node):
    """What belongs to the scope of a module or function: not what is in functions and classes of its own."""
    todo = list(children(node))
    while todo:
        one = todo.pop()
        yield one
        if not isinstance(one, APART):
            todo.extend(children(one))
