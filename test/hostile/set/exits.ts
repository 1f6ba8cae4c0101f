import type { Hostile } from "../program.ts";

const crashes = { mustNot: "take the engine with it", views: [] };

/** Programs that end their process, or Blender. */
export const exits: readonly Hostile[] = [
  { name: "sys.exit(0)", mustNot: "lose its picture", outcomes: ["ok"], program: "import sys\nsys.exit(0)" },
  { name: "sys.exit(3)", ...crashes, outcomes: ["program"], program: "import sys\nsys.exit(3)" },
  { name: "KeyboardInterrupt", ...crashes, outcomes: ["program"], program: "raise KeyboardInterrupt" },
  { name: "os._exit(0)", ...crashes, outcomes: ["crash"], weak: true, program: "import os\nos._exit(0)" },
  {
    name: "quit_blender",
    ...crashes,
    outcomes: ["crash", "ok"],
    weak: true,
    program: "import bpy\nbpy.ops.wm.quit_blender()",
  },
  { name: "os.abort", ...crashes, outcomes: ["crash"], weak: true, program: "import os\nos.abort()" },
  {
    name: "segmentation fault",
    ...crashes,
    outcomes: ["crash"],
    weak: true,
    program: "import ctypes\nctypes.string_at(0)",
  },
  {
    name: "illegal instruction and a foreign system-call table",
    mustNot: "pass the filter through 32-bit calls",
    outcomes: ["crash", "program"],
    views: [],
    program: `
import ctypes, mmap, platform
page = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=7)
page.write(b'\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3' if platform.machine() == 'x86_64' else b'\\x00' * 8)
run = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
print('ESCAPED' if run() > 0 else 'refused')
raise SystemExit(1)`,
  },
  {
    name: "handler that ends the process",
    ...crashes,
    outcomes: ["crash"],
    program: `
import bpy
def leave(*_): raise SystemExit(4)
bpy.app.handlers.depsgraph_update_pre.append(leave)
bpy.ops.mesh.primitive_cube_add()`,
  },
  {
    name: "recursion without end or limit",
    ...crashes,
    outcomes: ["crash", "program", "memory"],
    limits: { memoryMb: 512, seconds: 60 },
    program: "import sys\nsys.setrecursionlimit(10 ** 9)\ndef deeper(): deeper()\ndeeper()",
  },
  {
    name: "recursion in C",
    ...crashes,
    outcomes: ["crash", "program", "memory", "ok"],
    program: `
import sys
sys.setrecursionlimit(10 ** 9)
nested = []
for _ in range(10 ** 6): nested = [nested]
repr(nested)`,
  },
  {
    name: "text no compiler survives",
    ...crashes,
    outcomes: ["program", "memory", "crash"],
    program: `x = ${"-".repeat(200_000)}1`,
  },
  {
    name: "text of 8 MB",
    ...crashes,
    outcomes: ["engine", "program", "output", "ok"],
    program: `x = 1\n${"# the same again and again\n".repeat(310_000)}`,
  },
  {
    name: "text with NUL and half characters",
    ...crashes,
    outcomes: ["program"],
    program: "x = 'a\u0000b'\ny = '\ud800'",
  },
  {
    name: "uses freed data",
    mustNot: "take the engine with it",
    outcomes: ["crash", "program", "ok"],
    program: `
import bpy
mesh = bpy.data.meshes.new('m')
mesh.from_pydata([(0, 0, i) for i in range(9999)], [], [])
vertices = list(mesh.vertices)
bpy.data.meshes.remove(mesh)
print(sum(v.co[2] for v in vertices))`,
  },
  {
    name: "crash for the machine's crash handler",
    mustNot: "have its memory written to the machine's disk",
    views: [],
    outcomes: ["crash"],
    program: `
import ctypes, resource
# Only a limit of one byte keeps the kernel from handing a crash to a handler.
soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
try: resource.setrlimit(resource.RLIMIT_CORE, (0, hard)); print('ESCAPED: its limit can be set to 0')
except (OSError, ValueError): pass
if soft > 1: print('ESCAPED: its limit is', soft)
ctypes.string_at(0)`,
  },
];
