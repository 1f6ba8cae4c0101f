import type { Hostile } from "../program.ts";

const short = { seconds: 1 };

/** Programs that do not end by themselves. */
export const loops: readonly Hostile[] = [
  {
    name: "endless loop in Python",
    mustNot: "hold its slot beyond its seconds",
    outcomes: ["timeout"],
    limits: short,
    weak: true,
    program: "while True: pass",
  },
  {
    name: "endless loop in C",
    mustNot: "hold its slot beyond its seconds",
    outcomes: ["timeout"],
    limits: short,
    program: "sum(iter(int, 1))",
  },
  {
    name: "endless regular expression",
    mustNot: "hold its slot beyond its seconds",
    outcomes: ["timeout"],
    limits: short,
    program: "import re\nre.match(r'(a+)+$', 'a' * 64 + 'b')",
  },
  {
    name: "sleep in C that keeps the interpreter's lock",
    mustNot: "hold its slot beyond its seconds",
    outcomes: ["timeout"],
    limits: short,
    program: "import ctypes\nctypes.PyDLL(None).sleep(100000)",
  },
  {
    name: "loop that catches everything",
    mustNot: "outlive the end of its time",
    outcomes: ["timeout"],
    limits: short,
    program: "while True:\n  try:\n    while True: pass\n  except BaseException: pass",
  },
  {
    name: "ignores and blocks every signal",
    mustNot: "outlive SIGTERM and SIGALRM",
    outcomes: ["timeout"],
    limits: short,
    weak: true,
    program: `
import signal, time
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
while True: time.sleep(1000)`,
  },
  {
    name: "stops itself",
    mustNot: "hold its slot as a stopped process",
    outcomes: ["ok", "timeout"],
    limits: { seconds: 1.5 },
    weak: true,
    views: [],
    program: "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
  },
  {
    name: "error whose text never ends",
    mustNot: "keep the engine busy with its error",
    outcomes: ["timeout"],
    limits: short,
    program: "class Endless(Exception):\n  def __str__(self):\n    while True: pass\nraise Endless()",
  },
  {
    name: "frame handler that never returns",
    mustNot: "hold the render",
    outcomes: ["timeout", "ok"],
    limits: { seconds: 1.5 },
    views: [{ camera: null, name: "a", frame: 5 }],
    program: `
import bpy
def stay(*_):
    while True: pass
bpy.app.handlers.frame_change_post.append(stay)`,
  },
  {
    name: "driver that never returns",
    mustNot: "hold the render",
    outcomes: ["timeout"],
    limits: { seconds: 1.5 },
    program: `
import bpy
def stay():
    while True: pass
bpy.app.driver_namespace['stay'] = stay
bpy.ops.mesh.primitive_cube_add()
bpy.context.object.driver_add('location', 0).driver.expression = 'stay()'
bpy.context.view_layer.update()`,
  },
  {
    name: "waits for a pipe as if it were an image",
    mustNot: "hold its slot in open()",
    outcomes: ["timeout", "program"],
    limits: { seconds: 1.5 },
    program: "import bpy, os\nos.mkfifo('p.png')\nbpy.data.images.load(os.path.abspath('p.png')).pixels[0]",
  },
  {
    name: "hangs when the process ends",
    mustNot: "hold its slot after its last line",
    outcomes: ["ok"],
    program: "import atexit, time, weakref\natexit.register(time.sleep, 1000)",
  },
];
