import { describe, expect, test } from "vitest";
import type { Raster } from "../../../../skills/web/solver/raster.ts";
import { type Apart, type Scanned, scanShapes } from "../../../../skills/web/solver/scan.ts";
import { Shape } from "../../../../skills/web/solver/shape.ts";

const width = 48;

/** A white page with black lines of some widths, each so many rows below the one before. */
function page(height: number, top: number, lines: readonly number[], apart = 5): Raster {
  const data = Buffer.alloc(width * height * 3, 255);
  for (const [n, wide] of lines.entries()) {
    const y = top + n * apart;
    for (let row = y; row < y + 3; row++) data.fill(0, row * width * 3, (row * width + wide) * 3);
  }
  return { width, height, data };
}

describe("the shape of a page", () => {
  const target = page(160, 16, [40, 30, 44, 20]);
  const shape = new Shape(target);

  test("is the target's however far down it stands", () => {
    expect(shape.difference(target)).toBe(0);
    expect(shape.difference(page(220, 64, [40, 30, 44, 20]))).toBeLessThan(1e-4);
  });

  test("differs where lines are as far apart as they should be but break elsewhere", () => {
    expect(shape.difference(page(160, 16, [20, 44, 14, 40]))).toBeGreaterThan(1e-3);
  });

  test("differs where lines are right but too far apart", () => {
    expect(shape.difference(page(220, 16, [40, 30, 44, 20], 11))).toBeGreaterThan(1e-3);
  });

  test("of a page lower than a strip says nothing", () => {
    expect(shape.difference(page(4, 0, []))).toBe(0);
  });
});

describe("scanning for the number that gives a page its shape", () => {
  const is: Apart = { place: 0.04, shape: 4e-4 };
  /** Number 1 is right at a factor of 0.5; number 0 brings the page's height alone. */
  const look = async ({ literal, factor }: Scanned): Promise<Apart> =>
    literal === 1 ? { place: 0.03, shape: 1e-4 + Math.abs(factor - 0.52) * 1e-4 } : { place: 0.004, shape: 5e-4 };

  test("takes the one after which more of it is found, and closes in on its value", async () => {
    const found = await scanShapes([0, 1], is, look);
    expect(found?.literal).toBe(1);
    expect(found?.factor).toBeCloseTo(0.52, 1);
  });

  test("takes none that only moves what follows, or that moves the page away from the target", async () => {
    expect(await scanShapes([0], is, look)).toBeNull();
    expect(await scanShapes([1], { place: 0.02, shape: 1.5e-4 }, look)).toBeNull();
  });

  test("takes one that moves the page away from the target where most of its shape is right then", async () => {
    expect((await scanShapes([1], { ...is, place: 0.025 }, look))?.literal).toBe(1);
  });

  test("ends when the time is up", async () => {
    expect(await scanShapes([0, 1], is, async () => null)).toBeNull();
  });
});
