import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Clip } from "../../../evaluators/features/clip.ts";
import { officialScore, readReference } from "../../../evaluators/pages/official-score.ts";
import type { Picture } from "../../../evaluators/pictures/picture.ts";
import { openChromium } from "./chromium.ts";

let browser: Awaited<ReturnType<typeof openChromium>>;
beforeAll(async () => {
  browser = await openChromium();
}, 120_000);
afterAll(() => browser?.close());

/** Features are the mean colour; what it was shown is kept. */
function meanColour(): Clip & { shown: Picture[] } {
  const shown: Picture[] = [];
  return {
    shown,
    async features(picture) {
      shown.push(picture);
      const sums = [0, 0, 0];
      for (const [index, value] of picture.rgb.entries()) sums[index % 3]! += value / 255;
      return Float32Array.from(sums, (sum) => (3 * sum) / picture.rgb.length);
    },
  };
}

const page = (background: string, text: string) =>
  `<html><body style="margin:0; background:${background}"><p style="margin:100px; font:60px 'Liberation Sans'; color:black">${text}</p></body></html>`;

describe("Design2Code's score with CLIP", () => {
  it("shows CLIP both pages without their texts, as squares", async () => {
    const clip = meanColour();
    const draw = await browser.drawer();
    const reference = await readReference(page("#ff0000", "Some words"), draw, clip);
    const { score, kept } = await officialScore(page("#ff0000", "Other text"), reference, draw, clip);
    expect(kept).toBe(1);
    for (const { width, height, rgb } of clip.shown) {
      expect([width, height]).toEqual([720, 720]);
      // Smoothed edges of letters reach past their boxes, so a trace of them is left: the letters cover ten times as much.
      const off = rgb.filter((value, index) => Math.abs(value - (index % 3 === 0 ? 255 : 0)) > 60).length;
      expect(off / (rgb.length / 3)).toBeLessThan(0.0005);
    }
    expect(score.clip).toBeCloseTo(1, 3);
    expect(score.final).toBeCloseTo(0.2 * (score.block + score.text + score.position + score.colour + score.clip!), 12);
  }, 60_000);

  it("has its fifth part also where a page has no text, and none without a model", async () => {
    const clip = meanColour();
    const draw = await browser.drawer();
    const reference = await readReference(page("#ff0000", ""), draw, clip);
    const { score } = await officialScore(page("#00ff00", "words"), reference, draw, clip);
    expect(score).toMatchObject({ block: 0, text: 0, position: 0, colour: 0 });
    expect(score.final).toBeCloseTo(0.2 * score.clip!, 12);
    expect(score.clip).toBeLessThan(0.1);
    const bare = await officialScore(page("#00ff00", "words"), { ...reference, features: null }, draw, null);
    expect(bare.score).toEqual({ block: 0, text: 0, position: 0, colour: 0 });
  }, 60_000);
});
