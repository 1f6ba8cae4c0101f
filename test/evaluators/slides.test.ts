import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkSlide, contrastOf } from "../../evaluators/slides/checks.ts";
import { readDeck } from "../../evaluators/slides/deck.ts";
import { slides } from "../../evaluators/slides.ts";
import { measures } from "../../machines/domain/index.ts";
import { deckParts, oneSlide, shapeXml, type TextShape, zipped } from "./slides/decks.ts";
import { drawnState, memoryStore, taskOf } from "./states.ts";

async function checked(shapes: TextShape[], background?: string) {
  const deck = await readDeck(await oneSlide(shapes, background));
  return checkSlide(deck, deck.slides[0]!);
}

const fine: TextShape = { text: "A title", box: [1, 1, 6, 1], points: 28, colour: "202020" };

describe("what is told of a slide without a target", () => {
  it("is nothing where all is well", async () => {
    expect(await checked([fine, { ...fine, text: "More", box: [1, 3, 6, 1] }])).toEqual({
      checks: { overflow: 0, overlap: 0, contrast: 0, leaving: 0 },
      loss: 0,
      differences: [],
    });
  });

  it("names a text that has no room, with the height it needs", async () => {
    const { checks, differences } = await checked([{ ...fine, text: "word ".repeat(100), box: [1, 1, 3, 0.5] }]);
    expect(checks.overflow).toBeGreaterThan(0.5);
    expect(differences[0]!.text).toMatch(/^text 'word word .* needs about \d+\.\d\d in of height and has 0\.40 in$/);
  });

  it("names texts that overlap, and a text that leaves the slide and at which side", async () => {
    const { checks, differences } = await checked([fine, { ...fine, text: "On top", box: [1, 1.1, 12, 1] }]);
    expect(checks.overlap).toBeGreaterThan(0.2);
    expect(checks.leaving).toBeGreaterThan(0.1);
    const said = differences.map(({ text }) => text).join("\n");
    expect(said).toContain("'A title' and 'On top' overlap");
    expect(said).toContain("text 'On top' leaves the slide: 3.00 in at the right");
  });

  it("names a text too faint for what is behind it: its fill, a shape under it, or the slide", async () => {
    const faint = { ...fine, colour: "F0F0F0" };
    expect((await checked([faint])).checks.contrast).toBe(1);
    expect((await checked([faint], "101010")).checks.contrast).toBe(0);
    expect((await checked([{ ...faint, fill: "000080" }])).checks.contrast).toBe(0);
    const card = { text: "", box: [0, 0, 9, 4] as [number, number, number, number], fill: "203040" };
    expect((await checked([card, faint])).checks.contrast).toBe(0);
    expect((await checked([faint])).differences[0]!.text).toMatch(/contrast 1\.1 of #f0f0f0 on #ffffff, at least 3/);
    expect(contrastOf([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 9);
  });

  it("counts an empty slide as all wrong", async () => {
    expect(await checked([])).toMatchObject({
      loss: 1,
      differences: [{ text: "the slide shows no text and no picture" }],
    });
  });

  it("is bounded for any shapes", async () => {
    const length = fc.integer({ min: -900, max: 2000 }).map((n) => n / 100);
    const shape = fc.record({ text: fc.string({ maxLength: 30 }), box: fc.tuple(length, length, length, length) });
    await fc.assert(
      fc.asyncProperty(fc.array(shape, { maxLength: 5 }), async (shapes) => {
        const { checks, loss } = await checked(
          shapes.map((one) => ({ ...one, text: one.text.replace(/\p{Cc}/gu, "") })),
        );
        for (const value of [...Object.values(checks), loss]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("slides measured in a run", () => {
  it("are one view each, the loss their mean", async () => {
    const store = memoryStore();
    const deck = await zipped(deckParts([{ shapes: shapeXml(fine) }, { shapes: "" }]));
    const scene = store.put(JSON.stringify({ deck: store.put(deck) }));
    const state = drawnState([{ name: "slide", image: "x" }], scene);
    const found = await slides.measure(state, taskOf("autopresent", []), store.read);
    expect(measures.parse(found)).toEqual(found);
    expect(found!.views.map(({ name, loss }) => [name, loss])).toEqual([
      ["slide", 0],
      ["slide2", 1],
    ]);
    expect(found!.loss).toBe(0.5);
    expect(found!.differences![0]!.text).toBe("slide2: the slide shows no text and no picture");
  });

  it("are not measured where the state names no deck and there is no target", async () => {
    const store = memoryStore();
    const task = taskOf("autopresent", []);
    expect(await slides.measure(drawnState([]), task, store.read)).toBeNull();
    expect(await slides.measure(drawnState([], store.put("{}")), task, store.read)).toBeNull();
  });
});
