"""Operation lint {program}: what is likely wrong in a program's text, without running it. -> {"warnings": [...]}"""

from . import lint


def handle(args, job):
    return {"warnings": lint.warnings_of(args["program"])}
