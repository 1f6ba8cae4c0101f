import type { Hostile } from "../program.ts";

const stopped = { mustNot: "use more memory than it may", views: [] };
const small = { memoryMb: 512, seconds: 8 };

/** Programs that ask for more memory than there is. */
export const memory: readonly Hostile[] = [
  { name: "one huge block", ...stopped, outcomes: ["memory"], weak: true, program: "x = bytearray(64 << 30)" },
  {
    name: "list that grows for ever",
    ...stopped,
    outcomes: ["memory"],
    limits: small,
    program: "x = []\nwhile True: x.append(bytes(1 << 20))",
  },
  {
    name: "huge number",
    ...stopped,
    outcomes: ["memory", "timeout", "program"],
    limits: { ...small, seconds: 1.5 },
    program: "x = 9\nwhile True: x = x ** 9",
  },
  {
    name: "huge mesh",
    ...stopped,
    outcomes: ["memory", "crash", "program", "timeout"],
    limits: small,
    program: "import bpy\nbpy.ops.mesh.primitive_grid_add(x_subdivisions=30000, y_subdivisions=30000)",
  },
  {
    name: "huge image",
    ...stopped,
    outcomes: ["memory", "crash", "program", "ok"],
    limits: small,
    program: `
import bpy
image = bpy.data.images.new('x', 60000, 60000, float_buffer=True)
image.pixels[0] = 1`,
  },
  {
    name: "many processes with a share each",
    ...stopped,
    outcomes: ["memory", "crash"],
    limits: small,
    weak: true,
    program: `
import os, time
for _ in range(12):
    if os.fork() == 0:
        x = bytearray(os.urandom(1 << 20)) * 300
        time.sleep(100)
time.sleep(100)`,
  },
  {
    name: "shared memory between many processes",
    ...stopped,
    outcomes: ["memory", "program"],
    limits: small,
    weak: true,
    program: `
import mmap, os, time
for _ in range(12):
    if os.fork() == 0:
        x = mmap.mmap(-1, 300 << 20)
        for at in range(0, len(x), 4096): x[at] = 1
        time.sleep(100)
mmap.mmap(-1, 4096)
time.sleep(100)`,
  },
  {
    name: "memory that no mapping shows",
    mustNot: "hold memory nobody counts",
    outcomes: ["ok", "memory"],
    limits: small,
    weak: true,
    program: `
import ctypes, mmap, os
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
held = 0
for kind in ('anonymous', 'memfd', 'zero'):
    for _ in range(8):
        try:
            if kind == 'anonymous': fd, flags = -1, 0x21
            elif kind == 'memfd': fd, flags = os.memfd_create('x'), 1
            else: fd, flags = os.open('/dev/zero', os.O_RDWR), 1
            if kind == 'memfd': os.ftruncate(fd, 16 << 20)
        except OSError:
            continue
        at = libc.mmap(None, 16 << 20, 3, flags, fd, 0)
        if at == ctypes.c_void_p(-1).value: continue
        ctypes.memset(at, 1, 16 << 20)
        libc.munmap(at + 4096, (16 << 20) - 4096)
        held += 16
print('ESCAPED: %d MB held without a mapping' % held if held else 'refused')`,
  },
  {
    name: "processes whose parents have ended",
    ...stopped,
    outcomes: ["memory", "crash"],
    limits: { memoryMb: 512, seconds: 40 },
    program: `
import os, time
for _ in range(8):
    if os.fork() == 0:
        if os.fork(): os._exit(0)
        x = bytearray(os.urandom(1 << 20)) * 300
        time.sleep(100)
time.sleep(38)
print('ESCAPED 2400 MB held')`,
  },
  {
    name: "processes that hide from who counts",
    ...stopped,
    outcomes: ["memory", "crash"],
    limits: { memoryMb: 512, seconds: 40 },
    program: `
import ctypes, os, time
libc = ctypes.CDLL(None)
for _ in range(8):
    if os.fork() == 0:
        libc.prctl(4, 0, 0, 0, 0)
        x = bytearray(os.urandom(1 << 20)) * 300
        time.sleep(100)
time.sleep(38)
print('ESCAPED 2400 MB held')`,
  },
];
