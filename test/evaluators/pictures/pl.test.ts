import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPicture } from "../../../evaluators/pictures/picture.ts";
import { alignedGoal, photometricLoss } from "../../../evaluators/pictures/pl.ts";
import { casesFolder, measureFixtures, missingCase } from "../cases.ts";
import { pictures, sameSizePictures } from "../pictures.ts";

interface Golden {
  pairs: { proposal: string; goal: string; pl: number; ssim: number }[];
}

describe("photometric loss", () => {
  const golden = JSON.parse(readFileSync(`${measureFixtures}golden.json`, "utf8")) as Golden;

  it.each(golden.pairs)("of $proposal against $goal is the reference value", async ({ proposal, goal, pl }) => {
    const [a, b] = [await readPicture(measureFixtures + proposal), await readPicture(measureFixtures + goal)];
    expect(photometricLoss(a, b)).toBeCloseTo(pl, 12);
  });

  it("agrees with BlenderGym's own evaluator on real renders, resized goals byte for byte", async (ctx) => {
    const file = "blendergym/golden_photometric_loss.json";
    const missing = missingCase(file);
    if (missing !== null) return ctx.skip(missing);
    const { pairs } = JSON.parse(readFileSync(casesFolder + file, "utf8")) as {
      pairs: { proposal: string; goal: string; pl: number; resized_goal_sha1_rgb: string }[];
    };
    expect(pairs.length).toBeGreaterThan(5);
    for (const { proposal, goal, pl, resized_goal_sha1_rgb } of pairs) {
      const [a, b] = [await readPicture(casesFolder + proposal), await readPicture(casesFolder + goal)];
      expect(createHash("sha1").update(alignedGoal(a, b).rgb).digest("hex")).toBe(resized_goal_sha1_rgb);
      // The original sums in single precision.
      expect(Math.abs(photometricLoss(a, b) - pl)).toBeLessThan(1e-7);
    }
  });

  it("scales a goal of the same shape evenly, and squeezes one of another", () => {
    /** White but for a black disc of `radius` in the middle. */
    const disc = (width: number, height: number, radius: number) => {
      const inside = (i: number) =>
        Math.hypot((i % width) + 0.5 - width / 2, Math.floor(i / width) + 0.5 - height / 2) < radius;
      const rgb = Uint8Array.from({ length: 3 * width * height }, (_, i) => (inside(Math.floor(i / 3)) ? 0 : 255));
      return { width, height, rgb, alpha: null };
    };
    const dark = (picture: ReturnType<typeof alignedGoal>) => {
      const at = Array.from({ length: picture.width * picture.height }, (_, i) => i).filter(
        (i) => picture.rgb[3 * i]! < 128,
      );
      const span = (list: number[]) => Math.max(...list) - Math.min(...list) + 1;
      return [span(at.map((i) => i % picture.width)), span(at.map((i) => Math.floor(i / picture.width)))];
    };
    const proposal = disc(60, 40, 12);
    expect(dark(alignedGoal(proposal, disc(360, 240, 72)))).toEqual([24, 24]);
    expect(photometricLoss(proposal, disc(360, 240, 72))).toBeLessThan(0.003);
    expect(dark(alignedGoal(proposal, disc(240, 240, 72)))).toEqual([36, 24]);
  });

  it("is 1 between black and white and 0 between equal pictures", () => {
    const flat = (value: number) => ({ width: 5, height: 3, rgb: new Uint8Array(45).fill(value), alpha: null });
    expect(photometricLoss(flat(0), flat(255))).toBe(1);
    expect(photometricLoss(flat(77), flat(77))).toBe(0);
  });

  it("is 0 against itself, and between 0 and 1 for any two pictures of any size", () => {
    fc.assert(
      fc.property(pictures(), pictures(), (a, b) => {
        expect(photometricLoss(a, a)).toBe(0);
        const pl = photometricLoss(a, b);
        expect(pl).toBeGreaterThanOrEqual(0);
        expect(pl).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("does not depend on which of two pictures of one size is the goal", () => {
    fc.assert(
      fc.property(sameSizePictures(), ([a, b]) => {
        expect(photometricLoss(a, b)).toBe(photometricLoss(b, a));
      }),
    );
  });

  it("ignores alpha", () => {
    fc.assert(
      fc.property(sameSizePictures(), ([a, b]) => {
        const veiled = { ...a, alpha: new Uint8Array(a.width * a.height).fill(9) };
        expect(photometricLoss(veiled, b)).toBe(photometricLoss(a, b));
      }),
    );
  });
});
