"""Hints for errors of Blenders that are not on this machine: cases as JSON on stdin, hints as JSON on stdout.

A case: {version, type, message, source?, sockets?: {name, node, keys}}. `bpy` is a stand-in with the version and the
classes that messages name; `sockets` puts a node's sockets under a name that the line uses."""

import builtins
import importlib
import json
import sys
import types

BASES = {"ShaderNodeTree": "NodeTree", "CompositorNodeTree": "NodeTree", "PointLight": "Light", "SunLight": "Light"}


def stand_in(version):
    bpy = types.ModuleType("bpy")
    bpy.app = types.SimpleNamespace(version=tuple(version))
    bpy.types = types.SimpleNamespace()
    for name, base in BASES.items():
        above = getattr(bpy.types, base, None) or type(base, (), {})
        setattr(bpy.types, base, above)
        setattr(bpy.types, name, type(name, (above,), {}))
    bpy.ops = types.SimpleNamespace()
    return bpy


def frame_of(sockets):
    if sockets is None:
        return None
    node = type(sockets["node"], (), {})()
    keyed = type("Sockets", (), {"keys": lambda self: sockets["keys"], "__iter__": lambda self: iter([types.SimpleNamespace(node=node)])})
    node.inputs = node.outputs = keyed()
    return types.SimpleNamespace(f_locals={sockets["name"]: node}, f_globals={})


def hint(case, hints):
    sys.modules["bpy"] = stand_in(case["version"])
    # Blender's own mathutils stands in for itself where a name is looked for in it.
    sys.modules.setdefault("mathutils", types.ModuleType("mathutils"))
    raised = getattr(builtins, case["type"])(case["message"])
    if isinstance(raised, ImportError):
        raised.name = case["message"].split("'")[1]
    return hints.hint_for(raised, frame_of(case.get("sockets")), case.get("source"))


def main():
    sys.path.insert(0, sys.argv[1])
    hints, changes, words = (importlib.import_module(f"backend.{name}") for name in ("hints", "api_changes", "api_words"))
    asked = json.load(sys.stdin)
    rows = [list(row) for row in changes.ATTRIBUTES]
    rows += [[kind, *row] for kind, table in (("op", words.OPERATORS), ("node", words.NODES), ("module", words.MODULES)) for row in table]
    rows += [list(row) for row in (*words.SOCKETS_ALONE, *words.KEYWORDS)]
    json.dump({"hints": [hint(case, hints) for case in asked], "rows": rows}, sys.stdout)


main()
