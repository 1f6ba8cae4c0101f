import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPicture } from "../../../evaluators/pictures/picture.ts";
import { ssim } from "../../../evaluators/pictures/ssim.ts";
import { measureFixtures } from "../cases.ts";
import { pictures, sameSizePictures } from "../pictures.ts";

describe("SSIM", () => {
  const { pairs } = JSON.parse(readFileSync(`${measureFixtures}golden.json`, "utf8")) as {
    pairs: { proposal: string; goal: string; ssim: number }[];
  };

  it.each(pairs)("of $proposal against $goal is scikit-image's value", async ({ proposal, goal, ssim: expected }) => {
    const [a, b] = [await readPicture(measureFixtures + proposal), await readPicture(measureFixtures + goal)];
    expect(ssim(a, b)).toBeCloseTo(expected, 10);
  });

  it("is exactly 1 against itself, also for pictures smaller than its window", () => {
    fc.assert(
      fc.property(pictures(), (a) => {
        expect(ssim(a, a)).toBe(1);
      }),
    );
  });

  it("is symmetric and between -1 and 1", () => {
    fc.assert(
      fc.property(sameSizePictures(), ([a, b]) => {
        const value = ssim(a, b);
        expect(value).toBeCloseTo(ssim(b, a), 12);
        expect(value).toBeGreaterThanOrEqual(-1.0000001);
        expect(value).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("falls as noise is added", () => {
    const clean = new Uint8Array(64 * 64 * 3).map((_, i) => 60 + (Math.floor(i / 3) % 64) * 2);
    const noisy = (amount: number) => clean.map((v, i) => v + (((i * 7919) % 101) / 101 - 0.5) * amount);
    const at = (rgb: Uint8Array) =>
      ssim({ width: 64, height: 64, rgb, alpha: null }, { width: 64, height: 64, rgb: clean, alpha: null });
    expect(at(noisy(10))).toBeGreaterThan(at(noisy(40)));
    expect(at(noisy(40))).toBeGreaterThan(at(noisy(120)));
  });
});
