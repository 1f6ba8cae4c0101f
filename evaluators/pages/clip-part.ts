import type { Clip } from "../features/clip.ts";
import { inpaint } from "../pictures/inpaint.ts";
import type { Picture } from "../pictures/picture.ts";
import { resize } from "../pictures/resize.ts";
import type { PageBlock } from "./block.ts";

/** How far the colours come from that texts are painted over with, px. */
const radius = 3;

/** Pixels within the boxes, each box in whole pixels towards zero, and cut off at the picture's end. */
function pixelsWithin({ width, height }: Picture, boxes: readonly PageBlock["box"][]): Uint8Array {
  const within = new Uint8Array(width * height);
  for (const [left, top, wide, high] of boxes) {
    const [x, y] = [Math.trunc(left * width), Math.trunc(top * height)];
    const right = Math.min(width, x + Math.trunc(wide * width));
    const bottom = Math.min(height, y + Math.trunc(high * height));
    for (let row = y; row < bottom; row++) within.fill(1, row * width + x, row * width + Math.max(x, right));
  }
  return within;
}

/** A page whose texts are painted over with what is around them, by TELEA. */
export const withoutTexts = (picture: Picture, boxes: readonly PageBlock["box"][]): Picture =>
  boxes.length === 0 ? picture : inpaint(picture, pixelsWithin(picture, boxes), radius);

/** A page as Design2Code shows it to CLIP: without its texts, squashed to a square of the shorter side (Pillow's LANCZOS). */
export function textlessSquare(picture: Picture, boxes: readonly PageBlock["box"][]): Picture {
  const side = Math.min(picture.width, picture.height);
  return resize(withoutTexts(picture, boxes), side, side, "lanczos");
}

/** CLIP's features of a page without the texts of these blocks. */
export const textlessFeatures = (clip: Clip, picture: Picture, blocks: readonly PageBlock[]): Promise<Float32Array> =>
  clip.features(
    textlessSquare(
      picture,
      blocks.map(({ box }) => box),
    ),
  );
