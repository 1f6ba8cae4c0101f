import type { Hostile } from "../program.ts";

const held = { mustNot: "change what the next job finds" };
const whichever = ["ok", "program", "engine", "output", "crash", "timeout", "memory"] as const;

/** Programs that tamper with the interpreter that runs them. */
export const interpreter: readonly Hostile[] = [
  {
    name: "breaks builtins",
    ...held,
    outcomes: whichever,
    weak: true,
    program: `
import builtins
builtins.spore = 1
def broken(*_, **__): raise RuntimeError('spore')
for name in ('open', 'len', 'print', 'getattr', 'isinstance', 'exec', 'compile', 'sorted', '__import__', 'dict', 'str'):
    setattr(builtins, name, broken)`,
  },
  {
    name: "patches bpy, os and json",
    ...held,
    outcomes: whichever,
    weak: true,
    program: `
import bpy, json, os, struct, time
def lie(*_, **__): return '{"ok": true, "spore": 1}'
json.dumps = json.loads = json.dump = lie
os.stat = os.path.isfile = os.chdir = os.path.lexists = lie
time.monotonic = lambda: -1e9
struct.unpack = lie
for name in dir(bpy.types.Scene): pass
bpy.spore = 1
bpy.context.scene.render.resolution_percentage = 3
type(bpy.ops.render).__getattr__ = lie`,
  },
  {
    name: "patches the engine's own modules",
    ...held,
    outcomes: whichever,
    weak: true,
    program: `
import sys
def lie(*_, **__): return None
for name, module in list(sys.modules.items()):
    if 'viga_engine' in name:
        for key, value in list(vars(module).items()):
            if callable(value) and key != '__loader__': setattr(module, key, lie)`,
  },
  { name: "empties sys.modules", ...held, outcomes: whichever, program: "import sys\nsys.modules.clear()" },
  {
    name: "streams, hooks, tracing and audit of its own",
    ...held,
    outcomes: whichever,
    program: `
import gc, sys, threading
def refuse(*_): raise RuntimeError('spore')
gc.disable()
sys.stdout = sys.stderr = None
sys.excepthook = sys.displayhook = refuse
sys.path[:] = []
sys.meta_path.clear()
sys.addaudithook(refuse)`,
  },
  {
    name: "trace function that never lets go",
    ...held,
    outcomes: whichever,
    limits: { seconds: 2 },
    program: `
import sys, time
def slow(*_):
    time.sleep(0.05)
    return slow
frame = sys._getframe()
while frame:
    frame.f_trace = slow
    frame = frame.f_back
sys.settrace(slow)
sys.setprofile(slow)`,
  },
  {
    name: "error with a text of 100 MB, an odd type and no end of causes",
    ...held,
    outcomes: ["program"],
    program: `
error = type('E' * 99999, (ValueError,), {'__module__': 7, 'lineno': 'x', 'filename': 'program.py'})('\\ud800\\x00' * 10 ** 7)
for _ in range(5000):
    outer = KeyError()
    outer.__cause__ = error
    error.__context__ = outer
raise error`,
  },
  {
    name: "syntax error with false places",
    ...held,
    outcomes: ["program"],
    program: "raise SyntaxError('x' * 9999, ('program.py', 10 ** 30, -4, None))",
  },
  {
    name: "error that lies about its line",
    ...held,
    outcomes: whichever,
    program: "exec(compile('\\n' * 70000 + 'raise ValueError(1)', 'program.py', 'exec'))",
  },
];
