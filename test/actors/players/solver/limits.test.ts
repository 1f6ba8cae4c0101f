import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { limitedIO } from "../../../../actors/players/solver/limited.ts";
import { limitTrace } from "../../../../actors/players/solver/limits.ts";
import { withRefine } from "../../../../actors/players/solver/refine.ts";
import { createSolver } from "../../../../actors/players/solver/solver.ts";
import { engineIO } from "../../../../bench/engine-io.ts";
import { startBlender } from "../../../../bridge/engines/blender.ts";
import { defaultLimits } from "../../../../bridge/engines/contract.ts";
import type { SolverLimits } from "../../../../config/refine.ts";
import { aTask, fakeIO } from "../fakes.ts";
import { blobStage, parse, program } from "./blobs.ts";

const goal = [0.35, 0.4, 0.7, 0.7, 0.65, 1.1, 0];
const start = [0.5, 0.3, 0.25, 0.62, 0.65, 0.8, 0];

/** The blobs' engine, which also tells what belongs to what. */
async function stageWithReach(slow = 0, noise?: number) {
  const { stage } = await blobStage(start, goal, undefined, undefined, undefined, noise);
  const belongs = { a: ["materials/Red", "collections/Tableware"], b: ["meshes/B"], Lamp: ["lights/light"] };
  const { job } = stage.io;
  const io = {
    ...stage.io,
    async job(request: Parameters<typeof job>[0]) {
      if (slow > 0) await new Promise((done) => setTimeout(done, slow));
      const reply = await job(request);
      if (request.op !== "call" || request.name !== "trace") return reply;
      return { ...reply, result: { ...(reply.result as object), knobs: 7, reach: {}, belongs } };
    },
  };
  return { stage, io };
}

/** What refining the blobs' program gives: its values and what was recorded. */
async function refined(limits: SolverLimits, slow = 0) {
  const { stage, io } = await stageWithReach(slow);
  const code = program(start);
  const writer = {
    name: "writer",
    write: async () => ({ type: "programs" as const, candidates: [{ thought: "", code_diff: "", code }] }),
  };
  const move = await withRefine(writer, createSolver({ limits })).write({ ...stage.context, t: 1 }, io);
  if (move.type !== "programs") throw new Error(move.reason);
  return { values: parse(move.candidates[0]!.code).values, refined: move.candidates[0]!.refined! };
}

