import type { Hostile } from "../program.ts";

const survives = { mustNot: "take the engine with it" };
const noise = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 7919 + (i >> 3) * 104729) & 255);
const header = (text: string, more: Uint8Array): Uint8Array => Buffer.concat([Buffer.from(text), more]);

/** Broken and poisoned files, opened by the program or given as its base. */
export const data: readonly Hostile[] = [
  {
    name: "opens broken .blend files",
    ...survives,
    outcomes: ["ok", "program", "crash", "timeout", "memory"],
    limits: { seconds: 8 },
    program: `
import bpy, os
good = os.path.abspath('good.blend')
bpy.ops.wm.save_as_mainfile(filepath=good, copy=True, compress=False)
data = open(good, 'rb').read()
variants = [b'BLENDER-v304' + b'\\xff' * 4096, b'BLENDER_V999DATA' + bytes(64), data[: len(data) // 2]]
for name, broken in enumerate(variants):
    path = os.path.abspath(f'{name}.blend')
    open(path, 'wb').write(broken)
    try: bpy.ops.wm.open_mainfile(filepath=path)
    except RuntimeError as refused: print(refused)`,
  },
  {
    name: "opens a .blend with damaged pointers",
    ...survives,
    outcomes: ["ok", "program", "crash", "timeout", "memory"],
    limits: { seconds: 8 },
    program: `
import bpy, os, random
good = os.path.abspath('good.blend')
bpy.ops.wm.save_as_mainfile(filepath=good, copy=True, compress=False)
data = bytearray(open(good, 'rb').read())
random.seed(4)
for _ in range(2000): data[random.randrange(100, len(data) - 100000)] = random.randrange(256)
open('bad.blend', 'wb').write(data)
bpy.ops.wm.open_mainfile(filepath=os.path.abspath('bad.blend'))`,
  },
  {
    name: "broken and exploding images",
    ...survives,
    outcomes: ["ok", "program", "crash", "memory", "timeout"],
    limits: { seconds: 10, memoryMb: 1024 },
    program: `
import bpy, os, struct, zlib
def chunk(kind, data): return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
def png(w, h, body): return b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', w, h, 8, 2, 0, 0, 0)) + chunk(b'IDAT', body) + chunk(b'IEND', b'')
files = {
    'half.png': png(64, 64, zlib.compress(bytes(64 * 193))[:20]),
    'bomb.png': png(60000, 60000, zlib.compress(bytes(1 << 20))),
    'negative.bmp': b'BM' + struct.pack('<IHHIIiiHHIIiiII', 99, 0, 0, 54, 40, -2 ** 31, -2 ** 31, 1, 24, 0, 0, 0, 0, 0, 0),
    'x.exr': b'\\x76\\x2f\\x31\\x01' + os.urandom(4096),
    'x.hdr': b'#?RADIANCE\\n\\n-Y 99999999 +X 99999999\\n',
    'x.tif': b'II*\\x00' + b'\\xff' * 99,
    'x.jpg': b'\\xff\\xd8\\xff\\xe0' + os.urandom(999),
    'x.dds': b'DDS ' + b'\\xff' * 256,
}
world = bpy.data.worlds.new('w')
for name, content in files.items():
    open(name, 'wb').write(content)
    image = bpy.data.images.load(os.path.abspath(name))
    print(name, list(image.size), len(image.pixels) > 0 and image.pixels[0])`,
  },
  {
    name: "scene of numbers that are none",
    ...survives,
    outcomes: ["ok", "program", "output", "crash", "timeout"],
    limits: { seconds: 10 },
    program: `
import bpy
bpy.ops.mesh.primitive_cube_add()
o = bpy.context.object
o.location = (float('nan'), float('inf'), -1e38)
o.scale = (1e38, 0, float('nan'))
o.name = 'x' * 63 + chr(0x10FFFF)
o['odd'] = float('nan')
bpy.context.scene.camera.data.clip_end = float('inf')
bpy.context.scene.camera.location.x = float('nan')`,
  },
  {
    name: "base that is no .blend",
    ...survives,
    outcomes: ["engine"],
    weak: true,
    base: { bytes: noise(4096) },
    program: "print('ESCAPED')",
  },
  {
    name: "base that is a header and noise",
    ...survives,
    outcomes: ["engine"],
    base: { bytes: header("BLENDER-v304", noise(200_000)) },
    program: "print('ESCAPED')",
  },
  {
    name: "empty base",
    ...survives,
    outcomes: ["engine"],
    base: { bytes: new Uint8Array(0) },
    program: "print('ESCAPED')",
  },
  {
    name: "base whose scripts and drivers would run by themselves",
    mustNot: "run code on opening",
    outcomes: ["ok"],
    weak: true,
    base: {
      madeBy: `
import bpy
text = bpy.data.texts.new('startup.py')
text.write("print('ESCAPED', 'a script ran'); open('spore', 'w').write('x'); import builtins; builtins.spore = 1")
text.use_module = True
bpy.ops.mesh.primitive_cube_add()
bpy.context.object.driver_add('location', 0).driver.expression = "print('ESCAPED', 'a driver ran') or __import__('os').getpid()"`,
    },
    program: "import bpy\nprint(len(bpy.data.texts), bpy.context.preferences.filepaths.use_scripts_auto_execute)",
  },
  {
    name: "base that refers to files of other runs",
    mustNot: "have them brought into its sandbox",
    outcomes: ["ok"],
    base: {
      madeBy: ({ outside, neighbour }) => `
import bpy
for path in ('/etc/shadow', '${outside}/goal.py', '${outside}/open/free.txt', '${neighbour}/secret.txt'):
    image = bpy.data.images.new(path.replace('/', '-')[-40:], 4, 4)
    image.source = 'FILE'
    image.filepath = path
    image.use_fake_user = True
`,
    },
    program: ({ outside, neighbour }) => `
for path in ('/etc/shadow', '${outside}/goal.py', '${outside}/open/free.txt', '${neighbour}/secret.txt'):
    try: data = open(path, 'rb').read(99)
    except OSError: continue
    if data: print('ESCAPED', path)`,
  },
];
