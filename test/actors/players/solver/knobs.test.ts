import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Knob, literal, patch, skeleton } from "../../../../actors/players/solver/knobs.ts";

const knobAt = (source: string, text: string, over: Partial<Knob> = {}): Knob => {
  const start = Buffer.from(source.slice(0, source.indexOf(text))).length;
  return {
    id: 0,
    line: source.slice(0, source.indexOf(text)).split("\n").length,
    start,
    end: start + Buffer.from(text).length,
    value: Number(text),
    label: "x",
    kind: "scalar",
    degrees: false,
    isInt: false,
    group: null,
    component: 0,
    wrap: false,
    inFunction: false,
    ...over,
  };
};

describe("editing a program's numbers", () => {
  test("spans are bytes, so letters beyond ASCII before a number do not shift it", () => {
    const source = 'name = "tëst – ü"; size = 1.5\n';
    expect(patch(source, [knobAt(source, "1.5")], [2.25])).toBe('name = "tëst – ü"; size = 2.25\n');
  });

  test("a number that keeps its value keeps its spelling", () => {
    const source = "a = 1.50\nb = 2e-1\n";
    const knobs = [knobAt(source, "1.50"), knobAt(source, "2e-1", { value: 0.2 })];
    expect(patch(source, knobs, [1.5, 0.3])).toBe("a = 1.50\nb = 0.3\n");
  });

  test("a number inside arithmetic that turns negative gets parentheses", () => {
    const source = "a = b - 0.5\n";
    expect(patch(source, [knobAt(source, "0.5", { wrap: true })], [-0.25])).toBe("a = b - (-0.25)\n");
  });

  test("literals are plain decimals that read back to five digits", () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = literal(value, false);
        expect(text).toMatch(/^-?\d+\.\d+$/);
        expect(Math.abs(Number(text) - value)).toBeLessThanOrEqual(Math.max(5e-5 * Math.abs(value), 1e-9));
      }),
    );
  });

  test("programs that differ in knob values only have one skeleton, others do not", () => {
    const source = "a = 1.5\nb = a - 2.5\n";
    const knobs = [knobAt(source, "1.5"), knobAt(source, "2.5", { wrap: true })];
    const edited = patch(source, knobs, [-3, -4]);
    const again = [knobAt(edited, "-3.0"), knobAt(edited, "-4.0", { wrap: true })];
    expect(skeleton(edited, again)).toBe(skeleton(source, knobs));
    expect(skeleton(`${source}c = 1\n`, knobs)).not.toBe(skeleton(source, knobs));
  });
});
