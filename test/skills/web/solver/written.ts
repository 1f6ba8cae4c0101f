import type { Raster } from "../../../../skills/web/solver/raster.ts";

export const [width, height] = [160, 120];
export const paper = (rows = height): Raster => ({ width, height: rows, data: Buffer.alloc(width * rows * 3, 255) });

/** Strokes of a "word" of its own, 40 x 10 pixels. */
export function write(into: Raster, word: number, left: number, top: number): void {
  for (let n = 0; n < 400; n++) {
    const [x, y] = [n % 40, Math.floor(n / 40)];
    const inked = ((x * 7 + word * 13) ^ (y * 5 + word * 3)) % 5 < 2;
    if (inked) into.data.fill(20, ((top + y) * width + left + x) * 3, ((top + y) * width + left + x) * 3 + 3);
  }
}
