"""What the names in a program say of its numbers: which count or switch, which are angles, colours, places or sizes."""

import ast

# Words in a keyword, parameter, attribute or variable name that say "this number counts, names or switches".
DISCRETE = {
    "segments", "segs", "rings", "ring", "count", "counts", "num", "number", "vertices", "verts", "cuts", "levels",
    "level", "subdivisions", "subdiv", "frame", "frames", "fps", "samples", "resolution", "res", "percentage", "seed",
    "steps", "iterations", "index", "idx", "layer", "layers", "threads", "bounces", "version", "octaves", "threshold",
    "px", "pixels", "digits", "width_px", "height_px", "ndigits", "tile", "precision", "id", "axis", "order",
    "subsurf", "faces", "edges", "polygons", "quads", "tris", "triangles", "indices",
}
DISCRETE_CALLS = {
    "range", "round", "frame_set", "keyframe_insert", "sleep", "seed", "setrecursionlimit", "exit", "_exit", "len",
    "isinstance", "version_tuple", "randint", "getrandbits", "enumerate", "Random", "default_rng", "calcsize", "islice",
}
RENDER_SETTINGS = {"render", "cycles", "eevee", "view_settings", "image_settings", "unit_settings", "ffmpeg"}
COLOR_WORDS = {"color", "colour", "col", "rgb", "rgba", "albedo", "tint", "dark", "light", "diffuse_color"}
ANGLE_WORDS = {"rotation", "rotation_euler", "rot", "angle", "yaw", "pitch", "roll", "turn", "tilt", "azimuth",
               "elevation", "spot_size", "fov", "heading"}
LOCATION_WORDS = {"location", "loc", "position", "pos", "origin", "target", "translation", "offset", "at", "where"}
SCALE_WORDS = {"scale", "size", "size_y", "radius", "width", "height", "depth", "dimensions", "dim", "thickness",
               "energy", "strength", "power", "intensity", "lens", "radius1", "radius2", "major_radius",
               "minor_radius", "length", "shadow_soft_size", "watts", "focal_length"}
UNIT_WORDS = {"roughness", "metallic", "specular", "coat", "clearcoat", "transmission", "alpha", "value", "sheen",
              "weight", "fac", "factor", "mix", "subsurface", "anisotropic", "opacity"}


def words(name):
    """snake, camel and spaced names as lower-case words, the whole name included."""
    out, word = [], ""
    for char in name:
        if char.isalnum():
            if char.isupper() and word and not word[-1].isupper():
                out.append(word)
                word = ""
            word += char
        elif word:
            out.append(word)
            word = ""
    if word:
        out.append(word)
    return [w.lower() for w in out] + [name.lower()]


def is_discrete(name):
    return any(w in DISCRETE for w in words(name))


def whole_numbers(node):
    """A sequence of nothing but whole numbers is looped over to count or to choose a side."""
    if not isinstance(node, (ast.Tuple, ast.List)):
        return False
    inner = [e.operand if isinstance(e, ast.UnaryOp) else e for e in node.elts]
    return all(isinstance(e, ast.Constant) and isinstance(e.value, int) for e in inner)


def is_stop(name):
    """Where a colour ramp changes colour, or a curve bends: it orders a table, and is no measurement of the picture."""
    owner, _, last = name.rpartition(".")
    if last in ("position", "new") and ("elements" in owner or "color_ramp" in owner):
        return True
    return last == "location" and "curves" in owner and "points" in owner


def index_names(tree, parameters):
    """Names whose numbers say which vertices belong together: what is handed to from_pydata as edges or faces, followed
    back through the program's own functions. `parameters`: {function: [parameter, ...]}."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found = set()
    for node in calls:
        if dotted(node.func).split(".")[-1] == "from_pydata":
            found |= {arg.id for arg in node.args[1:] if isinstance(arg, ast.Name)}
    return passed_to(found, calls, parameters)


def _whole_in(node):
    """Names that must be whole numbers for this argument of range() to be one."""
    if isinstance(node, ast.Name):
        return {node.id}
    if isinstance(node, ast.BinOp):
        return _whole_in(node.left) | _whole_in(node.right)
    if isinstance(node, ast.UnaryOp):
        return _whole_in(node.operand)
    if isinstance(node, ast.Call) and dotted(node.func) in ("max", "min"):
        return set().union(*(_whole_in(arg) for arg in node.args))
    return set()


def count_names(tree, parameters):
    """Names that range() is called with: their whole numbers count, also as arguments of the program's own functions."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found = set().union(*(_whole_in(arg) for node in calls if dotted(node.func) == "range" for arg in node.args))
    return passed_to(found, calls, parameters)


def passed_to(names, calls, parameters):
    """Names that the program hands to parameters with these names, through four of its functions at most."""
    found = set(names)
    for _ in range(4):
        before = len(found)
        for node in calls:
            taken = parameters.get(dotted(node.func), [])
            pairs = list(zip(taken, node.args)) + [(k.arg, k.value) for k in node.keywords if k.arg in taken]
            found |= {arg.id for name, arg in pairs if name in found and isinstance(arg, ast.Name)}
        if len(found) == before:
            break
    return found


def dotted(node):
    """The readable name of an expression that is assigned to or called: `key.data.energy`, `bsdf Base Color`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        if node.attr == "default_value":
            return owner
        if owner.startswith("bpy."):
            owner = ""
        return f"{owner}.{node.attr}" if owner else node.attr
    if isinstance(node, ast.Subscript):
        owner = dotted(node.value)
        key = node.slice
        if isinstance(key, ast.Constant):
            if isinstance(key.value, str):
                owner = owner[:-7] if owner.endswith(".inputs") else owner
                return f"{owner} {key.value}" if owner else key.value
            return f"{owner}[{key.value}]"
        return owner
    if isinstance(node, ast.Call):
        return dotted(node.func)
    return ""


def kind_of(name, angle, unit_hint):
    """What sort of number, by the last word that is known: decides scaling and bounds in the solver."""
    if angle:
        return "angle"
    last = words(name.split(".")[-1])
    for vocabulary, kind in ((COLOR_WORDS, "color"), (ANGLE_WORDS, "angle"), (LOCATION_WORDS, "location"),
                             (SCALE_WORDS, "scale"), (UNIT_WORDS, "unit")):
        if any(w in vocabulary for w in last):
            return kind
    if "hue" in last:
        return "hue"
    return "unit" if unit_hint else "scalar"
