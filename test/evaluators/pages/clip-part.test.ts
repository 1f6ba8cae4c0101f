import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { PageBlock } from "../../../evaluators/pages/block.ts";
import { textlessSquare, withoutTexts } from "../../../evaluators/pages/clip-part.ts";
import { readPicture } from "../../../evaluators/pictures/picture.ts";
import { casesFolder, measureFixtures, missingCase } from "../cases.ts";

type Boxes = PageBlock["box"][];
const sha1 = (bytes: Uint8Array) => createHash("sha1").update(bytes).digest("hex");

describe("a page as CLIP is shown it", () => {
  const { inpaints } = JSON.parse(readFileSync(`${measureFixtures}golden.json`, "utf8")) as {
    inpaints: { src: string; boxes: Boxes; sha1_rgb: string; sha1_square: string }[];
  };

  it.each(inpaints)("is $src with OpenCV's and Pillow's bytes, also at the picture's borders", async (golden) => {
    const picture = await readPicture(measureFixtures + golden.src);
    expect(sha1(withoutTexts(picture, golden.boxes).rgb)).toBe(golden.sha1_rgb);
    expect(sha1(textlessSquare(picture, golden.boxes).rgb)).toBe(golden.sha1_square);
  });

  it("has the benchmark's bytes for every page of the cases folder", async (ctx) => {
    const index = "design2code/golden/telea_index.json";
    const missing = missingCase(index);
    if (missing !== null) return ctx.skip(missing);
    const cases = JSON.parse(readFileSync(casesFolder + index, "utf8")) as {
      src: string;
      boxes_xywh_ratio: Boxes;
      out: string;
      square: string;
    }[];
    for (const { src, boxes_xywh_ratio: boxes, out, square } of cases) {
      const golden = await readPicture(`${casesFolder}design2code/${out}`);
      // Nothing is taken from below a text, so a page that is not at hand may be its own result.
      const page = missingCase(`design2code/${src}`) === null ? `design2code/${src}` : `design2code/${out}`;
      const picture = await readPicture(casesFolder + page);
      expect(Buffer.compare(withoutTexts(picture, boxes).rgb, golden.rgb), src).toBe(0);
      const squared = await readPicture(`${casesFolder}design2code/${square}`);
      expect(Buffer.compare(textlessSquare(picture, boxes).rgb, squared.rgb), src).toBe(0);
    }
  });

  it("is the page itself where it has no text, or none that covers a pixel", async () => {
    const picture = await readPicture(`${measureFixtures}placement_000.png`);
    expect(withoutTexts(picture, [])).toBe(picture);
    expect(withoutTexts(picture, [[0.5, 0.5, 0.001, 0.5]]).rgb).toEqual(picture.rgb);
    expect(textlessSquare(picture, [])).toMatchObject({ width: 270, height: 270 });
  });
});
