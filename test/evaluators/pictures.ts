import fc from "fast-check";
import type { Picture } from "../../evaluators/pictures/picture.ts";

function pictureOf(width: number, height: number): fc.Arbitrary<Picture> {
  const bytes = width * height * 3;
  return fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((rgb) => ({ width, height, rgb, alpha: null }));
}

const side = fc.integer({ min: 1, max: 24 });

/** Any small opaque picture. */
export function pictures(): fc.Arbitrary<Picture> {
  return fc.tuple(side, side).chain(([w, h]) => pictureOf(w, h));
}

/** Two small opaque pictures of one size. */
export function sameSizePictures(): fc.Arbitrary<[Picture, Picture]> {
  return fc.tuple(side, side).chain(([w, h]) => fc.tuple(pictureOf(w, h), pictureOf(w, h)));
}

/** A picture painted by a function of x and y that gives [r, g, b] bytes. */
export function painted(
  width: number,
  height: number,
  colour: (x: number, y: number) => readonly [number, number, number],
): Picture {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rgb.set(colour(x, y), (y * width + x) * 3);
  }
  return { width, height, rgb, alpha: null };
}
