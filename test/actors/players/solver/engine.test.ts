import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { knobsReply, traceReply } from "../../../../actors/players/solver/knobs.ts";
import { createSolver } from "../../../../actors/players/solver/solver.ts";
import { Sweeper } from "../../../../actors/players/solver/sweeper.ts";
import { engineIO } from "../../../../bench/engine-io.ts";
import { startBlender } from "../../../../bridge/engines/blender.ts";
import { defaultLimits, type Engine } from "../../../../bridge/engines/contract.ts";
import type { Context, Task } from "../../../../machines/domain/index.ts";

const scene = `"""Ein Würfel – und eine Lampe."""
import math
import bpy

for item in list(bpy.data.objects):
    bpy.data.objects.remove(item)

def paint(color, roughness=0.5):
    mat = bpy.data.materials.new("Paint")
    mat.use_nodes = True
    bsdf = next(n for n in mat.node_tree.nodes if n.type == "BSDF_PRINCIPLED")
    bsdf.inputs["Base Color"].default_value = (*color, 1.0)
    bsdf.inputs["Roughness"].default_value = roughness
    return mat

bpy.ops.mesh.primitive_cube_add(size=0.8, location=(0.3, 0.2, 0.4), rotation=(0, 0, math.radians(30)))
cube = bpy.context.object
cube.name = "Würfel"
cube.data.materials.append(paint((0.1, 0.5, 0.2)))
bpy.ops.mesh.primitive_plane_add(size=9.0)
for i in range(3):
    bpy.ops.mesh.primitive_uv_sphere_add(segments=16, ring_count=8, radius=0.15, location=(-0.8, 0.4 * i - 0.4, 0.15))
lamp = bpy.data.lights.new("Lamp", "AREA")
lamp.energy = 60.0
lamp.size = 2.0
holder = bpy.data.objects.new("Lamp", lamp)
holder.location = (-1.0, -1.5, 2.5)
holder.rotation_euler = (math.radians(35), 0.0, math.radians(-30))
bpy.context.collection.objects.link(holder)
camera = bpy.data.objects.new("Camera1", bpy.data.cameras.new("Camera1"))
camera.location = (0.0, -3.4, 1.8)
camera.rotation_euler = (math.radians(66), 0.0, 0.0)
bpy.context.collection.objects.link(camera)
bpy.context.scene.camera = camera
bpy.context.scene.render.resolution_x = bpy.context.scene.render.resolution_y = 256
unused = 12.5
`;

let engine: Engine;
let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "viga-test-solver-"));
  engine = await startBlender({ scratch, cpus: 2 });
});
afterAll(async () => {
  await engine.close();
  await rm(scratch, { recursive: true, force: true });
});

async function call(name: string, args: Record<string, unknown>) {
  const dir = await mkdtemp(join(scratch, "job-"));
  return engine.call({ job: dir, name, args, limits: defaultLimits, dir });
}
const knobs = async (program: string) => knobsReply.parse((await call("knobs", { program })).result).knobs;

function host() {
  const task: Task = { mode: "blendergym", name: "t", text: "", targets: [], start: null, base: null, prompt: "none" };
  return engineIO(engine, task, undefined, scratch, views);
}
const views = [{ name: "render1", camera: "Camera1" }];

