import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { coordinates } from "../../../../actors/players/solver/coordinates.ts";
import { Fitter } from "../../../../actors/players/solver/fitter.ts";
import { locate } from "../../../../actors/players/solver/locate.ts";
import { matches } from "../../../../actors/players/solver/peaks.ts";
import { decode } from "../../../../actors/players/solver/pictures.ts";
import { at, Problem } from "../../../../actors/players/solver/problem.ts";
import { Sweeper } from "../../../../actors/players/solver/sweeper.ts";
import { engineIO } from "../../../../bench/engine-io.ts";
import { startBlender } from "../../../../bridge/engines/blender.ts";
import { defaultLimits, type Engine } from "../../../../bridge/engines/contract.ts";
import type { Task } from "../../../../machines/domain/index.ts";

describe("matching a picture of a thing", () => {
  test("finds where in the target it is, and leaves out rows where it cannot be", () => {
    const [width, height] = [40, 30];
    const picture = (paint: (x: number, y: number) => boolean) => ({
      width,
      height,
      data: Float32Array.from({ length: 3 * width * height }, (_, i) => {
        const p = Math.floor(i / 3);
        return paint(p % width, Math.floor(p / width)) ? [0.9, 0.2, 0.1][i % 3]! : 0.3;
      }),
    });
    const patch = Array.from({ length: 24 }, (_, i) => ({
      x: 5 + (i % 8),
      y: 6 + Math.floor(i / 8),
      rgb: [0.9, 0.2, 0.1] as const,
    }));
    const there = picture((x, y) => x >= 25 && x < 33 && y >= 20 && y < 23);
    const seen = { bare: picture(() => false), target: there, middle: { x: 9, y: 7.5 } };
    const all = matches({ ...seen, scales: Array.from({ length: height }, () => 1) }, patch, 1);
    const best = all.indexOf(Math.max(...all));
    expect([best % width, Math.floor(best / width)]).toEqual([28, 21]);
    const none = matches({ ...seen, scales: Array.from({ length: height }, () => null) }, patch, 1);
    expect(Math.max(...none)).toBe(0);
  });
});

const scene = (place: string, turn: string) => `
import bpy
for item in list(bpy.data.objects):
    bpy.data.objects.remove(item)
def paint(color):
    mat = bpy.data.materials.new("Paint")
    mat.use_nodes = True
    next(n for n in mat.node_tree.nodes if n.type == "BSDF_PRINCIPLED").inputs["Base Color"].default_value = (*color, 1.0)
    return mat
bpy.ops.mesh.primitive_plane_add(size=9.0)
bpy.context.object.data.materials.append(paint((0.3, 0.3, 0.32)))
bpy.ops.mesh.primitive_cone_add(radius1=0.35, depth=1.1, location=${place})
bpy.context.object.rotation_euler = ${turn}
bpy.context.object.name = "Spike"
bpy.context.object.data.materials.append(paint((0.8, 0.12, 0.08)))
bpy.ops.mesh.primitive_cube_add(size=0.5, location=(-0.9, -0.2, 0.25))
bpy.context.object.data.materials.append(paint((0.1, 0.3, 0.7)))
lamp = bpy.data.lights.new("Lamp", "SUN")
lamp.energy = 3.0
holder = bpy.data.objects.new("Lamp", lamp)
holder.rotation_euler = (0.6, 0.2, -0.5)
bpy.context.collection.objects.link(holder)
camera = bpy.data.objects.new("Camera1", bpy.data.cameras.new("Camera1"))
camera.location = (0.0, -4.2, 3.2)
camera.rotation_euler = (0.92, 0.0, 0.0)
bpy.context.collection.objects.link(camera)
bpy.context.scene.camera = camera
`;

let engine: Engine;
let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "viga-test-turned-"));
  engine = await startBlender({ scratch, cpus: 2 });
});
afterAll(async () => {
  await engine.close();
  await rm(scratch, { recursive: true, force: true });
});

test("a thing that is elsewhere and turned about two axes is found", async () => {
  const view = { name: "render1", camera: "Camera1", aspect: { width: 128, height: 128 } };
  const dir = await mkdtemp(join(scratch, "goal-"));
  const drawn = await engine.run({
    job: dir,
    program: scene("(0.7, 0.6, 0.4)", "(1.45, 0.0, 2.2)"),
    views: [view],
    quality: { px: 128, samples: 64 },
    limits: defaultLimits,
    renderSeed: 0,
    dir,
  });
  expect(drawn.ok).toBe(true);
  const target = await decode(await readFile(join(dir, "render1.png")));
  const task: Task = { mode: "blendergym", name: "t", text: "", targets: [], start: null, base: null, prompt: "none" };
  const { io } = engineIO(engine, task, undefined, scratch, [view]);
  const sweeper = new Sweeper(io, [view]);
  const start = scene("(-0.2, 0.9, 0.4)", "(3.0, 0.0, -2.2)");
  const [knobs, trace] = [await sweeper.knobs(start), await sweeper.trace(start)];
  const problem = new Problem(sweeper, start, knobs, trace, coordinates(knobs, trace), [target]);
  const fitter = new Fitter(problem, () => {});
  const loss = async () => problem.loss(await fitter.base(at(128, 16, 4, 0)));
  const before = await loss();
  await locate(fitter, 1);
  expect(await loss()).toBeLessThan(0.1 * before);
}, 180_000);
