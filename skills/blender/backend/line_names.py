"""What the names in a program's line stand for, and which names are near one that does not exist."""

import ast
import difflib


def parse(source):
    """The line as a tree, also where it opens a block or ends within brackets; None where it is none."""
    text = source.strip()
    for attempt in (text, text + "\n    pass", text.rstrip(":, ")):
        try:
            return ast.parse(attempt)
        except SyntaxError:
            continue
    return None


def nodes_of(source):
    tree = parse(source) if source else None
    return ast.walk(tree) if tree else ()


def value(node, frame):
    """Value of a plain chain of names, attributes, constant subscripts and .get("name"); nothing else is evaluated."""
    if isinstance(node, ast.Name):
        return frame.f_locals.get(node.id, frame.f_globals.get(node.id))
    if isinstance(node, ast.Attribute):
        return getattr(value(node.value, frame), node.attr, None)
    try:
        if isinstance(node, ast.Subscript) and isinstance(node.slice, (ast.Constant, ast.Name)):
            key = node.slice.value if isinstance(node.slice, ast.Constant) else value(node.slice, frame)
            return value(node.value, frame)[key]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            if len(node.args) == 1 and isinstance(node.args[0], ast.Constant):
                return value(node.func.value, frame).get(node.args[0].value)
    except (KeyError, IndexError, TypeError, AttributeError):
        pass
    return None


def owner_value(source, frame, matches):
    """What the attribute or subscript that `matches` is looked for on."""
    if frame is None:
        return None
    for node in nodes_of(source):
        if matches(node):
            found = value(node.value, frame)
            if found is not None:
                return found
    return None


def owner_name(source, name):
    """The last word of what `.name` is looked for on: "objects" in scene.objects.name."""
    for node in nodes_of(source):
        if isinstance(node, ast.Attribute) and node.attr == name:
            return getattr(node.value, "attr", getattr(node.value, "id", None))
    return None


def keys(owner):
    try:
        return [k for k in owner.keys() if isinstance(k, str)] if owner is not None else None
    except (AttributeError, TypeError):
        return None


def near(name, candidates, count=3):
    candidates = [c for c in candidates if isinstance(c, str) and not c.startswith("__")]
    lower = {c.lower(): c for c in reversed(candidates)}
    if name.lower() in lower:
        return [lower[name.lower()]]
    close = difflib.get_close_matches(name.lower(), list(lower), count, 0.6)
    found = [lower[c] for c in close]
    found += [c for c in candidates if name.lower() in c.lower().split() and c not in found]
    return found[:count]


def mean(found):
    return "did you mean " + " or ".join(repr(f) for f in found) + "?" if found else None


def shown(names):
    listed = ", ".join(repr(n) for n in list(names)[:24])
    return (listed + ", ..." if len(names) > 24 else listed) if names else "none"