describe("knobs of a program", () => {
  test("are its measurements: coordinates, colours, angles, energies, with their places in bytes", async () => {
    const found = await knobs(scene);
    const bytes = Buffer.from(scene, "utf8");
    for (const k of found) expect(Number(bytes.subarray(k.start, k.end).toString())).toBe(k.value);
    const labels = found.map((k) => k.label);
    expect(labels).toEqual(expect.arrayContaining(["lamp.energy", "holder.location[2]", "camera.rotation_euler[0]"]));
    expect(found.find((k) => k.label === "primitive_cube_add.rotation[2]")).toMatchObject({
      kind: "angle",
      degrees: true,
    });
    expect(found.find((k) => k.label === "lamp.energy")).toMatchObject({ kind: "scale", value: 60, isInt: false });
  });

  test.each([
    ["counts and loop bounds", "for i in range(12):\n    f(i)\n"],
    ["segments, by keyword", "add(segments=32, ring_count=16, frame=3)\n"],
    ["segments, by position in a function of the program", "def ring(segments):\n    pass\nring(24)\n"],
    ["indices and slices", "a = b[2]\nc = b[1:3]\n"],
    ["versions and conditions", "if bpy.app.version >= (4, 0, 0):\n    pass\n"],
    ["render settings", "scene.render.resolution_x = 512\nscene.cycles.samples = 64\n"],
    ["numbers in text", 'a = f"{x:.2f} at 1.5"\n'],
    ["booleans", "a.use_nodes = True\n"],
    ["exponents", "a = x ** 2.5\n"],
    ["sides", "for side in (-1, 1):\n    f(side)\n"],
    ["faces", "mesh.from_pydata(v, [], [(0, 1, 2), (2, 3, 0)])\n"],
    ["faces under any name", "sides = [(0, 1, 2)]\nsides.append((2, 3, 0))\nmesh.from_pydata(v, [], sides)\n"],
    [
      "faces handed on",
      "def make(v, f):\n    m.from_pydata(v, [], f)\nsides = [(0, 1, 2)]\nmake(v, sides)\nmake(v, [(0, 1)])\n",
    ],
    ["counts under any name", "def lathe(n):\n    for i in range(n + 1):\n        f(i)\nlathe(48)\nlathe(n=96)\n"],
    ["counts handed on", "def one(per):\n    return [f(i) for i in range(per)]\ndef two(k=7):\n    one(k)\ntwo(9)\n"],
    ["counts of several at once", "a, K = [], 16\nfor k in range(2 * K):\n    a.append(k)\n"],
    ["the sizes of matrices", "turn = Matrix.Rotation(x, 3, 'Z')\n"],
    ["stops of a colour ramp", "ramp.color_ramp.elements[0].position = 0.3\nramp.color_ramp.elements.new(0.7)\n"],
  ])("are not %s", async (_, program) => {
    expect(await knobs(program)).toEqual([]);
  });

  test("of a name that counts somewhere are those with a fraction", async () => {
    const found = await knobs("R = 0.25\nR = 7\nfor i in range(R):\n    f(i / R)\n");
    expect(found.map(({ value }) => value)).toEqual([0.25]);
  });

  test("understand signs, vectors over lines and arithmetic", async () => {
    const found = await knobs("a.location = (-1.5,\n    2,\n    x + 0.25)\n");
    expect(found.map((k) => [k.value, k.line, k.component, k.wrap])).toEqual([
      [-1.5, 1, 0, false],
      [2, 2, 1, false],
      [0.25, 3, 2, true],
    ]);
  });

  test("text that is not Python is an error, not an empty list", async () => {
    expect((await call("knobs", { program: "a = (1,\n" })).ok).toBe(false);
  });
});

describe("tracing knobs", () => {
  test("finds which property each number drives, and by what factor", async () => {
    const found = await knobs(scene);
    const trace = traceReply.parse((await call("trace", { program: scene })).result);
    if (!trace.ok) throw new Error(trace.reason);
    const of = (label: string) => trace.in_place[String(found.find((k) => k.label === label)!.id)];
    expect(of("primitive_cube_add.location[0]")).toEqual([["objects", "Würfel", "location", 0, 1]]);
    expect(of("lamp.energy")).toEqual([["lights", "Lamp", "energy", -1, 1]]);
    const turn = of("primitive_cube_add.rotation[2]")![0]!;
    expect(turn.slice(0, 4)).toEqual(["objects", "Würfel", "rotation_euler", 2]);
    expect(turn[4]).toBeCloseTo(Math.PI / 180, 6);
    expect(trace.scene.cameras).toEqual(["Camera1"]);
    expect(trace.scene.sizes.Würfel).toBeGreaterThan(0.8);
  });

  test("does not edit in place what changes geometry, and calls a number nothing uses dead", async () => {
    const found = await knobs(scene);
    const trace = traceReply.parse((await call("trace", { program: scene })).result);
    if (!trace.ok) throw new Error(trace.reason);
    const id = (label: string) => found.find((k) => k.label === label)!.id;
    expect(trace.in_place[String(id("primitive_uv_sphere_add.radius"))]).toBeUndefined();
    const alone = traceReply.parse((await call("trace", { program: "import bpy\nunused = 12.5\n" })).result);
    expect(alone).toMatchObject({ ok: true, dead: [0] });
  });

  test("a program that does not run is refused with its own message", async () => {
    const trace = traceReply.parse((await call("trace", { program: "a = 1.5\nnothing_here()\n" })).result);
    expect(trace).toMatchObject({ ok: false, reason: expect.stringContaining("nothing_here") });
  });

  test("many fragile numbers, and stops under another name, leave the others editable in place", async () => {
    const limits = Array.from(
      { length: 20 },
      (_, i) => `limit${i} = ${i}.5\nif limit${i} != ${i}.5:\n    raise ValueError('moved')\n`,
    );
    const program = `${scene}${limits.join("")}mat = cube.data.materials[0]
stop = mat.node_tree.nodes.new("ShaderNodeValToRGB").color_ramp.elements[0]
stop.position = 0.25
`;
    const found = await knobs(program);
    const trace = traceReply.parse((await call("trace", { program })).result);
    if (!trace.ok) throw new Error(trace.reason);
    const labels = (ids: readonly number[]) => ids.map((k) => found[k]!.label);
    expect(labels(trace.fragile)).toEqual(limits.map((_, i) => `limit${i}`));
    expect(labels(trace.held)).toEqual(["stop.position"]);
    expect(labels(Object.keys(trace.in_place).map(Number))).toEqual(
      expect.arrayContaining(["primitive_cube_add.location[0]", "lamp.energy", "camera.rotation_euler[0]"]),
    );
  });

  test("numbers that a program cannot bear to have changed are fragile", async () => {
    const brittle =
      "import bpy\nlimit = 2.5\nif limit != 2.5:\n    raise ValueError('moved')\nsize = 1.5\nbpy.ops.mesh.primitive_cube_add(size=size)\n";
    const trace = traceReply.parse((await call("trace", { program: brittle })).result);
    expect(trace).toMatchObject({ ok: true, fragile: [0] });
  });
});

