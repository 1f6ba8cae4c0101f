import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assign } from "../../../evaluators/matching/assignment.ts";
import { rememberedRatio, textRatio } from "../../../evaluators/matching/ratio.ts";
import { casesFolder, missingCase } from "../cases.ts";
import { fixture } from "../pages/golden.ts";

describe("likeness of texts", () => {
  const every = "design2code/golden/difflib_ratio_cases.json";

  it("is difflib's ratio", () => {
    const more = missingCase(every) === null ? JSON.parse(readFileSync(casesFolder + every, "utf8")) : [];
    const remembered = rememberedRatio();
    for (const [a, b, ratio] of [...fixture.ratios, ...(more as typeof fixture.ratios)]) {
      expect(textRatio(a, b), `${a} | ${b}`).toBeCloseTo(ratio, 12);
      expect(remembered(a, b)).toBe(textRatio(a, b));
    }
  });

  it("counts code points, so that a picture sign is one character", () => {
    expect(textRatio("a😀", "a😃")).toBe(0.5);
  });

  it("is 1 for equal texts, and between 0 and 1", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(textRatio(a, a)).toBe(1);
        expect(rememberedRatio()(a, b)).toBe(textRatio(a, b));
        expect(textRatio(a, b)).toBeGreaterThanOrEqual(0);
        expect(textRatio(a, b)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

/** The least sum by trying every assignment of rows to columns. */
function leastSum(cost: readonly number[][], row = 0, used: readonly number[] = []): number {
  if (row === cost.length) return 0;
  const sums = cost[row]!.flatMap((value, j) =>
    used.includes(j) ? [] : [value + leastSum(cost, row + 1, [...used, j])],
  );
  return Math.min(...sums);
}

describe("assignment", () => {
  it("is scipy's, also among equal costs", () => {
    for (const { cost, row, col } of fixture.assignments) {
      expect(assign(cost)).toEqual(row.map((i, index) => [i, col[index]]));
    }
  });

  it("has the least sum, gives every row one column and no column twice", () => {
    const costs = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 2 })).chain(([rows, more]) =>
      fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: rows + more, maxLength: rows + more }), {
        minLength: rows,
        maxLength: rows,
      }),
    );
    fc.assert(
      fc.property(costs, (cost) => {
        const pairs = assign(cost);
        expect(pairs.map(([i]) => i)).toEqual(cost.map((_, i) => i));
        expect(new Set(pairs.map(([, j]) => j)).size).toBe(cost.length);
        expect(pairs.reduce((sum, [i, j]) => sum + cost[i]![j]!, 0)).toBe(leastSum(cost));
        const turned = cost[0]!.map((_, j) => cost.map((row) => row[j]!));
        expect(assign(turned).reduce((sum, [i, j]) => sum + turned[i]![j]!, 0)).toBe(leastSum(cost));
      }),
    );
  });

  it("of nothing is nothing", () => {
    expect(assign([])).toEqual([]);
    expect(assign([[], []])).toEqual([]);
  });
});
