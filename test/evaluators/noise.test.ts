import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { noiseBetween } from "../../evaluators/noise.ts";
import type { Picture } from "../../evaluators/pictures/picture.ts";
import { photometricLoss } from "../../evaluators/pictures/pl.ts";
import { noiseAt, noiseWith } from "../../machines/domain/index.ts";
import { randomOf } from "../chaos/plan.ts";

const [width, height] = [48, 40];
type Levels = (x: number, y: number) => number;

function paint(level: Levels): Picture {
  const rgb = new Uint8Array(width * height * 3);
  for (let at = 0; at < rgb.length; at++) {
    const pixel = Math.floor(at / 3);
    rgb[at] = Math.round(Math.min(255, Math.max(0, level(pixel % width, Math.floor(pixel / width)))));
  }
  return { width, height, rgb, alpha: null };
}

/** The same scene again, with other noise: a normal deviate of `sigma` levels for each pixel. */
function drawn(level: Levels, sigma: number, random: () => number): Picture {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return paint((x, y) => level(x, y) + sigma * normal());
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]) => {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
};
const within = (value: number, of: number, factor: number) => {
  expect(value).toBeGreaterThan(of / factor);
  expect(value).toBeLessThan(of * factor);
};

const goal: Levels = (x, y) => 100 + x + 0.5 * y;
const target = paint(goal);
/** A scene off by `offset` levels, more on its right half: noise counts most where a picture is wrong. */
const scene =
  (offset: number): Levels =>
  (x, y) =>
    goal(x, y) + (x > width / 2 ? offset : offset / 4);

const draws = (offset: number, sigma: number, seed: number, count: number) => {
  const random = randomOf(seed);
  return Array.from({ length: count }, () => drawn(scene(offset), sigma, random));
};

describe("the noise between two drawings of one scene", () => {
  test("has the spread that many drawings show, within a factor of 2, whatever the scene is off by", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 2, max: 25 }),
        fc.nat(1e6),
        (offset, sigma, seed) => {
          const pictures = draws(offset, sigma, seed, 40);
          const spread = deviation(pictures.map((picture) => photometricLoss(picture, target)));
          const pairs = Array.from({ length: 20 }, (_, k) => ({
            first: pictures[2 * k]!,
            again: pictures[2 * k + 1]!,
            target,
          }));
          const found = pairs.map((pair) => noiseBetween([pair]));
          within(mean(found.map((noise) => noise.spread)), spread, 2);
          // Even one pair is no matter of luck.
          for (const { spread: one } of found) within(one, spread, 3);
          within(mean(found.map((noise) => noise.floor)), (sigma / 255) ** 2, 1.2);
        },
      ),
      { numRuns: 12 },
    );
  });

  test("of a mean over two views is smaller by the root of two", () => {
    const [first, again] = draws(30, 10, 7, 2) as [Picture, Picture];
    const one = noiseBetween([{ first, again, target }]);
    const two = noiseBetween([1, 2].map(() => ({ first, again, target })));
    expect(two.spread).toBeCloseTo(one.spread / Math.SQRT2, 9);
    expect(two.floor).toBeCloseTo(one.floor, 9);
  });

  test("is none where drawing is exact", () => {
    const picture = paint(scene(20));
    const none = noiseBetween([{ first: picture, again: picture, target }]);
    expect(none).toMatchObject({ spread: 0, floor: 0 });
    expect(noiseAt(none, 0.3)).toEqual({ noise: 0, floor: 0 });
  });

  test("says what to expect of another program's loss, and of more samples", () => {
    const [first, again] = draws(50, 12, 3, 2) as [Picture, Picture];
    const known = noiseBetween([{ first, again, target }]);
    for (const offset of [0, 5, 20]) {
      const losses = draws(offset, 12, 11 + offset, 60).map((picture) => photometricLoss(picture, target));
      within(noiseAt(known, mean(losses)).noise, deviation(losses), 2);
    }
    // Four times the samples: half the deviation of a pixel.
    const losses = draws(50, 6, 23, 60).map((picture) => photometricLoss(picture, target));
    const careful = noiseWith(known, 4);
    within(careful.spread, deviation(losses), 2);
    within(careful.floor, (6 / 255) ** 2, 1.2);
  });
});
