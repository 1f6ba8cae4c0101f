import { describe, expect, test } from "vitest";
import { isGrain, redrawn } from "../../../../actors/players/solver/grain.ts";
import { putBack } from "../../../../actors/players/solver/guard.ts";
import type { Scale } from "../../../../actors/players/solver/problem.ts";
import { blobFitter } from "./blobs.ts";

const goal = [0.3, 0.3, 0.7, 0.7, 0.7, 1, 0];

const fitterAt = (start: readonly number[]) => blobFitter(start, goal);

describe("what a stage did to the things", () => {
  test("is put back where it hid one behind another, with the rest of what it moved kept", async () => {
    const fitter = await fitterAt([0.3, 0.5, 0.7, 0.5, 0.8, 0.8, 0]);
    const before = [...fitter.point];
    fitter.moveTo([0.7, 0.7, 0.7, 0.7, 0.7, 1, 0]);
    expect(await putBack(fitter, before)).toMatchObject({ hidden: ["a"], crossed: [] });
    const now = fitter.point.map((u, k) => fitter.problem.value(k, u));
    expect(now).toEqual([0.3, 0.5, 0.7, 0.7, 0.7, 1, 0].map((v) => expect.closeTo(v, 6)));
  });

  test("stays where things only moved", async () => {
    const fitter = await fitterAt([0.3, 0.6, 0.7, 0.5, 0.8, 1, 0]);
    const before = [...fitter.point];
    fitter.moveTo(goal);
    const there = [...fitter.point];
    expect(await putBack(fitter, before)).toEqual({ hidden: [], crossed: [], unlike: false });
    expect(fitter.point).toEqual(there);
  });

  test("is put back where a thing left the picture", async () => {
    const fitter = await fitterAt([0.3, 0.6, 0.7, 0.5, 0.8, 1, 0]);
    const before = [...fitter.point];
    fitter.moveTo([0.3, 0.6, 0.7, 1.5, 0.8, 1, 0]);
    expect(await putBack(fitter, before)).toMatchObject({ hidden: ["b"] });
    expect(fitter.point).toEqual(before);
  });
});

describe("the noise gate", () => {
  const scale: Scale = { px: 128, samples: 1, probe: 1, sigma: 0, seed: 3 };
  const grainAt = async (start: readonly number[]) => {
    const fitter = await fitterAt(start);
    return isGrain(fitter.problem, await fitter.base(scale), await redrawn(fitter, scale), 2);
  };

  test("is shut where the pictures match, however grainy", async () => {
    expect(await grainAt(goal)).toBe(true);
  });

  test("is open where a thing is off by less than the grain of a sharp picture", async () => {
    const off = [goal[0]! + 0.012, ...goal.slice(1)];
    const fitter = await fitterAt(off);
    const look = await fitter.base(scale);
    const features = fitter.problem.features(look, 0).length;
    expect(fitter.problem.loss(look)).toBeLessThan((2 * (await fitter.noise(scale, look))) / features);
    expect(await grainAt(off)).toBe(false);
  });
});
