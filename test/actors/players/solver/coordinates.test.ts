import { describe, expect, test } from "vitest";
import { coordinates, fromUnits, toUnits } from "../../../../actors/players/solver/coordinates.ts";
import type { Knob, Trace } from "../../../../actors/players/solver/knobs.ts";

const angle = (value: number, degrees = false): Knob => ({
  id: 0,
  line: 1,
  start: 0,
  end: 1,
  value,
  label: "book.turn",
  kind: "angle",
  degrees,
  isInt: false,
  group: null,
  component: 0,
  wrap: false,
  inFunction: false,
});

const traced = (slope: number | null): Trace => ({
  ok: true,
  runs: 3,
  lean: false,
  fragile: [],
  dead: [],
  held: [],
  in_place: slope === null ? {} : { 0: [["objects", "Book", "rotation_euler", 2, slope]] },
  touches: slope === null ? {} : { 0: ["objects/Book/rotation_euler[2]"] },
  scene: { sizes: { Book: 0.5 }, median: 0.5, cameras: ["Camera1"], lamps: [], parents: {}, camera: "Camera1" },
});

const perDegree = Math.PI / 180;

describe("the unit of an angle", () => {
  test.each([
    ["a number that a function makes radians of", angle(11.7), traced(perDegree), 3],
    ["a number that is mirrored on the way", angle(11.7), traced(-perDegree), 3],
    ["a number inside radians()", angle(30, true), traced(perDegree), 3],
    ["a number in radians", angle(0.5), traced(1), 3 * perDegree],
    ["a number in radians that only a rerun sets", angle(0.5), traced(null), 3 * perDegree],
    ["degrees that only a rerun sets, known by their size", angle(-8), traced(null), 3],
  ])("is three degrees for %s", (_, knob, trace, unit) => {
    const [c] = coordinates([knob], trace);
    expect(c!.unit).toBeCloseTo(unit, 9);
    expect(fromUnits(c!, toUnits(c!, knob.value) + 1)).toBeCloseTo(knob.value + unit, 9);
  });
});
