import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { slideParts } from "../../../evaluators/columns/slide-parts.ts";
import type { State, Task } from "../../../machines/domain/index.ts";
import { oneSlide } from "../slides/decks.ts";

const dir = mkdtempSync(join(tmpdir(), "viga-parts-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it("SlideBench's overall of a slide is the mean of its four parts", async () => {
  const heading = { text: "A heading", box: [1, 1, 4, 1] as [number, number, number, number], fill: "ff0000" };
  const deck = join(dir, "deck.pptx");
  writeFileSync(deck, await oneSlide([heading], "ffffff"));
  const generated = await oneSlide([{ ...heading, text: "A title", box: [3, 1, 4, 1] }], "ffffff");
  const scene = `sha256:${"1".repeat(64)}`;
  const found = await slideParts(null).measure({
    state: { ok: true, scene } as unknown as State,
    task: {} as Task,
    code: null,
    read: async (ref) =>
      ref === scene ? Buffer.from(JSON.stringify({ deck: `sha256:${"2".repeat(64)}` })) : generated,
    truth: new Map([["pptx", deck]]),
    source: join(dir, "slide_1"),
  });
  const { slide_match, slide_text, slide_colour, slide_position, slide_overall } = found;
  expect([slide_match, slide_colour]).toEqual([100, 100]);
  expect(slide_position).toBeCloseTo(80, 9);
  expect(slide_text).toBeLessThan(100);
  expect(slide_overall).toBeCloseTo((slide_match! + slide_text! + slide_colour! + slide_position!) / 4, 9);
});
