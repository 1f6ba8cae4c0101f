import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSolver } from "../../../../actors/players/solver/solver.ts";
import { Sweeper } from "../../../../actors/players/solver/sweeper.ts";
import { engineIO } from "../../../../bench/engine-io.ts";
import { startBlender } from "../../../../bridge/engines/blender.ts";
import { defaultLimits, type Engine } from "../../../../bridge/engines/contract.ts";
import { readPicture } from "../../../../evaluators/pictures/picture.ts";
import type { PictureSize, View } from "../../../../machines/domain/index.ts";
import { aTask } from "../fakes.ts";
import { blobStage, parse } from "./blobs.ts";

const upright: PictureSize = { width: 144, height: 256 };
const square: PictureSize = { width: 200, height: 200 };

/** A ball that moves, two cameras, and a resolution that no view has. */
const scene = `
import bpy
bpy.ops.mesh.primitive_uv_sphere_add(radius=0.6, location=(0.2, 0.0, 0.0))
ball = bpy.context.object
ball.keyframe_insert('location', frame=1)
ball.location.z = 0.9
ball.keyframe_insert('location', frame=10)
bpy.context.scene.frame_set(1)
bpy.ops.object.light_add(type='SUN', rotation=(0.6, 0.2, 0.0))
bpy.context.object.data.energy = 3.0
for name, place in (('Camera1', (0.0, -6.0, 0.0)), ('Camera2', (1.0, -9.0, 0.0))):
    bpy.ops.object.camera_add(location=place, rotation=(1.5708, 0.0, 0.0))
    bpy.context.object.name = name
bpy.context.scene.camera = bpy.data.objects['Camera1']
scene = bpy.context.scene
scene.frame_end = 10
scene.render.resolution_x, scene.render.resolution_y, scene.render.pixel_aspect_x = 1000, 300, 2.0
`;

describe("a sweep in a real engine", () => {
  let engine: Engine;
  let scratch: string;
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), "viga-test-shapes-"));
    engine = await startBlender({ scratch, cpus: 2 });
  });
  afterAll(async () => {
    await engine.close();
    await rm(scratch, { recursive: true, force: true });
  });

  test("has each view in its own shape, camera and frame, as the executor's pictures have", async () => {
    const views: View[] = [
      { name: "upright", camera: "Camera1", aspect: upright },
      { name: "later", camera: "Camera2", frame: "end", aspect: { width: 3, height: 2 } },
      { name: "ribbon", camera: "Camera1", aspect: { width: 200, height: 3 } },
      { name: "own", camera: null },
    ];
    const { io } = engineIO(engine, aTask(), undefined, scratch, views);
    const sweeper = new Sweeper(io, views);
    const [knobs, trace] = [await sweeper.knobs(scene), await sweeper.trace(scene)];
    const energy = knobs.find((k) => k.label.endsWith("energy"))!.id;
    const edits: [number, number][][] = [[], [[energy, 1.5]]];
    const { sizes, shots } = await sweeper.sweep(scene, trace, edits, { px: 40, samples: 16, seed: 0 });
    expect(sizes).toEqual([
      { width: 23, height: 40 },
      { width: 40, height: 27 },
      { width: 40, height: 1 },
      { width: 40, height: 6 },
    ]);
    const dir = await mkdtemp(join(scratch, "run-"));
    const quality = { px: 40, samples: 16 };
    const state = await engine.run({ job: "run", program: scene, views, quality, limits: defaultLimits, dir });
    expect(state.error).toBeUndefined();
    for (const [i, { name }] of views.entries()) {
      const { width, height, rgb } = await readPicture(join(dir, `${name}.png`));
      expect({ width, height }).toEqual(sizes[i]);
      const off = shots[0]![i]!.reduce((sum, value, j) => sum + Math.abs(value - rgb[j]! / 255), 0) / rgb.length;
      expect(off).toBeLessThan(0.01);
    }
    const mean = (data: Float32Array) => data.reduce((sum, value) => sum + value, 0) / data.length;
    for (const i of [0, 1]) expect(mean(shots[1]![i]!)).toBeLessThan(0.95 * mean(shots[0]![i]!));
    const corner = { left: 5, top: 12, right: 20, bottom: 30 };
    const within = { left: 8, top: 3, right: 30, bottom: 20 };
    const cut = await sweeper.sweep(scene, trace, [[]], { px: 40, samples: 16, seed: 0 }, [
      [corner, within, null, null],
    ]);
    for (const [i, box] of [corner, within].entries()) {
      const { width } = sizes[i]!;
      const row = 3 * (box.right - box.left);
      const whole = shots[0]![i]!;
      for (let y = box.top; y < box.bottom; y++) {
        const from = 3 * (y * width + box.left);
        const at = (y - box.top) * row;
        expect(cut.shots[0]![i]!.slice(at, at + row)).toEqual(whole.slice(from, from + row));
      }
    }
  });

  test("of a camera that the scene does not have is an error that names those it has", async () => {
    const { io } = engineIO(engine, aTask(), undefined, scratch, []);
    const sweeper = new Sweeper(io, [{ name: "render1", camera: "Camera7" }]);
    const trace = await sweeper.trace(scene);
    await expect(sweeper.sweep(scene, trace, [[]], { px: 16, samples: 1, seed: 0 })).rejects.toThrow(/Camera7/);
  });
});

describe("a fit", () => {
  const goal = [0.35, 0.4, 0.7, 0.7, 0.65, 1.1, 0];
  const start = [0.5, 0.3, 0.25, 0.62, 0.65, 0.8, 0];

  test.each([
    ["a 9:16 target", [upright]],
    ["two targets that differ in shape", [upright, square]],
    [
      "targets of 3:2 and 16:9",
      [
        { width: 240, height: 160 },
        { width: 256, height: 144 },
      ],
    ],
  ])("to %s finds places and light", async (_, shapes) => {
    const { stage } = await blobStage(start, goal, () => false, 6, shapes);
    const move = await createSolver().write(stage.context, stage.io);
    if (move.type !== "programs") throw new Error(move.reason);
    const found = parse(move.candidates[0]!.code).values;
    for (const k of [0, 1, 3, 4]) expect(Math.abs(found[k]! - goal[k]!)).toBeLessThan(0.03);
    const done = stage.notes.find(({ data }) => data.step === "done")!.data;
    expect(done.loss).toBeLessThan(0.0005);
  });

  test("leaves out an optional view whose camera the scene lacks, and targets without a view", async () => {
    const { stage } = await blobStage(start, goal, () => false, 6, [upright, square]);
    const views = [stage.io.views[0]!, { ...stage.io.views[1]!, camera: "Camera9", optional: true }];
    const asked: string[] = [];
    const io = {
      ...stage.io,
      views,
      job: (request: Parameters<typeof stage.io.job>[0]) => {
        if (request.op === "call" && request.name === "sweep") asked.push(JSON.stringify(request.args.views));
        return stage.io.job(request);
      },
    };
    expect((await createSolver().write(stage.context, io)).type).toBe("programs");
    expect(new Set(asked)).toEqual(new Set([JSON.stringify([views[0]])]));
    const other = { ...io, views: views.map((view, i) => ({ ...view, name: `other${i}` })) };
    await expect(createSolver().write(stage.context, other)).rejects.toThrow(/no target picture belongs to a view/);
  });
});