describe("sweeps", () => {
  test("a number edited in place gives the picture that running the edited program gives", async () => {
    const { io } = host();
    const sweeper = new Sweeper(io, views);
    const found = await sweeper.knobs(scene);
    const trace = await sweeper.trace(scene);
    const id = (label: string) => found.find((k) => k.label === label)!.id;
    const edits: [number, number][][] = [
      [],
      [[id("primitive_cube_add.location[0]"), -0.2]],
      [[id("primitive_cube_add.rotation[2]"), 75]],
      [[id("lamp.energy"), 130]],
    ];
    const level = { px: 48, samples: 4, seed: 3 };
    const live = await sweeper.sweep(scene, trace, edits, level);
    const rerun = await sweeper.sweep(scene, { ...trace, in_place: {} }, edits, level);
    live.shots.forEach((shot, v) => {
      const other = rerun.shots[v]![0]!;
      const worst = shot![0]!.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i]!)), 0);
      expect(worst).toBeLessThan(0.02);
    });
    const changed = live.shots[1]![0]!.some((value, i) => Math.abs(value - live.shots[0]![0]![i]!) > 0.1);
    expect(changed).toBe(true);
  });

  test("a rerun with fewer scene updates gives the same picture, and is not made where the program reads one's result", async () => {
    const { io } = host();
    const sweeper = new Sweeper(io, views);
    const trace = await sweeper.trace(scene);
    expect(trace.lean).toBe(true);
    const level = { px: 48, samples: 4, seed: 3 };
    const [lean, plain] = [
      await sweeper.sweep(scene, trace, [[]], level),
      await sweeper.sweep(scene, { ...trace, lean: false }, [[]], level),
    ];
    expect(lean.shots).toEqual(plain.shots);
    const reads = `${scene}\ncube.location.x = 1.5\nbpy.ops.object.select_all(action="DESELECT")\nholder.location.z += cube.matrix_world[0][3]\n`;
    expect((await sweeper.trace(reads)).lean).toBe(false);
  });

  test("a box has the pixels that the whole picture has there", async () => {
    const { io } = host();
    const sweeper = new Sweeper(io, views);
    const trace = await sweeper.trace(scene);
    const level = { px: 40, samples: 4, seed: 1 };
    const box = { left: 7, top: 11, right: 29, bottom: 30 };
    const both = await sweeper.sweep(scene, trace, [[], []], level, [null, [box]]);
    const whole = both.shots[0]![0]!;
    const part = both.shots[1]![0]!;
    expect(part.length).toBe(22 * 19 * 3);
    for (let y = 0; y < 19; y++) {
      const row = whole.slice(((y + 11) * 40 + 7) * 3, ((y + 11) * 40 + 29) * 3);
      expect([...part.slice(y * 66, (y + 1) * 66)]).toEqual([...row]);
    }
  });

  test("masks say which pixels show a thing, and where; a sweep leaves out what is to be hidden", async () => {
    const { io } = host();
    const sweeper = new Sweeper(io, views);
    const found = await sweeper.knobs(scene);
    const trace = await sweeper.trace(scene);
    const k = (label: string) => found.find((knob) => knob.label === label)!.id;
    const sunk: [number, number][] = [[k("primitive_cube_add.location[2]"), -0.9]];
    const away: [number, number][] = [[k("primitive_cube_add.location[0]"), 30]];
    const masks = await sweeper.masks(scene, trace, [[], sunk, away], 40, [["Würfel"], ["Lamp"]]);
    const [here, under, gone] = masks.map((one) => one!.views[0]!.things[0]!);
    expect(here!.seen).toBeGreaterThan(40);
    expect(here!.seen).toBe(here!.alone);
    expect(under!.seen).toBe(0);
    expect(under!.alone).toBeGreaterThan(40);
    expect(gone).toEqual({ seen: 0, alone: 0 });
    expect(masks[0]!.boxes[1]).toBeNull();
    const [low, high] = masks[0]!.boxes[0]!;
    expect((low[2] + high[2]) / 2).toBeCloseTo(0.4, 3);
    const level = { px: 40, samples: 4, seed: 0 };
    const { shots } = await sweeper.sweep(scene, trace, [[], [], away], level, undefined, [null, ["Würfel"], null]);
    const ids = masks[0]!.views[0]!.ids;
    const change = (of: number) => {
      const [inside, outside] = [[] as number[], [] as number[]];
      for (let p = 0; p < ids.length; p++) {
        (ids[p] === 1 ? inside : outside).push(Math.abs(shots[0]![0]![3 * p]! - shots[of]![0]![3 * p]!));
      }
      return [inside, outside].map((values) => values.reduce((a, b) => a + b, 0) / values.length) as [number, number];
    };
    const [inside, outside] = change(1);
    expect(inside).toBeGreaterThan(4 * outside);
    expect(shots[1]![0]!.filter((v, i) => Math.abs(v - shots[2]![0]![i]!) > 0.05).length).toBeLessThan(100);
  });

  test("crossings say what stands in what, and how deep", async () => {
    const { io } = host();
    const sweeper = new Sweeper(io, views);
    const found = await sweeper.knobs(scene);
    const trace = await sweeper.trace(scene);
    const height = found.find((knob) => knob.label === "primitive_cube_add.location[2]")!.id;
    const [above, sunk] = await sweeper.crossings(scene, trace, [[[height, 0.6]], [[height, 0.3]]], ["Würfel"]);
    expect(above).toEqual([]);
    expect(sunk).toEqual([{ one: "Würfel", other: "Plane", depth: expect.closeTo(0.1, 3), size: expect.any(Number) }]);
  });

  test("a vector whose program fails is left out; the others are rendered", async () => {
    const { io } = host();
    const program = `${scene}if unused > 20:\n    raise ValueError("too much")\n`;
    const sweeper = new Sweeper(io, views);
    const found = await sweeper.knobs(program);
    const trace = await sweeper.trace(program);
    const unused = found.find((k) => k.label === "unused")!.id;
    const { shots } = await sweeper.sweep(program, trace, [[[unused, 25]], []], { px: 16, samples: 1, seed: 0 });
    expect(shots.map((shot) => shot !== null)).toEqual([false, true]);
  });
});

