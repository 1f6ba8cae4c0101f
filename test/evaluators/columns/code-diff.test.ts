import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeDifference } from "../../../evaluators/columns/code-diff.ts";

describe("code diff", () => {
  it("is the part of the lines that are not the other program's, whatever stands in them", () => {
    expect(codeDifference("a = 1\nb = 2\n", "a = 1\n\nb = 2  \n")).toBe(0);
    expect(codeDifference("a = 1\nb = 2\nc = 3\nd = 4", "a = 1\nb = 9\nc = 3\nd = 4")).toBeCloseTo(0.25, 12);
    expect(codeDifference("a", "b")).toBe(1);
  });

  it("is 0 against itself, and between 0 and 1 for any two texts", () => {
    const lines = fc.array(fc.constantFrom("x", "y", "z = 1", ""), { maxLength: 30 }).map((all) => all.join("\n"));
    fc.assert(
      fc.property(lines, lines, (one, other) => {
        expect(codeDifference(one, one)).toBe(0);
        expect(codeDifference(one, other)).toBeGreaterThanOrEqual(0);
        expect(codeDifference(one, other)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
