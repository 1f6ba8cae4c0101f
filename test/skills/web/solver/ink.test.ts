import { describe, expect, test } from "vitest";
import { across, down, greyOf, inkOf, inRow } from "../../../../skills/web/solver/ink.ts";
import type { Raster } from "../../../../skills/web/solver/raster.ts";

const [width, height] = [200, 60];

/** Strokes of a "word" on a paper, which may begin at a part of a pixel. */
function drawn(word: number, left: number, top: number, ink: number, paper: number): Raster {
  const cover = (x: number, y: number): number => {
    const [u, v] = [x - left, y - top];
    if (u < 0 || u >= 60 || v < 0 || v >= 12) return 0;
    return ((Math.floor(u / 2) * 7 + word * 13) ^ (Math.floor(v / 3) * 5 + word * 3)) % 5 < 2 ? 1 : 0;
  };
  const data = Buffer.alloc(width * height * 3);
  for (let p = 0; p < width * height; p++) {
    const [x, y] = [p % width, Math.floor(p / width)];
    const part = [0, 0.25, 0.5, 0.75].reduce((sum, off) => sum + cover(x + off, y), 0) / 4;
    data.fill(Math.round(paper + (ink - paper) * part), 3 * p, 3 * p + 3);
  }
  return { width, height, data };
}

describe("a text", () => {
  const now = greyOf(drawn(3, 10, 10, 20, 255));
  const ink = inkOf(now, [10, 10, 60, 12])!;

  test.each([
    ["where it stands", drawn(3, 90, 30, 20, 255), 80, 20],
    ["in another colour on another paper", drawn(3, 90, 30, 60, 170), 80, 20],
    ["half a pixel to one side", drawn(3, 90.5, 30, 20, 255), 80, 20],
  ])("is found %s", (_, target, dx, dy) => {
    const grey = greyOf(target);
    const found = inRow(ink, grey, dy, across(ink, grey), 0.9)!;
    expect(Math.abs(found.dx - dx)).toBeLessThanOrEqual(1);
  });

  test("is found in no other row, and no other text is taken for it", () => {
    const same = greyOf(drawn(3, 90, 30, 20, 255));
    expect(inRow(ink, same, 5, across(ink, same), 0.9)).toBeNull();
    const other = greyOf(drawn(8, 90, 30, 20, 255));
    const [first, last] = down(ink, other);
    for (let dy = first; dy <= last; dy++) expect(inRow(ink, other, dy, across(ink, other), 0.9)).toBeNull();
  });

  test("that does not stand out of its paper is none", () => {
    expect(inkOf(greyOf(drawn(3, 10, 10, 252, 255)), [10, 10, 60, 12])).toBeNull();
  });
});
