import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDeck } from "../../../evaluators/slides/deck.ts";
import { type SlideScore, scoreSlides } from "../../../evaluators/slides/slide-score.ts";
import { casesFolder, measureFixtures, missingCase } from "../cases.ts";
import { oneSlide, type TextShape } from "./decks.ts";

interface Final {
  match: number;
  text_prev: number;
  color: number;
  position: number;
}

function equalsGolden(score: SlideScore | null, final: Final, pair: string): void {
  expect(score, pair).not.toBeNull();
  const { match, text, colour, position } = score!;
  const wanted = [final.match, final.text_prev, final.color, final.position];
  [match, text, colour, position].forEach((value, index) => {
    expect(100 * value, `${pair}, part ${index}`).toBeCloseTo(wanted[index]!, 6);
  });
}

async function scored(generated: Buffer, page: number, reference: Buffer, referencePage: number) {
  const [one, other] = [await readDeck(generated), await readDeck(reference)];
  return scoreSlides(
    { deck: one, slide: one.slides[page - 1]! },
    { deck: other, slide: other.slides[referencePage - 1]! },
  );
}

const part = fc.integer({ min: 1, max: 400 }).map((n) => n / 100);
const digits = fc.integer({ min: 0, max: 0xffffff }).map((n) => n.toString(16).padStart(6, "0"));
const shapes: fc.Arbitrary<TextShape[]> = fc.array(
  fc.record(
    { text: fc.string({ maxLength: 12 }), box: fc.tuple(part, part, part, part), fill: digits },
    { requiredKeys: ["text", "box"] },
  ),
  { minLength: 1, maxLength: 4 },
);

describe("the parts of a slide's score", () => {
  it("equal the benchmark's own on a deck that travels with the project", async () => {
    const { deck, pairs } = JSON.parse(readFileSync(`${measureFixtures}slides.json`, "utf8"));
    const bytes = readFileSync(measureFixtures + deck);
    for (const { generated, reference, final } of pairs as { generated: number; reference: number; final: Final }[]) {
      equalsGolden(await scored(bytes, generated, bytes, reference), final, `${generated} ${reference}`);
    }
  });

  const golden = "slidebench/golden_page_eval.json";
  const missing = missingCase(golden);
  it(`equal them on every pair of the cases folder${missing === null ? "" : ` (${missing})`}`, async ({ skip }) => {
    if (missing !== null) skip(missing);
    const { pairs } = JSON.parse(readFileSync(casesFolder + golden, "utf8"));
    const decks = new Map<string, ReturnType<typeof readDeck>>();
    const deckAt = (path: string) => {
      const read = decks.get(path) ?? readDeck(readFileSync(`${casesFolder}slidebench/${path}`), path);
      decks.set(path, read);
      return read;
    };
    for (const pair of pairs) {
      const [one, other] = [await deckAt(pair.generated), await deckAt(pair.reference)];
      const score = scoreSlides(
        { deck: one, slide: one.slides[pair.generated_page - 1]! },
        { deck: other, slide: other.slides[pair.reference_page - 1]! },
      );
      // Where neither slide has a shape that counts, the benchmark divides by zero.
      if (pair.final === undefined) expect(score).toBeNull();
      else equalsGolden(score, pair.final, `${pair.generated} ${pair.generated_page} ${pair.reference_page}`);
    }
  });

  it("stay between 0 and 1; a slide against itself has all but its colour, which only plain fills have", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, shapes, async (one, other) => {
        const [a, b] = [await oneSlide(one, "FFFFFF"), await oneSlide(other)];
        const across = await scored(a, 1, b, 1);
        for (const value of [across!.match, across!.text, across!.colour, across!.position]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1 + 1e-12);
        }
        const distinct = one.map((shape, i) => ({
          ...shape,
          text: String.fromCodePoint(0x4e00 + i).repeat(4),
          fill: "204060",
        }));
        const itself = await oneSlide(distinct, "102030");
        const self = await scored(itself, 1, itself, 1);
        for (const value of [self!.match, self!.text, self!.colour, self!.position]) expect(value).toBeCloseTo(1, 9);
      }),
      { numRuns: 30 },
    );
  });
});
