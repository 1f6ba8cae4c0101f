import { readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Isolation } from "../../../bridge/engines/contract.ts";
import { cube, type Lab, openLab, picture } from "./lab.ts";

const isolations: Isolation[] = ["fork", "reset", "cold"];

describe.each(isolations)("the engine contract, isolation %s", (isolation) => {
  let lab: Lab;
  let base: string;
  beforeAll(async () => {
    lab = await openLab({ isolation });
    const made = await lab.run(cube, { save: "base.blend" });
    expect(made.error).toBeUndefined();
    base = join(made.dir, "base.blend");
  });
  afterAll(() => lab.close());

  it("says on its card how jobs are isolated and what holds", () => {
    expect(lab.engine.card).toMatchObject({ engine: "blender", isolation, isolationNotes: [], cpus: 2 });
    expect(lab.engine.card.sandbox).toMatchObject({ namespaces: true, noNetwork: true, seccomp: true });
    expect(lab.engine.card.devices).toContain("CPU");
  });

  it("renders a program at the size asked for, whatever the program set, and says what it printed", async () => {
    const program = `${cube}
scene = bpy.context.scene
scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 40000, 20000, 10
scene.render.use_border = scene.render.use_crop_to_border = True
scene.render.image_settings.file_format = 'OPEN_EXR'
scene.cycles.samples = 4096
print('made a cube')`;
    const state = await lab.run(program, { views: [picture] });
    expect(state).toMatchObject({ ok: true, log: "made a cube", scene: true });
    expect(state.renders).toEqual([{ name: "a", camera: null, frame: 1 }]);
    const image = await sharp(join(state.dir, "a.png")).metadata();
    expect(image).toMatchObject({ format: "png", width: 64, height: 32, channels: 3, depth: "uchar" });
    const { channels } = await sharp(join(state.dir, "a.png")).stats();
    expect(channels[0]?.max).toBeGreaterThan((channels[0]?.min ?? 0) + 30);
  });

  it("describes the scene in scene.json", async () => {
    const state = await lab.run(cube);
    const scene = JSON.parse(await readFile(join(state.dir, "scene.json"), "utf8"));
    const names = scene.objects.map((object: { name: string }) => object.name);
    expect(names).toEqual(["Cam", "Cube", "Sun"]);
    expect(scene.objects[1]).toMatchObject({ type: "MESH", dimensions: [2, 2, 2], location: [0, 0, 0], visible: true });
    expect(scene.cameras[0]).toMatchObject({ name: "Cam", active: true });
    expect(scene.lights[0]).toMatchObject({ type: "SUN" });
  });

  it("runs every program on the pristine base, which no program can change", async () => {
    for (let i = 0; i < 2; i += 1) {
      const state = await lab.run(
        "import bpy, builtins, sys\nprint(len(bpy.data.objects), hasattr(builtins, 'left'), 'left' in sys.modules)\n" +
          "bpy.ops.mesh.primitive_cube_add()\nbuiltins.left = 1\nsys.modules['left'] = bpy",
        { base },
      );
      expect(state.log).toBe("3 False False");
    }
  });

  it("gives a program's error its line, its source and a hint", async () => {
    const state = await lab.run(`${cube}cube = bpy.data.objects["Cubes"]\n`, { views: [picture] });
    expect(state).toMatchObject({ ok: false, renders: [], scene: false });
    expect(state.error).toMatchObject({ kind: "program", type: "KeyError", line: 8, hint: "did you mean 'Cube'?" });
    expect(state.error?.source).toBe('cube = bpy.data.objects["Cubes"]');
  });

  it("probes the live scene without changing it, and goes back to a snapshot", async () => {
    await lab.run(cube, { keep: "scene", views: [{ ...picture, aspect: { width: 9, height: 16 } }] });
    const snapshot = await lab.engine.snapshot("scene");
    const moved = await lab.probe("scene", "render", { location: [0, 0, 9], look_at: [0, 0, 0], px: 32, samples: 1 });
    expect(moved).toMatchObject({ ok: true, result: { camera: "Cam", location: [0, 0, 9], name: "probe.png" } });
    // The shape is that of the scene's first view.
    expect(await sharp(join(moved.dir, "probe.png")).metadata()).toMatchObject({ width: 18, height: 32 });
    const info = await lab.probe("scene", "scene_info");
    expect(info.result).toMatchObject({ resolution: [36, 64], cameras: [{ name: "Cam", location: [5, -5, 5] }] });
    await lab.run(`${cube}bpy.data.objects['Cube'].location.x = 10`, { keep: "scene" });
    expect((await lab.probe("scene", "bounds")).result).toMatchObject({ center: [10, 0, 0] });
    await lab.engine.restore("scene", snapshot);
    expect((await lab.probe("scene", "bounds")).result).toMatchObject({ center: [0, 0, 0] });
  });

  it("keeps nothing of a program that failed", async () => {
    await lab.run(cube, { keep: "failing" });
    await lab.run("raise ValueError('no')", { keep: "failing" });
    expect((await lab.probe("failing", "bounds")).error).toMatchObject({ kind: "engine", type: "NoScene" });
  });

  it("keeps scenes side by side, each by its name, until one is dropped", async () => {
    await lab.run(cube, { keep: "run.1.0" });
    await lab.run(`${cube}bpy.data.objects['Cube'].location.x = 10`, { keep: "run.1.1" });
    expect((await lab.probe("run.1.0", "bounds")).result).toMatchObject({ center: [0, 0, 0] });
    await lab.engine.drop("run.1.0");
    await lab.engine.drop("no such scene");
    expect((await lab.probe("run.1.0", "bounds")).error).toMatchObject({ type: "NoScene" });
    expect((await lab.probe("run.1.1", "bounds")).result).toMatchObject({ center: [10, 0, 0] });
  });

  it("settles a job that runs past its deadline, or ends Blender, and goes on", async () => {
    const late = await lab.run("while True: pass", {
      limits: { seconds: 1.5, memoryMb: 2048, logKb: 8, fileMb: 32, processes: 64 },
    });
    expect(late).toMatchObject({ ok: false, error: { kind: "timeout" } });
    const ended = await lab.run("import os\nprint('last words')\nos._exit(7)");
    expect(ended.log).toBe("last words");
    expect(ended.error).toMatchObject({ kind: "crash", message: expect.stringContaining("exit code 7") });
    expect((await lab.run("print('on')")).log).toBe("on");
  });

  it("gives an operation the open base, and the error of one it does not know", async () => {
    const knobs = await lab.call("boot", {}, base);
    expect(knobs).toMatchObject({ ok: true, result: { noNetwork: true, readOnly: true } });
    expect((await lab.call("no_such_operation")).error).toMatchObject({ kind: "engine", type: "UnknownOperation" });
  });
});
