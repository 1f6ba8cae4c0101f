import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scorePair } from "../../evaluators/score.ts";
import { measureFixtures } from "./cases.ts";

const [chairs, moved] = [`${measureFixtures}placement_000.png`, `${measureFixtures}placement_040.png`];
const goldenPl = 0.02776949107646942;

describe("scoring a pair", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "viga-score-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function views(name: string, files: Record<string, string>): Promise<string> {
    const to = join(folder, name);
    await mkdir(to);
    for (const [file, from] of Object.entries(files)) await copyFile(from, join(to, file));
    return to;
  }

  it("of two pictures gives the value of the benchmark's own evaluator", async () => {
    const found = await scorePair({ prediction: chairs, reference: moved });
    expect(Math.abs(found.pl - goldenPl)).toBeLessThan(1e-7);
    expect(found.pl_x1000).toBeCloseTo(27.7695, 3);
    expect(found).toMatchObject({ schema: 1, prediction: chairs, reference: moved });
  });

  it("of two folders is the mean over the views that both have", async () => {
    const prediction = await views("out", { "render1.png": chairs, "render2.png": moved, "diff.png": moved });
    const reference = await views("goal", { "render1.png": moved, "render2.png": moved, "render3.png": moved });
    const found = await scorePair({ prediction, reference });
    expect(found.views.map((v) => v.name)).toEqual(["render1", "render2"]);
    expect(found.pl).toBeCloseTo(goldenPl / 2, 7);
  });

  it("leaves out what lies beside the views", async () => {
    const prediction = await views("out", { "render1.png": chairs, "style1.png": chairs });
    const reference = await views("goal", { "render1.png": chairs, "style1.png": moved });
    expect((await scorePair({ prediction, reference })).pl).toBe(0);
  });

  it("says what is wrong with what it was given", async () => {
    const empty = await views("empty", {});
    const other = await views("other", { "a.png": chairs, "b.png": chairs });
    await expect(scorePair({ prediction: join(folder, "no"), reference: chairs })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(scorePair({ prediction: empty, reference: chairs })).rejects.toMatchObject({
      code: "input_invalid",
      message: expect.stringContaining("holds no picture"),
    });
    const reference = await views("goal", { "render1.png": chairs, "render2.png": chairs });
    await expect(scorePair({ prediction: other, reference })).rejects.toMatchObject({
      code: "input_invalid",
      message: expect.stringContaining("prediction: a, b; reference: render1, render2"),
    });
    await expect(scorePair({ prediction: `${measureFixtures}golden.json`, reference: chairs })).rejects.toMatchObject({
      code: "input_invalid",
    });
  });
});
