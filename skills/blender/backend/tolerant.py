"""Every error of a program at once: the program is run again with each statement on its own. One that fails is noted, what
it would have assigned stands for anything from then on, and the next one runs. For telling only: nothing of it is kept."""

import ast
import time

from . import program
from ...worker.errors import PROGRAM_NAME, describe

# Errors told beside the first, seconds for finding them, and passes through loops and functions.
MOST = 12
SECONDS = 6.0
MOST_TICKS = 200_000
# A loop that fails in each of its passes ends here.
MOST_MET = 500

RECORD, TICK, UNKNOWN = "__viga_record", "__viga_tick", "__viga_unknown"
SIMPLE = (ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete, ast.Assert, ast.Import, ast.ImportFrom, ast.Raise)
COMPOUND = (ast.For, ast.While, ast.If, ast.With, ast.ClassDef)


class UnknownValue:
    """What a failed statement would have made: it takes every use without complaint, so that only new errors are noted."""

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self

    def __setattr__(self, name, value):
        pass

    def __call__(self, *args, **keywords):
        return self

    def __getitem__(self, key):
        return self

    def __setitem__(self, key, value):
        pass

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0

    def __bool__(self):
        return True

    def __enter__(self):
        return self

    def __exit__(self, *thrown):
        return False


def _same(self, *_):
    return self


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor"):
    for _prefix in ("__", "__r"):
        setattr(UnknownValue, f"{_prefix}{_name}__", _same)
for _name in ("neg", "pos", "abs", "invert", "lt", "le", "gt", "ge"):
    setattr(UnknownValue, f"__{_name}__", _same)


class Stop(BaseException):
    """Enough was found, or enough time was spent."""


class Notes:
    def __init__(self, text, seconds):
        self.text = text
        self.found = []
        self.until = time.monotonic() + seconds
        self.met = 0
        self.ticks = 0
        self.operator_failed = False

    def record(self, thrown):
        # What follows from an earlier failure is no error of its own.
        if UnknownValue.__name__ in str(thrown) or (self.operator_failed and "'NoneType' object" in str(thrown)):
            return
        self.met += 1
        error = describe(thrown, self.text)
        entry = {key: error[key] for key in ("type", "message", "line", "source", "hint") if key in error}
        same = [one for one in self.found if one.get("line") == entry.get("line") or (one["message"] == entry["message"] and one["type"] == entry["type"])]
        if not same:
            self.found.append(entry)
        # What the operator would have made is not there to be found in the context.
        self.operator_failed = self.operator_failed or "bpy.ops." in entry.get("source", "")
        if len(self.found) > MOST or self.met > MOST_MET:
            raise Stop
        self.tick()

    def tick(self):
        self.ticks += 1
        if self.ticks > MOST_TICKS or time.monotonic() > self.until:
            raise Stop


class Apart(ast.NodeTransformer):
    """Puts a net under every statement; what a program catches itself is left to it."""

    def bodies(self, node, tick=False):
        for field in ("body", "orelse"):
            statements = getattr(node, field, None)
            if isinstance(statements, list):
                setattr(node, field, [self.apart(one) for one in statements])
        if tick:
            node.body.insert(0, _call(TICK))
        return node

    def apart(self, node):
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            return node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return self.bodies(node, tick=True)
        if isinstance(node, ast.Return):
            return _net(node, [ast.Return(ast.Name(UNKNOWN, ast.Load()))])
        if isinstance(node, COMPOUND):
            names = [node.name] if isinstance(node, ast.ClassDef) else []
            return _net(self.bodies(node, tick=isinstance(node, (ast.For, ast.While))), _unknown(names))
        if isinstance(node, SIMPLE):
            return _net(node, _unknown(_assigned(node)))
        return node


def _assigned(node):
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [(alias.asname or alias.name).split(".")[0] for alias in node.names if alias.name != "*"]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [each.id for target in targets if target is not None for each in ast.walk(target) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]


def _unknown(names):
    return [ast.Assign([ast.Name(name, ast.Store())], ast.Name(UNKNOWN, ast.Load())) for name in names]


def _call(name, *arguments):
    return ast.Expr(ast.Call(ast.Name(name, ast.Load()), list(arguments), []))


def _net(node, instead):
    handler = ast.ExceptHandler(ast.Name("Exception", ast.Load()), "__viga_thrown", [_call(RECORD, ast.Name("__viga_thrown", ast.Load())), *instead])
    return ast.Try([node], [handler], [], [])


def errors_of(text, seconds=SECONDS):
    """Every error of the program, in the order in which they were met; [] where its text cannot be read."""
    notes = Notes(text, seconds)
    try:
        tree = Apart().bodies(ast.parse(text, PROGRAM_NAME))
        code = program.compile_tree(ast.fix_missing_locations(tree))
    except (SyntaxError, ValueError, RecursionError):
        return []
    names = {RECORD: notes.record, TICK: notes.tick, UNKNOWN: UnknownValue()}
    try:
        program.execute_code(code, text, names)
    except (Stop, SystemExit):
        pass
    except BaseException as thrown:
        notes.found.append(describe(thrown, text))
    return notes.found[: MOST + 1]
