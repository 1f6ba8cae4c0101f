"""Which line of a program made a mesh that has no faces, and what to write there: told from the text alone."""

import ast
import re


class Lines:
    def __init__(self, text):
        # [(pattern of the name or None, line, variable)] of `meshes.new` and `objects.new`; [(line, variable, points)].
        self.meshes, self.objects, self.faceless = [], [], []
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            return
        assigned = {id(node.value): node.targets[0].id for node in ast.walk(tree) if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)}
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            owner = getattr(node.func.value, "attr", None)
            if node.func.attr == "new" and owner in ("meshes", "objects"):
                getattr(self, owner).append((pattern_of(node.args), node.lineno, assigned.get(id(node))))
            elif node.func.attr == "from_pydata" and len(node.args) == 3 and is_empty(node.args[2]):
                self.faceless.append((node.lineno, ast.unparse(node.func.value), ast.unparse(node.args[0])))

    def of(self, obj):
        """(line, call that gives it faces), or None where the text does not tell."""
        made = named(self.meshes, obj.data.name)
        filled = [one for one in self.faceless if made is not None and one[1] == made[2]]
        if not filled and made is None and len(self.faceless) == 1:
            filled = self.faceless
        if filled:
            line, variable, points = min(filled, key=lambda one: abs(one[0] - made[1]) if made else 0)
            if len(obj.data.vertices) > 2:
                return line, f"{variable}.from_pydata({points}, [], [tuple(range(len({points})))])"
            return line, f"{variable}.from_pydata(vertices, [], faces)"
        made = made or named(self.objects, obj.name)
        if made is None:
            return None
        variable = made[2] if made in self.meshes and made[2] else "mesh"
        return made[1], f"{variable}.from_pydata(vertices, [], faces)"


def is_empty(node):
    return isinstance(node, (ast.List, ast.Tuple)) and not node.elts


def pattern_of(args):
    """What a name may be that is given so; None where it stands in a variable."""
    if args and isinstance(args[0], ast.Constant) and isinstance(args[0].value, str):
        return re.escape(args[0].value)
    if args and isinstance(args[0], ast.JoinedStr):
        return "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".*" for part in args[0].values)
    return None


def named(made, name):
    """The line that gives something this name, which Blender may have numbered; else the only one whose name is a variable."""
    plain = re.sub(r"\.\d{3,}$", "", name)
    for one in made:
        if one[0] is not None and re.fullmatch(one[0], plain):
            return one
    unknown = [one for one in made if one[0] is None]
    return unknown[0] if len(unknown) == 1 else None


def told(objects, text):
    """The check's words for things without a face: each with its line, and one call that gives faces."""
    lines = Lines(text or "")
    parts = []
    for obj in objects:
        found = lines.of(obj)
        parts.append(obj.name if found is None else f"{obj.name} (line {found[0]} of the program; `{found[1]}` gives it some)")
    hint = "" if any("`" in part for part in parts) else " (`mesh.from_pydata(vertices, [], faces)` gives it some)"
    return f"without any face, so never seen{hint}: {', '.join(parts)}"
