"""The lint's warnings for programs, by Blender itself: {name: text} as JSON in the first file, {name: warnings} into the
second, with the texts of Blender's own templates beside them."""

import glob
import importlib
import json
import os
import sys

import bpy


def main():
    root, asked, answer = sys.argv[sys.argv.index("--") + 1 :]
    sys.path.insert(0, root)
    lint = importlib.import_module("skills.blender.backend.lint")
    programs = json.load(open(asked))
    for path in glob.glob(os.path.join(bpy.utils.system_resource("SCRIPTS"), "templates_py", "*.py")):
        programs["template " + os.path.basename(path)] = open(path).read()
    json.dump({name: lint.warnings_of(text) for name, text in programs.items()}, open(answer, "w"))


main()
