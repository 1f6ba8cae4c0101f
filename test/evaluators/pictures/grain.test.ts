import { describe, expect, it } from "vitest";
import { blocksOf } from "../../../evaluators/pictures/blocks.ts";
import { grainOf } from "../../../evaluators/pictures/grain.ts";
import { differences } from "../../../evaluators/pictures/regions.ts";
import { painted } from "../pictures.ts";

/** A number 0..1 that neighbouring places do not share. */
const scatter = (x: number, y: number, seed: number) => {
  const sine = Math.sin(x * 127.1 + y * 311.7 + seed * 74.7) * 43758.5453;
  return sine - Math.floor(sine);
};
/** A wall whose right half scatters, drawn with a seed; `extra` is added to its colour. */
const wall = (seed: number, extra: (x: number, y: number) => number = () => 0) =>
  painted(128, 128, (x, y) => {
    const value = 120 + (x < 64 ? 0 : 50 * (scatter(x, y, seed) - 0.5)) + extra(x, y);
    return [value, value, value];
  });
const grainIn = (render: ReturnType<typeof wall>, goal: ReturnType<typeof wall>, ignored: Uint8Array | null = null) => {
  const blocks = blocksOf(render, goal, ignored);
  return grainOf(render, goal, blocks, [...Array(blocks.columns * blocks.rows).keys()], ignored);
};

describe("grain", () => {
  it("is all that two drawings of one scene differ by", () => {
    expect(grainIn(wall(1), wall(2))).toBeGreaterThan(0.9);
    for (const { grain } of differences(wall(1), wall(2)).blobs) expect(grain).toBeGreaterThan(0.8);
  });

  it("is little of a thing that is elsewhere, of another colour, or a thin line", () => {
    const square = (x: number, y: number) => (x > 20 && x < 44 && y > 30 && y < 60 ? 40 : 0);
    const line = (x: number) => (x === 30 ? 90 : 0);
    expect(grainIn(wall(1, square), wall(1))).toBeLessThan(0.1);
    expect(grainIn(wall(1, line), wall(1))).toBeLessThan(0.1);
    expect(grainIn(wall(1, square), wall(2))).toBeLessThan(0.8);
  });

  it("leaves out what is ignored, and is none where nothing differs", () => {
    const square = (x: number, y: number) => (x > 20 && x < 44 && y > 30 && y < 60 ? 40 : 0);
    const ignored = Uint8Array.from({ length: 128 * 128 }, (_, at) => (at % 128 < 64 ? 1 : 0));
    expect(grainIn(wall(1, square), wall(2), ignored)).toBeGreaterThan(0.9);
    expect(grainIn(wall(1), wall(1))).toBe(0);
  });
});
