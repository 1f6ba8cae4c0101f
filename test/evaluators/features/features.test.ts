import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { negativeClip, openClip } from "../../../evaluators/features/clip.ts";
import { cosine, transformersIfThere } from "../../../evaluators/features/library.ts";
import { openSentences } from "../../../evaluators/features/sentences.ts";
import { tinyClip, tinySentences } from "./tiny-models.ts";

const root = mkdtempSync(join(tmpdir(), "viga-features-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const there = (await transformersIfThere()) !== null;
const why = "needs @huggingface/transformers, which is not among viga's packages";
const flat = (r: number, g: number, b: number) => ({
  width: 16,
  height: 9,
  rgb: Uint8Array.from({ length: 432 }, (_, index) => [r, g, b][index % 3]!),
  alpha: null,
});

describe("features of pictures and sentences", () => {
  it(`are read from a CLIP model's folder: N-CLIP is 1 - their cosine${there ? "" : ` (${why})`}`, async ({ skip }) => {
    if (!there) skip(why);
    const clip = await openClip(tinyClip(join(root, "clip")));
    const [a, b] = [flat(255, 128, 0), flat(255, 0, 128)];
    const half = (value: number) => value / 255 - 0.5;
    const expected = 1 - cosine(Float32Array.of(0.5, half(128), -0.5), Float32Array.of(0.5, -0.5, half(128)));
    expect(await negativeClip(clip, a, a)).toBeCloseTo(0, 6);
    expect(await negativeClip(clip, a, b)).toBeCloseTo(expected, 5);
    expect(await negativeClip(clip, flat(255, 255, 255), flat(0, 0, 0))).toBeCloseTo(2, 5);
  });

  it(`are read from a sentence model's folder, as the mean of its tokens${there ? "" : ` (${why})`}`, async ({
    skip,
  }) => {
    if (!there) skip(why);
    const { likeness } = await openSentences(tinySentences(join(root, "sentences")));
    expect(await likeness("red", "red")).toBeCloseTo(1, 6);
    expect(await likeness("red", "blue")).toBeCloseTo(0, 6);
    expect(await likeness("red blue", "Cube")).toBeCloseTo(1, 6);
  });

  it("say what is missing, and never give another number", async () => {
    const code = there ? "not_found" : "dependency_missing";
    await expect(openClip(join(root, "none"))).rejects.toMatchObject({ code });
    await expect(openSentences(join(root, "none"))).rejects.toMatchObject({ code });
  }, 60_000);
});
