import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaNode } from "execa";
import { afterAll, describe, expect, it } from "vitest";
import { closeTextReader } from "../../evaluators/pages/text-reader.ts";
import { scoreDecks, scoreScreenshots } from "../../evaluators/score-documents.ts";
import { measureFixtures } from "./cases.ts";

const deck = `${measureFixtures}txt-text-frame.pptx`;
const main = join(import.meta.dirname, "..", "..", "cli", "main.ts");
const folder = mkdtempSync(join(tmpdir(), "viga-score-"));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await closeTextReader();
});

describe("scoring one pair of documents", () => {
  it("takes slides by number, and prints what SlideBench prints", async () => {
    const { metrics } = await scoreDecks({ prediction: `${deck}:1`, reference: `${deck}:2` });
    expect(metrics.match).toBeCloseTo(61.647673321, 6);
    expect(metrics.position).toBeCloseTo(89.252107939, 6);
    expect((await scoreDecks({ prediction: deck, reference: deck })).metrics.match).toBe(100);
  });

  it("refuses a slide that is not there, and a file that is none", async () => {
    const broken = join(folder, "broken.pptx");
    writeFileSync(broken, "x");
    for (const [prediction, code] of [
      [`${deck}:9`, "input_invalid"],
      [broken, "input_invalid"],
      ["no.pptx", "not_found"],
    ]) {
      await expect(scoreDecks({ prediction: prediction!, reference: deck })).rejects.toMatchObject({ code });
    }
  });

  it("compares two screenshots by their texts and pixels", async () => {
    const page = `${measureFixtures}page_2.png`;
    expect(await scoreScreenshots({ prediction: page, reference: page })).toMatchObject({
      loss: 0,
      metrics: { block: 1, text: 1, position: 1, colour: 1, pl: 0 },
      differences: [],
    });
  }, 60_000);

  it("is a command, for text and for programs", async () => {
    const args = ["score", "autopresent", "--prediction", `${deck}:1`, "--reference", `${deck}:2`];
    const said = await execaNode(main, args, { nodePath: process.execPath, reject: false });
    expect([said.exitCode, said.stdout]).toEqual([0, expect.stringMatching(/^match +61\.6477$/m)]);
    const json = await execaNode(main, [...args, "--json"], { nodePath: process.execPath, reject: false });
    expect(JSON.parse(json.stdout)).toMatchObject({ schema: 1, metrics: { match: expect.closeTo(61.6477, 3) } });
  }, 60_000);
});
