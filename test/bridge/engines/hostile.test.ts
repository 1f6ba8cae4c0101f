import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cube, type Lab, limits, openLab, picture } from "./lab.ts";

/** That hostile programs stay inside is tested by test/hostile; here, what exactly their states and folders are. */
describe("states of hostile programs", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab({ isolation: "fork" });
  });
  afterAll(() => lab.close());

  it("a flood of output is cut to its tail", async () => {
    const state = await lab.run("for i in range(300000): print('flood', i)\nprint('the end')", {
      limits: { ...limits, logKb: 2 },
    });
    expect(state.ok).toBe(true);
    expect(state.log.length).toBeLessThan(2200);
    expect(state.log.endsWith("the end")).toBe(true);
  });

  it("a crash says which signal or exit code ended the process", async () => {
    const exit = await lab.run("import os\nos._exit(4)");
    expect(exit.error).toMatchObject({ kind: "crash", message: expect.stringContaining("exit code 4") });
    const crash = await lab.run("import ctypes\nctypes.string_at(0)");
    expect(crash.error).toMatchObject({ kind: "crash", type: "SIGSEGV" });
  });

  it("a program without open files, or with a thread that changes the scene, has its picture", async () => {
    const closed = await lab.run(`import os\nos.closerange(0, 4096)\n${cube}`, { views: [picture] });
    expect(closed).toMatchObject({ ok: true, renders: [{ name: "a" }] });
    const threads = await lab.run(
      `import threading, time, bpy\ndef spoil():\n  time.sleep(0.3)\n  while True: bpy.context.scene.render.resolution_x = 9000\n` +
        `threading.Thread(target=spoil, daemon=True).start()\n${cube}`,
      { views: [picture] },
    );
    expect(threads).toMatchObject({ ok: true, renders: [{ name: "a" }] });
  });

  it("handlers, drivers and output nodes leave our picture alone in the folder", async () => {
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

  it("links and pipes it leaves are taken away, what is closed is opened, what is too deep comes nearer", async () => {
    const state = await lab.run(
      "import os\nos.symlink('/etc/passwd', 'passwd')\nos.mkfifo('pipe')\nos.mkdir('d')\nos.symlink('/etc', 'd/etc')\n" +
        "open('closed', 'w').write('x')\nos.chmod('closed', 0o4001)\nos.chmod('d', 0)\nos.chmod('.', 0o300)",
    );
    expect(state.ok).toBe(true);
    expect((await stat(join(state.dir, "closed"))).mode & 0o7700).toBe(0o600);
    expect((await stat(state.dir)).mode & 0o777).toBe(0o700);
    expect((await readdir(state.dir, { recursive: true })).sort()).toEqual(["closed", "d", "scene.json"]);
    const deep = await lab.run(
      "import os\nfor _ in range(30):\n  os.mkdir('d' * 250); os.chdir('d' * 250)\nopen('bottom', 'w').write('x')",
    );
    const all = await readdir(deep.dir, { recursive: true });
    expect(all.some((path) => path.endsWith("bottom"))).toBe(true);
    expect(Math.max(...all.map((path) => path.length))).toBeLessThan(2400);
  });

  it("numbers that JSON does not have reach nobody: a probe of a scene at NaN answers null", async () => {
    await lab.run(`${cube}\nbpy.data.objects['Cube'].location.x = float('nan')`, { keep: "nan" });
    const reply = await lab.probe("nan", "bounds");
    expect(reply).toMatchObject({ ok: true });
    expect((await lab.run("print('on')")).log).toBe("on");
  });

  it("files a program puts where its probes write are not handed on", async () => {
    await lab.run(
      `${cube}\nimport glob\nfor line in open('/proc/self/mountinfo'):\n  folder = line.split()[4]\n` +
        `  if '/kept-' in folder: open(folder + '/planted.png', 'w').write('x')`,
      { keep: "planted" },
    );
    const reply = await lab.probe("planted", "scene_info");
    expect(reply.ok).toBe(true);
    expect(await readdir(reply.dir)).toEqual([]);
  });
});
