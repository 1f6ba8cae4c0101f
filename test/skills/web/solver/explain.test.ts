import { expect, test } from "vitest";
import { type Distance, type Effect, explain, substitutes } from "../../../../skills/web/solver/explain.ts";

/** Lines of a page, each below the one before; numbers 0 and 1 stretch each line in different parts, 2 shifts some of them. */
const lines = Array.from({ length: 30 }, (_, n) => n);
const effects = new Map<number, Effect>([
  [0, Float64Array.from(lines, (n) => 10 * n)],
  [1, Float64Array.from(lines, (n) => 3 * n + 20)],
  [2, Float64Array.from(lines, (n) => (n > 15 ? 40 : 0))],
  [3, Float64Array.from(lines, (n) => 20 * n)],
]);

function distances(factors: ReadonlyMap<number, number>): Distance[] {
  return lines.map((n) => {
    const pixels = [...factors].reduce((sum, [one, factor]) => sum + effects.get(one)![n]! * (factor - 1), 0);
    return { pixels: Math.round(pixels), weight: 1, exact: 0.5 };
  });
}

test("two numbers that are wrong for one another are found together", () => {
  const found = explain(
    distances(
      new Map([
        [1, 0.6],
        [2, 1.5],
      ]),
    ),
    effects,
  );
  const best = found.reduce((a, b) => (b.left < a.left ? b : a));
  expect([...best.factors.keys()].sort()).toEqual([1, 2]);
  expect(best.factors.get(1)).toBeCloseTo(0.6, 1);
  expect(best.factors.get(2)).toBeCloseTo(1.5, 1);
  expect(best.left).toBeLessThan(1);
});

test("a text that was mistaken for another does not lead astray", () => {
  const asked = distances(new Map([[1, 0.6]]));
  asked[4] = { ...asked[4]!, pixels: 900 };
  const [first] = explain(asked, effects);
  expect([...first!.factors.keys()]).toEqual([1]);
  expect(first!.factors.get(1)).toBeCloseTo(0.6, 1);
});

test("nothing is explained where everything stands in its place", () => {
  expect(explain(distances(new Map()), effects)).toEqual([]);
});

test("a number that moves the same stands for another, by how much it moves", () => {
  const [first] = substitutes(0, effects);
  expect(first).toMatchObject({ literal: 3, change: 0.5 });
  expect(substitutes(2, effects)).toEqual([]);
});
