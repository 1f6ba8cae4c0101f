import fc from "fast-check";
import { expect, test } from "vitest";
import { parted } from "../../../../skills/web/solver/breaks.ts";
import type { Box } from "../../../../skills/web/solver/live-page.ts";

/** Pieces of lines, three a row. */
const boxes = Array.from({ length: 12 }, (_, n): Box => [10 + 60 * (n % 3), 20 * Math.floor(n / 3), 55, 14]);
const everywhere = (dx: number, dy: number) => boxes.map((_, item) => ({ item, dx, dy, weight: 1, fit: 1 }));
const moved = (by: (box: Box, n: number) => Box) => new Map(boxes.map((box, n) => [n, by(box, n)]));

test("texts that move together part nowhere, wherever they go", () => {
  const far = fc.integer({ min: -400, max: 400 });
  fc.assert(
    fc.property(far, far, far, far, (dx, dy, x, y) => {
      const to = moved(([left, top, width, height]) => [left + x, top + y, width, height]);
      expect(parted(everywhere(dx, dy), boxes, to)).toBe(0);
    }),
  );
});

test("a gap parts two, a width parts two in every line, and a text that is broken stands nowhere", () => {
  const gap = moved(([left, top, width, height], n) => [left, n < 6 ? top : top + 30, width, height]);
  expect(parted(everywhere(0, 0), boxes, gap)).toBe(1);
  const narrow = moved((_, n) => [10 + 60 * (n % 2), 20 * Math.floor(n / 2), 55, 14]);
  expect(parted(everywhere(0, 0), boxes, narrow)).toBeGreaterThan(5);
  const broken = moved(([left, top, width, height], n) => (n === 4 ? [left, top, width / 2, 2 * height] : boxes[n]!));
  expect(parted(everywhere(0, 0), boxes, broken)).toBe(1);
});
