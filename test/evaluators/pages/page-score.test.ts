import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ciede2000, colourLikeness, type Rgb } from "../../../evaluators/matching/ciede2000.ts";
import type { PageBlock } from "../../../evaluators/pages/block.ts";
import { scorePages } from "../../../evaluators/pages/page-score.ts";
import { missingCase } from "../cases.ts";
import { fixture, type GoldenPair, goldenFile, goldenPairs } from "./golden.ts";

const byte = fc.integer({ min: 0, max: 255 });
const part = fc.integer({ min: 1, max: 50 }).map((n) => n / 100);
const blocks: fc.Arbitrary<PageBlock[]> = fc.array(
  fc.record({
    text: fc.string({ minLength: 1, maxLength: 12 }),
    box: fc.tuple(part, part, part, part),
    colour: fc.tuple(byte, byte, byte),
  }),
  { minLength: 1, maxLength: 5 },
);

function equalsGolden(pair: GoldenPair): void {
  const found = scorePages(pair.prediction, pair.reference);
  for (const name of ["block", "text", "position", "colour"] as const) {
    expect(found[name], `${pair.method} ${pair.page}: ${name}`).toBeCloseTo(pair[name], 6);
  }
  if (pair.joined === undefined) return;
  const boxes = found.matched.prediction.map(({ box }) => box);
  expect(boxes, `${pair.method} ${pair.page}: joined`).toHaveLength(pair.joined.length);
  for (const [index, box] of boxes.entries())
    for (const [side, value] of box.entries()) expect(value).toBeCloseTo(pair.joined[index]![side]!, 6);
}

describe("the parts of a page's score", () => {
  it("equal the benchmark's own on blocks that it found", () => {
    for (const pair of fixture.pages) equalsGolden(pair);
  });

  const missing = missingCase(goldenFile);
  it(`equal them on every pair of the cases folder, joined boxes too${missing === null ? "" : ` (${missing})`}`, ({
    skip,
  }) => {
    if (missing !== null) skip(missing);
    for (const pair of [...goldenPairs("A"), ...goldenPairs("B")]) equalsGolden(pair);
  });

  it("are all 1 for a page against itself", () => {
    fc.assert(
      fc.property(blocks, (page) => {
        const unlike = page.map((block, index) => ({ ...block, text: String.fromCodePoint(0x4e00 + index).repeat(4) }));
        const { matched: _, ...parts } = scorePages(unlike, unlike);
        for (const value of Object.values(parts)) expect(value).toBeCloseTo(1, 9);
      }),
    );
  });

  it("stay between 0 and 1, save position, which may fall below", () => {
    fc.assert(
      fc.property(blocks, blocks, (one, other) => {
        const { matched: _, ...parts } = scorePages(one, other);
        for (const [name, value] of Object.entries(parts)) {
          expect(value).toBeLessThanOrEqual(1 + 1e-12);
          expect(value).toBeGreaterThanOrEqual(name === "position" ? -1 : 0);
        }
      }),
    );
  });

  it("are all 0 where a side has no text", () => {
    const page = fixture.pages[0]!.prediction;
    expect(scorePages([], page)).toMatchObject({ block: 0, text: 0, position: 0, colour: 0 });
    expect(scorePages(page, [])).toMatchObject({ block: 0, text: 0, position: 0, colour: 0 });
  });
});

describe("likeness of colours", () => {
  it("is colormath's CIEDE2000", () => {
    for (const { rgb1, rgb2, delta_e } of fixture.colours) expect(ciede2000(rgb1, rgb2)).toBeCloseTo(delta_e, 9);
  });

  it("is symmetric, 1 for equal colours, and between 0 and 1", () => {
    const colour = fc.tuple(byte, byte, byte) as fc.Arbitrary<Rgb>;
    fc.assert(
      fc.property(colour, colour, (one, other) => {
        expect(colourLikeness(one, one)).toBe(1);
        expect(colourLikeness(one, other)).toBeCloseTo(colourLikeness(other, one), 9);
        expect(colourLikeness(one, other)).toBeGreaterThanOrEqual(0);
        expect(colourLikeness(one, other)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
