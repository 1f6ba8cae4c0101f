import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clusteredInterval, drawsOf, signFlip } from "../../../evaluators/aggregate/resample.ts";

const numbers = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 10 });

describe("intervals by whole tasks", () => {
  it("hold the mean's neighbourhood, and are the same for the same seed", () => {
    fc.assert(
      fc.property(numbers, fc.integer(), (values, seed) => {
        const given = values.map((value, index) => ({ task: String(index), value }));
        const found = clusteredInterval(given, seed)!;
        expect(found.low).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
        expect(found.high).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
        expect(found.low).toBeLessThanOrEqual(found.high);
        expect(clusteredInterval(given, seed)).toEqual(found);
      }),
      { numRuns: 20 },
    );
  });

  it("are about 1.96 standard errors wide for many tasks, and as wide where each task was run four times alike", () => {
    const draw = drawsOf(3);
    const once = Array.from({ length: 200 }, (_, index) => ({ task: String(index), value: draw() }));
    const found = clusteredInterval(once, 1)!;
    const error = Math.sqrt(1 / 12 / 200);
    expect((found.high - found.low) / 2 / error).toBeGreaterThan(1.7);
    expect((found.high - found.low) / 2 / error).toBeLessThan(2.2);
    const repeated = clusteredInterval([...once, ...once, ...once, ...once], 1)!;
    expect(repeated.high - repeated.low).toBeCloseTo(found.high - found.low, 9);
  });

  it("are none without a value, and the mean alone for one task", () => {
    expect(clusteredInterval([], 1)).toBeNull();
    expect(clusteredInterval([{ task: "a", value: 2 }], 1)).toEqual({ mean: 2, low: 2, high: 2 });
  });
});

describe("the sign-flip test", () => {
  it("counts every assignment of signs for few tasks", () => {
    expect(signFlip([1, 1, 1, 1, 1], 0)).toBe(2 / 32);
    expect(signFlip([1, -1], 0)).toBe(1);
    expect(signFlip([0, 0, 0], 0)).toBe(1);
    expect(signFlip([], 0)).toBeNull();
    // Three of ranks 1, 2, 3: |sum| >= 2 for 6 of 8 assignments of (1, 2, -1).
    expect(signFlip([1, 2, -1], 0)).toBe(6 / 8);
  });

  it("draws them for many tasks: small for a shift, large without one", () => {
    const draw = drawsOf(11);
    const noise = Array.from({ length: 40 }, () => draw() - 0.5);
    expect(
      signFlip(
        noise.map((value) => value + 1),
        5,
      ),
    ).toBeLessThan(0.001);
    expect(signFlip([...noise, ...noise.map((value) => -value)], 5)).toBeGreaterThan(0.9);
  });
});
