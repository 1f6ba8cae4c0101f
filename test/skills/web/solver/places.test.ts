import { expect, test } from "vitest";
import type { Box, Measured } from "../../../../skills/web/solver/live-page.ts";
import { cut, differing } from "../../../../skills/web/solver/part.ts";
import { places } from "../../../../skills/web/solver/places.ts";
import { height, paper, width, write } from "./written.ts";

test("texts are found where the target shows them, and one that it lacks nowhere", () => {
  const [now, target] = [paper(), paper()];
  const boxes: Box[] = [
    [10, 10, 40, 10],
    [10, 30, 40, 10],
    [10, 50, 40, 10],
  ];
  for (const [word, [left, top]] of boxes.entries()) write(now, word + 1, left, top);
  write(target, 1, 10, 10);
  write(target, 2, 37, 62);
  const measured: Measured = { height, boxes, kinds: [0, 0, 0], owners: [0, 1, 2], moved: [] };
  const found = places(now, target, measured).found.map(({ item, dx, dy }) => ({ item, dx: Math.round(dx) + 0, dy }));
  expect(found).toEqual([
    { item: 0, dx: 0, dy: 0 },
    { item: 1, dx: 27, dy: 32 },
  ]);
});

test("pictures differ within a part, with room around it; where one is higher, down to the end", () => {
  const [a, b] = [paper(), paper()];
  expect(differing(a, b)).toBeNull();
  write(b, 1, 60, 50);
  const part = differing(a, b)!;
  expect(part.left).toBeLessThanOrEqual(60);
  expect(part.right).toBeGreaterThanOrEqual(100);
  expect(part.top).toBeLessThanOrEqual(50);
  expect(part.bottom).toBeGreaterThanOrEqual(60);
  const piece = cut(b, { left: 60, top: 50, right: 100, bottom: 60 });
  expect([piece.width, piece.height]).toEqual([40, 10]);
  expect(piece.data.subarray(0, 120)).toEqual(b.data.subarray((50 * width + 60) * 3, (50 * width + 100) * 3));
  expect(differing(a, paper(140))?.bottom).toBeNull();
});