describe("a solver's limits", () => {
  test("only the kinds that it may tune move", async () => {
    const { values, refined: told } = await refined({ tune: ["place"] });
    const [ax, ay, red, bx, by, light] = values;
    expect([red, light]).toEqual([start[2], start[5]]);
    expect([ax, ay, bx, by]).not.toEqual([start[0], start[1], start[3], start[4]]);
    expect(told.limits).toBe("tuned place only (2 numbers of other kinds left alone)");
  });

  test("what is locked by its name, its collection or its lamp stays, and a lock that matches nothing is told", async () => {
    const { values, refined: told } = await refined({ lock: ["Table*", "Cup*", "L?mp"] });
    expect(values.slice(0, 2)).toEqual(start.slice(0, 2));
    expect(values[5]).toBe(start[5]);
    expect(values[3]).not.toBe(start[3]);
    expect(told.limits).toContain('the lock "Cup*" matches nothing in the scene');
    expect(told.limits).not.toContain('"L?mp"');
  });

  test("with everything locked the program stands, and why is told", async () => {
    const { values, refined: told } = await refined({ lock: ["*"] });
    expect(values).toEqual(start);
    expect(told.kept).toBeDefined();
    expect(told.limits).toContain("locked * (6 numbers)");
  });

  test("without limits nothing is asked for and nothing is said", async () => {
    const io = fakeIO({ job: () => ({ ok: true, result: 1, files: {} }) });
    const limited = limitedIO(io, {});
    await limited.io.job({ op: "call", name: "trace", args: { program: "" }, seconds: 300 });
    expect(io.jobs).toEqual([{ op: "call", name: "trace", args: { program: "" }, seconds: 300 }]);
    expect(limited.words()).toBe("");
  });

  test("a number of which it is not known what it moves stays", () => {
    const trace = {
      ok: true,
      runs: 1,
      lean: false,
      fragile: [],
      dead: [],
      held: [],
      in_place: {},
      touches: {},
      scene: { sizes: {}, median: 1, cameras: [], camera: null, lamps: [], parents: {} },
      knobs: 3,
      reach: {
        "0": [["objects", "Cup", "location", 0]],
        "1": [
          ["objects", "Pot", "location", 0],
          ["meshes", "Pot", "", -1],
        ],
      },
      belongs: { Cup: [], Pot: ["meshes/Pot"] },
    };
    const held = (limits: SolverLimits) => {
      const { trace: limited } = limitTrace(trace, limits);
      return limited.ok ? limited.held : null;
    };
    expect(held({ tune: ["place"] })).toEqual([1, 2]);
    expect(held({ tune: ["place", "size"] })).toEqual([2]);
    expect(held({ lock: ["Cup"] })).toEqual([0, 2]);
  });

  test("jobs get no more time than is left, and the end keeps a part of it", async () => {
    const io = fakeIO({
      job: () => ({ ok: false, result: null, files: {}, error: { kind: "timeout", type: "T", message: "" } }),
    });
    const limited = limitedIO(io, { seconds: 50 });
    const sweep = { op: "call" as const, name: "sweep", args: {}, seconds: 600 };
    await expect(limited.io.job(sweep)).rejects.toThrow("the solver's 50 s were over");
    expect(io.jobs[0]!.seconds).toBeLessThanOrEqual(40);
    const late = await limited.io.job(sweep).catch((thrown: Error) => thrown.message);
    expect(late).toContain("were over");
    expect(io.jobs[1]!.seconds).toBeGreaterThan(40);
  });

  test("behind a model one call goes on through all kinds of rounds while its time lasts, and ends no farther than one round", async () => {
    // So little noise that one round leaves something to find.
    const { stage, io } = await stageWithReach(0, 0.002);
    const context = { ...stage.context, t: 1 };
    const left: number[] = [];
    const kinds: number[][] = [];
    for (const goesOn of [false, true]) {
      const done: { stage: number; loss: number }[] = [];
      const note = (_: string, data: Record<string, unknown>) => {
        if (data.step === "done") done.push(data as unknown as { stage: number; loss: number });
      };
      const move = await createSolver({ limits: { seconds: 600 }, goesOn }).write(context, { ...io, note });
      expect(move.type).toBe("programs");
      kinds.push(done.map((one) => one.stage));
      left.push(Math.min(...done.map(({ loss }) => loss)));
    }
    expect(kinds[0]).toEqual([1]);
    expect(kinds[1]!.length).toBeGreaterThan(1);
    expect(left[1]).toBeLessThanOrEqual(left[0]!);
  }, 60_000);

  test("a fit that is cut short hands in the best it passed, or leaves the program", async () => {
    const cut = await refined({ seconds: 1.5 }, 30);
    expect(cut.refined.seconds).toBeLessThan(4);
    expect(cut.refined.loss_after!).toBeLessThanOrEqual(cut.refined.loss_before!);
    const none = await refined({ seconds: 1 }, 1100);
    expect(none.values).toEqual(start);
    expect(none.refined.kept).toContain("1 s were over");
  }, 30_000);

  test("a given thing in Blender that is locked is neither moved, hidden, resized nor repainted", async () => {
    const scratch = await mkdtemp(join(tmpdir(), "viga-test-given-"));
    const engine = await startBlender({ scratch, cpus: 2 });
    try {
      const made = `import bpy
paint = bpy.data.materials.new("Glaze")
bpy.ops.mesh.primitive_cube_add(size=0.6, location=(0.0, 0.0, 0.3))
bpy.context.object.name = "Vase"
bpy.context.object.data.materials.append(paint)
bpy.ops.mesh.primitive_plane_add(size=9.0)
bpy.ops.object.light_add(type="SUN", location=(0.0, 0.0, 3.0))
bpy.ops.object.camera_add(location=(0.0, -3.4, 1.8), rotation=(1.1, 0.0, 0.0))
bpy.context.object.name = "Camera1"
bpy.context.scene.camera = bpy.context.object
`;
      const views = [{ name: "render1", camera: "Camera1" }];
      const job = { job: "given", program: made, views, quality: { px: 32, samples: 1 }, limits: defaultLimits };
      expect(await engine.run({ ...job, dir: scratch, save: "given.blend" })).toMatchObject({ ok: true });
      const code = `import bpy
vase = bpy.data.objects["Vase"]
vase.location.x = 0.2
vase.location[2] = 0.35
vase.scale = (1.1, 1.2, 1.3)
vase.rotation_euler.z = 0.15
vase.hide_render = 0
vase.active_material.diffuse_color[0] = 0.45
bpy.data.materials["Glaze"].use_nodes = True
bpy.data.materials["Glaze"].node_tree.nodes["Principled BSDF"].inputs["Roughness"].default_value = 0.55
for vertex in vase.data.vertices:
    vertex.co.z *= 1.25
bpy.data.objects["Sun"].data.energy = 2.5
`;
      const { io } = engineIO(engine, aTask(), join(scratch, "given.blend"), scratch, views);
      const asked = { op: "call" as const, args: { program: code } };
      const { result } = await io.job({ ...asked, name: "knobs" });
      const labelOf = new Map((result as { knobs: { id: number; label: string }[] }).knobs.map((k) => [k.id, k.label]));
      const free = async (limits: SolverLimits) => {
        const { held, dead, fragile, in_place } = (await limitedIO(io, limits).io.job({ ...asked, name: "trace" }))
          .result as {
          held: number[];
          dead: number[];
          fragile: number[];
          in_place: Record<string, string[][]>;
        };
        const places = Object.values(in_place)
          .flat()
          .map(([collection, name]) => `${collection}/${name}`);
        const still = new Set([...held, ...dead, ...fragile]);
        const labels = [...labelOf].filter(([id]) => !still.has(id)).map(([, label]) => label);
        return { labels, places };
      };
      const open = await free({});
      expect(open.labels.length).toBeGreaterThan(5);
      const locked = await free({ lock: ["Vase"] });
      expect(locked.labels).toEqual(["objects Sun.data.energy"]);
      expect(new Set(locked.places)).toEqual(new Set(["lights/Sun"]));
    } finally {
      await engine.close();
      await rm(scratch, { recursive: true, force: true });
    }
  }, 300_000);

  test("a program in Blender: a lamp is tuned, a locked thing in a function stays", async () => {
    const scratch = await mkdtemp(join(tmpdir(), "viga-test-limits-"));
    const engine = await startBlender({ scratch, cpus: 2 });
    try {
      const code = `import bpy
def cup(x):
    bpy.ops.mesh.primitive_cube_add(size=0.5 + 0.1 * x, location=(x, 0.0, 0.25))
    bpy.context.object.name = "Cup"
for item in list(bpy.data.objects):
    bpy.data.objects.remove(item)
cup(0.4)
bpy.ops.mesh.primitive_plane_add(size=9.0)
lamp = bpy.data.lights.new("Sun", "SUN")
lamp.energy = 2.0
holder = bpy.data.objects.new("Sun", lamp)
bpy.context.collection.objects.link(holder)
camera = bpy.data.objects.new("Camera1", bpy.data.cameras.new("Camera1"))
camera.location = (0.0, -3.4, 1.8)
bpy.context.collection.objects.link(camera)
bpy.context.scene.camera = camera
`;
      const { io } = engineIO(engine, aTask(), undefined, scratch, [{ name: "render1", camera: "Camera1" }]);
      const labels = async (limits: SolverLimits) => {
        const asked = { op: "call" as const, args: { program: code } };
        const { result } = await io.job({ ...asked, name: "knobs" });
        const limited = limitedIO(io, limits);
        const traced = (await limited.io.job({ ...asked, name: "trace" })).result as { held: number[]; dead: number[] };
        const fixed = new Set([...traced.held, ...traced.dead]);
        const { knobs } = result as { knobs: { id: number; label: string }[] };
        return { free: knobs.filter(({ id }) => !fixed.has(id)).map(({ label }) => label), words: limited.words() };
      };
      const light = await labels({ tune: ["light"], lock: ["Spoon"] });
      expect(light.free).toEqual(["lamp.energy"]);
      expect(light.words).toContain('the lock "Spoon" matches nothing');
      const locked = await labels({ lock: ["Cup"] });
      expect(locked.free).toContain("camera.location[2]");
      expect(locked.free.join()).not.toMatch(/cup|cube|0\.5/);
    } finally {
      await engine.close();
      await rm(scratch, { recursive: true, force: true });
    }
  }, 120_000);
});
