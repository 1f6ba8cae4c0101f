import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Knob, knobsReply } from "../../actors/players/solver/knobs.ts";
import { startBlender } from "../../bridge/engines/blender.ts";
import { defaultLimits, type Engine } from "../../bridge/engines/contract.ts";
import { draw, generator, poolsOf, readKind, readWide, widePools } from "../../examples/draw.ts";
import { kinds, scenes, wideKinds } from "../../examples/generate.ts";

const here = join(import.meta.dirname, "../../examples");
const goalOf = (kind: string): Promise<string> => readFile(join(here, "goals", kind, "goal.py"), "utf8");
let engine: Engine;
let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "viga-test-examples-"));
  engine = await startBlender({ scratch });
});
afterAll(async () => {
  await engine.close();
  await rm(scratch, { recursive: true, force: true });
});

async function knobsOf(program: string): Promise<Knob[]> {
  const dir = await mkdtemp(join(scratch, "job-"));
  const reply = await engine.call({ job: dir, name: "knobs", args: { program }, limits: defaultLimits, dir });
  return knobsReply.parse(reply.result).knobs;
}

describe.each(kinds)("example kind %s", (kind) => {
  test("every seed draws a start program with three or more wrong numbers, each in its stated range", async () => {
    const goal = await goalOf(kind);
    const knobs = await knobsOf(goal);
    const spec = await readKind(join(here, "kinds", `${kind}.yaml`));
    const ranges = new Map([...spec.always, ...spec.among].flatMap((entry) => Object.entries(entry.knobs)));
    fc.assert(
      fc.property(fc.nat(10_000), (seed) => {
        const { start, wrong } = draw(goal, knobs, poolsOf(spec), seed);
        expect(wrong.length).toBeGreaterThanOrEqual(3);
        expect(start).not.toBe(goal);
        expect(start.split("\n").length).toBe(goal.split("\n").length);
        for (const { label, goal: right, start: now } of wrong) {
          const how = ranges.get(label)!;
          if ("between" in how) throw new Error("only wide draws come from anywhere");
          const off = "add" in how ? Math.abs(now - right) : Math.max(now / right, right / now);
          const [low, high] = "add" in how ? how.add : how.times;
          // Values are rounded to three digits, and clipped where a colour or a weight ends.
          const clipped = now <= 0.0101 || now >= 0.9899;
          expect(off).toBeLessThanOrEqual(high * 1.02 + 0.005);
          if (!clipped) expect(off).toBeGreaterThanOrEqual(low * 0.98 - 0.005);
        }
        expect(draw(goal, knobs, poolsOf(spec), seed).start).toBe(start);
      }),
      { numRuns: 60 },
    );
  });

  test("the goal is not in the task folder, and the start program is seed 0's", async () => {
    const folder = join(here, kind);
    const files = await readdir(folder, { recursive: true });
    expect(files.filter((name) => /goal\.(py|blend)$/.test(name))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining([
        "start.py",
        "blender_file.blend",
        "task.txt",
        join("renders", "goal", "render1.png"),
        join("renders", "start", "render1.png"),
      ]),
    );
    const goal = await goalOf(kind);
    const { start } = draw(goal, await knobsOf(goal), poolsOf(await readKind(join(here, "kinds", `${kind}.yaml`))), 0);
    expect(await readFile(join(folder, "start.py"), "utf8")).toBe(start);
  });

  test("the start program runs on its own scene", async () => {
    const dir = await mkdtemp(join(scratch, "run-"));
    const state = await engine.run({
      job: dir,
      program: await readFile(join(here, kind, "start.py"), "utf8"),
      base: join(here, kind, "blender_file.blend"),
      views: [{ camera: "Camera1", name: "render1" }],
      quality: { px: 32, samples: 1 },
      limits: defaultLimits,
      dir,
    });
    expect(state.error).toBeUndefined();
    expect(state.renders.length).toBe(1);
  });
});

describe.each(scenes)("wide draws of %s", (scene) => {
  test("are of every kind, stay in their ranges and away from the goal, and come from the seed alone", async () => {
    const spec = await readWide(join(here, "wide", `${scene}.yaml`));
    const goal = await readFile(join(here, "wide", scene, "goal.py"), "utf8");
    const knobs = await knobsOf(goal);
    expect(Object.keys(spec.kinds).sort()).toEqual([...kinds].sort());
    for (const kind of wideKinds) {
      const { pools } = widePools(spec, kind);
      const ranges = new Map(pools.flatMap((pool) => pool.among.flatMap((entry) => Object.entries(entry.knobs))));
      for (let seed = 0; seed < 60; seed++) {
        const { start, wrong } = draw(goal, knobs, pools, seed);
        expect(wrong.length).toBeGreaterThanOrEqual(kind === "combined" ? 5 : 3);
        for (const { label, goal: right, start: now } of wrong) {
          const how = ranges.get(label)!;
          if ("between" in how) {
            const [low, high] = how.between;
            expect(now).toBeGreaterThanOrEqual(low - 0.005 * (high - low));
            expect(now).toBeLessThanOrEqual(high + 0.005 * (high - low));
            expect(Math.abs(now - right)).toBeGreaterThanOrEqual(0.14 * (high - low));
          } else if ("times" in how) {
            expect(Math.max(now / right, right / now)).toBeLessThanOrEqual(how.times[1] * 1.02);
          }
        }
        expect(draw(goal, knobs, pools, seed).start).toBe(start);
      }
    }
  });
});

test("draws come from the seed alone and spread over the unit interval", () => {
  const values = Array.from({ length: 2000 }, generator(7));
  expect(values).toEqual(Array.from({ length: 2000 }, generator(7)));
  expect(Array.from({ length: 5 }, generator(8))).not.toEqual(values.slice(0, 5));
  expect(values.reduce((a, b) => a + b, 0) / values.length).toBeCloseTo(0.5, 1);
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThan(1);
});
