import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VigaError } from "../../../config/errors.ts";
import { readDeck } from "../../../evaluators/slides/deck.ts";
import { deckLimits } from "../../../evaluators/slides/package.ts";
import { measureFixtures } from "../cases.ts";
import { deckParts, oneSlide, shapeXml, zipped } from "./decks.ts";

const refused = { code: "input_invalid" };

describe("reading a deck", () => {
  it("gives texts, boxes, fills and backgrounds in the slides' order", async () => {
    const deck = await readDeck(
      await zipped(
        deckParts([
          { shapes: shapeXml({ text: "A & B\nsecond", box: [1, 2, 3, 0.5], fill: "F6ECE2" }), background: "102030" },
          { shapes: "" },
        ]),
      ),
    );
    expect([deck.width, deck.height, deck.slides.length]).toEqual([9_144_000, 6_858_000, 2]);
    expect(deck.slides[0]!.background).toEqual([16, 32, 48]);
    expect(deck.slides[0]!.shapes).toMatchObject([
      {
        kind: "text",
        text: "A & B\nsecond",
        box: [914_400, 1_828_800, 2_743_200, 457_200],
        fill: { kind: "solid", rgb: [0xf6, 0xec, 0xe2] },
      },
    ]);
    expect(deck.slides[1]!).toMatchObject({ shapes: [], background: null });
  });

  it("keeps any text as it was written", async () => {
    const text = fc.string({ unit: "grapheme", maxLength: 20 }).filter((t) => !/[\p{Cc}\ufffe\uffff]/u.test(t));
    await fc.assert(
      fc.asyncProperty(text, async (written) => {
        const deck = await readDeck(await oneSlide([{ text: written, box: [0, 0, 1, 1] }]));
        expect(deck.slides[0]!.shapes[0]!.text).toBe(written);
      }),
      { numRuns: 40 },
    );
  });

  it("refuses what is no deck, naming it", async () => {
    await expect(readDeck(Buffer.from("nonsense"), "a.pptx")).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining("a.pptx"),
    });
    await expect(readDeck(await zipped(new Map([["a.txt", "b"]])))).rejects.toMatchObject(refused);
  });

  it("refuses a deck of which any part that it needs is missing", async () => {
    for (const path of ["ppt/presentation.xml", "ppt/_rels/presentation.xml.rels", "ppt/slides/slide1.xml"]) {
      const parts = deckParts([{ shapes: "" }]);
      parts.delete(path);
      await expect(readDeck(await zipped(parts)), path).rejects.toMatchObject(refused);
    }
  });

  it("ends early on a part that unpacks to too much, whatever the archive says of its size", async () => {
    const parts = new Map<string, string | Buffer>(deckParts([{ shapes: "" }]));
    parts.set("ppt/slides/slide1.xml", Buffer.alloc(deckLimits.partBytes + 1, 32));
    await expect(readDeck(await zipped(parts))).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining("unpacks to too much"),
    });
  });

  it("expands no entities of a document's own, and follows no nesting without end", async () => {
    const bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><p:sld><p:cSld/>&b;</p:sld>';
    for (const xml of [bomb, "<a>".repeat(5000) + "</a>".repeat(5000), "<p:sld", "", "<a></b>"]) {
      const parts = deckParts([{ shapes: "" }]);
      parts.set("ppt/slides/slide1.xml", xml);
      const read = readDeck(await zipped(parts));
      if (xml === "<a></b>") await read.catch((thrown) => expect(thrown).toBeInstanceOf(VigaError));
      else await expect(read, xml.slice(0, 30)).rejects.toMatchObject(refused);
    }
  });

  it("takes a damaged file as a refusal or as a deck, never as anything else", async () => {
    const whole = readFileSync(`${measureFixtures}txt-text-frame.pptx`);
    const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(damage, fc.nat(whole.length), async (bytes, length) => {
        const file = Buffer.from(whole.subarray(0, length % 3 === 0 ? length : whole.length));
        for (const [at, value] of bytes) if (at < file.length) file[at] = value;
        await readDeck(file).catch((thrown: unknown) => expect(thrown).toBeInstanceOf(VigaError));
      }),
      { numRuns: 60 },
    );
  });
});