test("the solver finds a moved cube and a dimmed lamp in a real scene", async () => {
  const { io, put } = host();
  const sweeper = new Sweeper(io, views);
  const trace = await sweeper.trace(scene);
  const goal = await sweeper.sweep(scene, trace, [[]], { px: 96, samples: 64, seed: 11 });
  const bytes = Buffer.from(Uint8Array.from(goal.shots[0]![0]!, (v) => Math.round(v * 255)));
  const image = await put(
    await sharp(bytes, { raw: { width: 96, height: 96, channels: 3 } })
      .png()
      .toBuffer(),
  );
  const start = scene
    .replace("location=(0.3, 0.2, 0.4)", "location=(0.0, 0.05, 0.4)")
    .replace("energy = 60.0", "energy = 35.0");
  const task: Task = { ...io.task, start: await put(start), targets: [{ name: "render1", image }] };
  const context: Context = {
    t: 1,
    task,
    plan: null,
    analysis: null,
    rounds: [],
    best: null,
    from: null,
    note: null,
    candidates: 1,
  };
  const move = await createSolver().write(context, io);
  if (move.type !== "programs") throw new Error(move.reason);
  const after = await knobs(move.candidates[0]!.code);
  const value = (label: string) => after.find((k) => k.label === label)!.value;
  expect(value("primitive_cube_add.location[0]")).toBeGreaterThan(0.2);
  expect(value("lamp.energy")).toBeGreaterThan(48);
  expect(value("lamp.energy")).toBeLessThan(75);
}, 120_000);
