import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cleanedPage, cleanPrediction } from "../../../evaluators/pages/clean-prediction.ts";
import { extractBlocks } from "../../../evaluators/pages/extract.ts";
import { scorePages } from "../../../evaluators/pages/page-score.ts";
import { casesFolder, missingCase } from "../cases.ts";
import { openChromium } from "./chromium.ts";
import { goldenFile, goldenPairs } from "./golden.ts";

let browser: Awaited<ReturnType<typeof openChromium>>;
beforeAll(async () => {
  browser = await openChromium();
}, 120_000);
afterAll(() => browser?.close());

describe("blocks of a drawn page", () => {
  it("have the text, the box and the colour of each text, and only of what is seen", async () => {
    const draw = await browser.drawer();
    const { blocks } = await extractBlocks(
      `<!DOCTYPE html><html><body style="margin:0; background:#eee"><h1 style="position:absolute; left:100px; top:50px; margin:0; color:#c00000; font:40px 'Liberation Sans'">Hello &amp; Bye</h1>
       <p style="display:none">hidden</p><section style="color: red">unmarked</section><!-- nothing --></body></html>`,
      draw,
    );
    expect(blocks.map(({ text }) => text)).toEqual(["hello & bye"]);
    const { box, colour } = blocks[0]!;
    expect(box[0] * 1280).toBeCloseTo(104, -1);
    expect(box[1] * 720).toBeCloseTo(58, -1);
    expect(colour[0]).toBeGreaterThan(180);
    expect(colour[2]).toBeLessThan(30);
  }, 60_000);

  it("are none where a page has no text", async () => {
    const { blocks } = await extractBlocks("<html><body><div></div></body></html>", await browser.drawer());
    expect(blocks).toEqual([]);
  }, 60_000);

  const pages = [
    ["A", "gpt4v_direct_prompting", "5672"],
    ["A", "websight", "2"],
    ["B", "websight", "13775"],
  ] as const;
  const missing = missingCase(goldenFile);
  it(`score within 0.01 of the benchmark's own (size 0.02)${missing === null ? "" : ` (${missing})`}`, async ({
    skip,
  }) => {
    if (missing !== null) skip(missing);
    for (const [set, method, page] of pages) {
      const [predictions, references] = [
        "design2code/predictions_100/",
        `design2code/testset_${set === "A" ? 100 : "final"}/`,
      ];
      const folders = [`${casesFolder}${predictions}${method}/`, `${casesFolder}${references}`] as const;
      const draw = await browser.drawer(...folders);
      const [prediction, reference] = folders.map((folder) => readFileSync(`${folder}${page}.html`, "utf8"));
      const drawn = await extractBlocks(set === "A" ? prediction! : cleanPrediction(prediction!), draw);
      const score = scorePages(drawn.blocks, (await extractBlocks(reference!, draw)).blocks);
      const golden = goldenPairs(set).find((pair) => pair.method === method && pair.page === page)!;
      for (const [name, slack] of [
        ["block", 0.02],
        ["text", 0.01],
        ["position", 0.01],
        ["colour", 0.01],
      ] as const) {
        expect(Math.abs(score[name] - golden[name]), `${method} ${page}: ${name}`).toBeLessThan(slack);
      }
    }
  }, 240_000);
});

describe("a prediction before it is drawn", () => {
  it("is wrapped, cut where its text repeats itself, and keeps fifty equal elements at most", () => {
    expect(cleanPrediction("plain")).toBe("<html><body><p>plain</p></body></html>");
    const line = (n: number) => `<html><body>${"<i>x</i>".repeat(n)}</body></html>`;
    expect(cleanPrediction(line(60))).toBe(line(50));
    const long = `<html><body>${"<p>All work and no play makes a dull page, said nobody who ever wrote a page with a pen and some ink.</p>".repeat(40)}</body></html>`;
    expect(cleanPrediction(long).length).toBeLessThan(long.length / 3);
    expect([cleanedPage(line(60)).kept, cleanedPage("").kept]).toEqual([1, 1]);
    expect(cleanedPage(long).kept).toBeLessThan(0.3);
  });
});
