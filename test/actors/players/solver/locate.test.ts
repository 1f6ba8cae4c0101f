import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Fitter } from "../../../../actors/players/solver/fitter.ts";
import type { Trace } from "../../../../actors/players/solver/knobs.ts";
import { locate } from "../../../../actors/players/solver/locate.ts";
import { project, towards } from "../../../../actors/players/solver/projection.ts";
import type { Masks, Point3 } from "../../../../actors/players/solver/sweeper.ts";
import { isHidden, thingsOf } from "../../../../actors/players/solver/things.ts";
import { blobFitter } from "./blobs.ts";

const goal = [0.25, 0.3, 0.7, 0.75, 0.7, 1, 0];

const fitterAt = (start: readonly number[]) => blobFitter(start, goal);

const values = (fitter: Fitter) => fitter.point.map((u, k) => fitter.problem.value(k, u));

describe("hide and locate", () => {
  test("finds two things that stand where they do not overlap their places", async () => {
    const fitter = await fitterAt([0.75, 0.2, 0.7, 0.25, 0.8, 1, 0]);
    await locate(fitter, { passes: 3 });
    const found = values(fitter);
    for (const k of [0, 1, 3, 4]) expect(Math.abs(found[k]! - goal[k]!)).toBeLessThan(0.04);
    expect([found[2], found[5], found[6]]).toEqual([0.7, 1, 0]);
  });

  test("moves nothing where the pictures match", async () => {
    const fitter = await fitterAt(goal);
    expect(await locate(fitter, { passes: 3 })).toEqual([]);
    expect(fitter.moved()).toEqual([]);
  });

  test("finds a thing though all the light is wrong", async () => {
    const fitter = await fitterAt([0.7, 0.25, 0.7, 0.75, 0.7, 0.7, 0]);
    await locate(fitter, { passes: 2 });
    const found = values(fitter);
    expect(Math.hypot(found[0]! - goal[0]!, found[1]! - goal[1]!)).toBeLessThan(0.06);
  });
});

describe("things", () => {
  const scene: Trace["scene"] = {
    sizes: {},
    median: 1,
    cameras: ["Camera1"],
    lamps: [],
    parents: {},
    camera: "Camera1",
  };
  const trace = (in_place: Trace["in_place"]): Trace => ({
    ok: true,
    runs: 1,
    lean: false,
    fragile: [],
    dead: [],
    held: [],
    in_place,
    touches: {},
    scene,
  });

  test("are objects that a knob of place moves together; cameras are none, and what is only turned alike stays apart", () => {
    const things = thingsOf(
      trace({
        "0": [
          ["objects", "cup", "location", 0, 1],
          ["objects", "coffee", "location", 0, 1],
        ],
        "1": [["objects", "coffee", "location", 2, 1]],
        "2": [
          ["objects", "post", "rotation_euler", 2, 0.5],
          ["objects", "pole", "rotation_euler", 2, 0.5],
        ],
        "3": [["objects", "post", "location", 0, 2]],
        "4": [
          ["objects", "post", "scale", 0, 1],
          ["objects", "post", "scale", 1, 1],
        ],
        "5": [["objects", "Camera1", "location", 0, 1]],
        "6": [["lights", "lamp", "energy", -1, 1]],
        "7": [
          ["objects", "cup", "location", 1, 1],
          ["objects", "coffee", "location", 1, 1],
        ],
        "8": [
          ["objects", "cup", "location", 2, 1],
          ["objects", "post", "location", 2, 1],
        ],
      }),
    );
    expect(things.map(({ objects }) => objects)).toEqual([["cup", "coffee"], ["post"], ["pole"]]);
    expect(things[0]).toMatchObject({
      axes: [
        { knob: 0, axis: 0 },
        { knob: 7, axis: 1 },
      ],
      turns: [],
      sizes: [],
    });
    expect(things[1]).toMatchObject({ axes: [{ knob: 3, axis: 0, slope: 2 }], sizes: [4] });
  });

  const seen = (now: number, alone: number): Masks => ({
    views: [{ width: 8, height: 8, matrix: [], ids: new Uint8Array(64), things: [{ seen: now, alone }] }],
    boxes: [null],
  });

  test.each([
    ["sunk into the table", seen(20, 21), seen(4, 20), false, true],
    ["moved out of the picture", seen(20, 21), seen(0, 0), false, true],
    ["shrunk to nothing", seen(20, 21), seen(1, 1), true, true],
    ["moved away until it is a speck", seen(40, 40), seen(5, 5), false, true],
    ["moved to where it is in front", seen(20, 21), seen(18, 18), false, false],
    ["made smaller", seen(40, 40), seen(5, 5), true, false],
    ["brought out from behind another", seen(3, 20), seen(8, 20), false, false],
  ])("a thing that is %s", (_, before, after, shrinks, hidden) => {
    expect(isHidden(before, after, 0, shrinks)).toBe(hidden);
  });
});

test("the move towards a spot of the picture is the one that was made", () => {
  // A camera at (0, -5, 2) that looks along y, 53 degrees wide.
  const matrix = [2, 0, 0, 0, 0, 0, 2, -4, 0, 1, 0, 4.8, 0, 1, 0, 5];
  const metre = fc.double({ min: -1.5, max: 1.5, noNaN: true });
  fc.assert(
    fc.property(metre, metre, (dx, dy) => {
      const from: Point3 = [0.2, 0.5, 0.3];
      const spot = project({ matrix }, [from[0] + dx, from[1] + dy, from[2]])!;
      const moves = towards([{ axis: 0 }, { axis: 1 }], from, { matrix }, { x: spot.x, y: spot.y })!;
      expect(moves[0]).toBeCloseTo(dx, 2);
      expect(moves[1]).toBeCloseTo(dy, 2);
    }),
  );
});
