import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cube, eventually, type Lab, limits, openLab, picture } from "./lab.ts";

const secret = "a-key-no-program-may-see";

describe.each(["auto", "weak"])("hostile programs in the %s sandbox", (sandbox) => {
  let lab: Lab;
  let server: Server;
  let outside: string;
  let reached = 0;
  const before = { ...process.env };

  beforeAll(async () => {
    process.env.OPENAI_API_KEY = secret;
    if (sandbox === "weak") process.env.VIGA_SANDBOX = "weak";
    outside = await mkdtemp(join(tmpdir(), "viga-outside-"));
    await writeFile(join(outside, "goal.py"), secret, { mode: 0o600 });
    server = createServer((_, reply) => {
      reached += 1;
      reply.end("hello");
    }).listen(0, "127.0.0.1");
    lab = await openLab({ isolation: "fork" });
  });
  afterAll(async () => {
    process.env = before;
    server.close();
    await lab.close();
    await rm(outside, { recursive: true, force: true });
  });

  it("holds them as the card says", () => {
    const strong = sandbox === "auto";
    expect(lab.engine.card.sandbox).toMatchObject({ namespaces: strong, readOnlyRoot: true, noNetwork: true });
    expect(lab.engine.card.sandbox).toMatchObject({ seccomp: true, unprivileged: true });
  });

  it("a program finds no secret: not in its environment, nor in any other process, nor on disk", async () => {
    const state = await lab.run(`
import os, glob
found = [k for k, v in os.environ.items() if '${secret}' in v]
for path in glob.glob('/proc/*/environ') + ['${outside}/goal.py', '/etc/shadow', '/root/.ssh/id_rsa']:
    try:
        text = open(path, 'rb').read()
    except OSError:
        continue
    if b'${secret}' in text or 'shadow' in path:
        found.append(path)
print('found', found)`);
    expect(state).toMatchObject({ ok: true, log: "found []" });
  });

  it("a program reaches no network", async () => {
    const { port } = server.address() as AddressInfo;
    const state = await lab.run(`import urllib.request\nurllib.request.urlopen('http://127.0.0.1:${port}', timeout=3)`);
    expect(state.ok).toBe(false);
    expect(reached).toBe(0);
  });

  it("a program starts no other program", async () => {
    const state = await lab.run(`import subprocess\nsubprocess.run(['/bin/touch', '${outside}/x'])`);
    expect(state.error).toMatchObject({ kind: "program", type: "PermissionError" });
  });

  it("a program writes nowhere but in its folder", async () => {
    const state = await lab.run(`
import os
written = []
for folder in ('/', '/usr', '/etc', '/var/tmp', '/root', '/home', '${outside}', '${lab.scratch}', '/proc/sys/kernel'):
    try:
        open(os.path.join(folder, 'x'), 'w').write('x')
        written.append(folder)
    except OSError:
        pass
open('mine', 'w').write('x')
print(written)`);
    expect(state).toMatchObject({ ok: true, log: "[]" });
    expect(await readdir(outside)).toEqual(["goal.py"]);
    expect(existsSync(join(state.dir, "mine"))).toBe(true);
  });

  it("a program that kills everything it can ends only itself", async () => {
    await lab.run("import os\nos.kill(-1, 9)");
    await lab.run("import os\nos.kill(os.getppid(), 9)");
    await lab.run(`import os\nfor pid in range(2, 70000):\n  try: os.kill(pid, 9)\n  except OSError: pass`);
    expect((await lab.run("print('still here')")).log).toBe("still here");
  });

  it("a fork bomb ends with its job", async () => {
    const state = await lab.run("import os\nwhile True:\n  try: os.fork()\n  except OSError: pass", {
      limits: { ...limits, seconds: 1.5, processes: 48 },
    });
    expect(state.ok).toBe(false);
    expect((await lab.run("print('on')")).log).toBe("on");
  });

  it("a daemon left behind is gone when the job is settled, also when its scene is kept", async () => {
    const daemon = `
import os, time
if os.fork() == 0:
    os.setsid()
    while True:
        open('beat', 'a').write('x'); time.sleep(0.01)
time.sleep(0.2)
`;
    for (const keep of [undefined, "haunted"]) {
      const state = await lab.run(cube + daemon, keep === undefined ? {} : { keep });
      expect(state.ok).toBe(true);
      const size = (await stat(join(state.dir, "beat"))).size;
      expect(size).toBeGreaterThan(0);
      await new Promise((done) => setTimeout(done, 80));
      expect((await stat(join(state.dir, "beat"))).size).toBe(size);
    }
  });

  it("a flood of output is cut to its tail and blocks nothing", async () => {
    const state = await lab.run("for i in range(300000): print('flood', i)\nprint('the end')", {
      limits: { ...limits, logKb: 2 },
    });
    expect(state.ok).toBe(true);
    expect(state.log.length).toBeLessThan(2200);
    expect(state.log.endsWith("the end")).toBe(true);
  });

  it("a program that fills memory or disk is stopped", async () => {
    const memory = await lab.run("x = bytearray(8 << 30)");
    expect(memory.error?.kind).toBe("memory");
    const file = await lab.run("open('x', 'wb').write(bytes(64 << 20))");
    expect(file.error?.kind).toBe("output");
    const disk = await lab.run(
      "import time\nfor i in range(1000):\n  open(f'x{i}', 'wb').write(bytes(16 << 20)); time.sleep(0.05)",
    );
    expect(disk.error?.kind).toBe("output");
  });

  it("a program without open files, with threads, or that crashes Blender settles", async () => {
    const closed = await lab.run(`import os\nos.closerange(0, 4096)\n${cube}`, { views: [picture] });
    expect(closed).toMatchObject({ ok: true, renders: [{ name: "a.png" }] });
    const threads = await lab.run(
      `import threading, time, bpy\ndef spoil():\n  time.sleep(0.3)\n  while True: bpy.context.scene.render.resolution_x = 9000\n` +
        `threading.Thread(target=spoil, daemon=True).start()\n${cube}`,
      { views: [picture] },
    );
    expect(threads).toMatchObject({ ok: true, renders: [{ name: "a.png" }] });
    const exit = await lab.run(
      "import bpy\ndef leave(*_): raise SystemExit(4)\nbpy.app.handlers.depsgraph_update_pre.append(leave)\n" +
        "bpy.ops.mesh.primitive_cube_add()",
    );
    expect(exit.error).toMatchObject({ kind: "crash", message: expect.stringContaining("exit code 4") });
    const crash = await lab.run("import ctypes\nctypes.string_at(0)");
    expect(crash.error).toMatchObject({ kind: "crash", type: "SIGSEGV" });
  });

  it("handlers, drivers and output nodes do not get into our render", async () => {
    const state = await lab.run(
      `${cube}
scene = bpy.context.scene
def spoil(*_):
    scene.render.resolution_x = 4000
    scene.render.filepath = '/tmp/elsewhere.png'
    raise ValueError
for name in ('render_init', 'render_pre', 'render_post', 'render_write', 'render_complete', 'depsgraph_update_pre'):
    getattr(bpy.app.handlers, name).append(spoil)
scene.cycles.samples = 1000000
scene.keyframe_insert('cycles.samples')
scene.driver_add('cycles.samples').driver.expression = '1000000'
scene.use_nodes = True
output = scene.node_tree.nodes.new('CompositorNodeOutputFile')
output.base_path = bpy.path.abspath('//') or '.'
scene.node_tree.links.new(scene.node_tree.nodes['Render Layers'].outputs['Image'], output.inputs[0])`,
      { views: [picture] },
    );
    expect(state.error).toBeUndefined();
    expect((await sharp(join(state.dir, "a.png")).metadata()).width).toBe(64);
    expect((await readdir(state.dir)).sort()).toEqual(["a.png", "scene.json"]);
  });

  it("links and pipes it leaves are taken away before anyone follows them", async () => {
    const state = await lab.run(
      "import os\nos.symlink('/etc/passwd', 'passwd')\nos.mkfifo('pipe')\nos.mkdir('d')\nos.symlink('/etc', 'd/etc')\n" +
        "open('closed', 'w').write('x')\nos.chmod('closed', 0o4001)\nos.chmod('d', 0)\nos.chmod('.', 0o300)",
    );
    expect(state.ok).toBe(true);
    expect((await stat(join(state.dir, "closed"))).mode & 0o7700).toBe(0o600);
    expect((await stat(state.dir)).mode & 0o777).toBe(0o700);
    expect((await readdir(state.dir, { recursive: true })).sort()).toEqual(["closed", "d", "scene.json"]);
  });

  it("nothing of all this is still running", async () => {
    const pid = lab.engine.pid;
    const children = async (): Promise<string[]> => {
      const { readFile } = await import("node:fs/promises");
      return (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim().split(" ").filter(Boolean);
    };
    // The one scene that was kept above.
    let left: string[] = [];
    const settled = await eventually(() => {
      void children().then((found) => {
        left = found;
      });
      return left.length === 1;
    });
    expect(settled).toBe(true);
  });
});
