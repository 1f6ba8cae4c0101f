import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPicture } from "../../../evaluators/pictures/picture.ts";
import { type Resampling, resize } from "../../../evaluators/pictures/resize.ts";
import { casesFolder, measureFixtures, missingCase } from "../cases.ts";
import { pictures } from "../pictures.ts";

interface Case {
  src: string;
  size: [number, number];
  resample: Resampling;
  sha1_rgb: string;
}

const sides = fc.integer({ min: 1, max: 40 });
const kinds = fc.constantFrom<Resampling>("bicubic", "lanczos");

describe("resize", () => {
  const { resizes } = JSON.parse(readFileSync(`${measureFixtures}golden.json`, "utf8")) as { resizes: Case[] };

  it.each(resizes)("of $src to $size by $resample gives Pillow's bytes", async ({ src, size, resample, sha1_rgb }) => {
    const out = resize(await readPicture(measureFixtures + src), size[0], size[1], resample);
    expect([out.width, out.height]).toEqual(size);
    expect(createHash("sha1").update(out.rgb).digest("hex")).toBe(sha1_rgb);
  });

  it("gives the stored 224x224 copy of a real page screenshot", async () => {
    const out = resize(await readPicture(`${measureFixtures}page_2.png`), 224, 224);
    const stored = await readPicture(`${measureFixtures}page_2_224x224_bicubic.png`);
    expect(Buffer.compare(out.rgb, stored.rgb)).toBe(0);
  });

  it("gives Pillow's bytes for every reference resize of the cases folder", async (ctx) => {
    const index = "design2code/golden/resize_index.json";
    const missing = missingCase(index);
    if (missing !== null) return ctx.skip(missing);
    const cases = JSON.parse(readFileSync(casesFolder + index, "utf8")) as (Omit<Case, "sha1_rgb"> & { out: string })[];
    expect(cases.length).toBeGreaterThan(3);
    for (const { src, out, size, resample } of cases) {
      const made = resize(await readPicture(casesFolder + src), size[0], size[1], resample);
      const stored = await readPicture(casesFolder + out);
      expect(Buffer.compare(made.rgb, stored.rgb), out).toBe(0);
    }
  });

  it("to the same size is the picture itself", () => {
    fc.assert(
      fc.property(pictures(), kinds, (picture, kind) => {
        expect(resize(picture, picture.width, picture.height, kind)).toBe(picture);
      }),
    );
  });

  it("keeps a flat colour flat at any size", () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(sides, sides, sides, sides, fc.tuple(byte, byte, byte), kinds, (w, h, tw, th, colour, kind) => {
        const rgb = Uint8Array.from({ length: w * h * 3 }, (_, i) => colour[i % 3]!);
        const out = resize({ width: w, height: h, rgb, alpha: null }, tw, th, kind);
        expect(out.rgb.length).toBe(tw * th * 3);
        expect(out.rgb.every((v, i) => v === colour[i % 3])).toBe(true);
      }),
    );
  });

  it("commutes with turning the picture over left to right", () => {
    const flip = (p: { width: number; height: number; rgb: Uint8Array }) => {
      const rgb = new Uint8Array(p.rgb.length);
      for (let i = 0; i < p.width * p.height; i++) {
        const x = i % p.width;
        const from = (i - x + (p.width - 1 - x)) * 3;
        rgb.set(p.rgb.subarray(from, from + 3), i * 3);
      }
      return { width: p.width, height: p.height, rgb, alpha: null };
    };
    fc.assert(
      fc.property(pictures(), sides, sides, (picture, w, h) => {
        const one = flip(resize(picture, w, h));
        const other = resize(flip(picture), w, h);
        // Weights are normalised in floating point from one side, so a rounding step may differ.
        const worst = one.rgb.reduce((most, v, i) => Math.max(most, Math.abs(v - other.rgb[i]!)), 0);
        expect(worst).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("refuses a size that is no size", () => {
    const picture = { width: 2, height: 2, rgb: new Uint8Array(12), alpha: null };
    expect(() => resize(picture, 0, 5)).toThrow(RangeError);
    expect(() => resize(picture, 1.5, 5)).toThrow(RangeError);
  });
});
