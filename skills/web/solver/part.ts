import type { Part } from "../backend/tab.ts";
import type { Box } from "./live-page.ts";
import type { Raster } from "./raster.ts";

/** Levels by which a pixel differs, and pixels around it that belong to the part. */
const unlike = 6;
const margin = 24;

/** The least part outside of which two pictures, equally wide, are alike; null where they are equal. */
export function differing(a: Raster, b: Raster): Part | null {
  const { width } = a;
  const common = Math.min(a.height, b.height);
  let [left, right, top, bottom] = [width, -1, common, -1];
  for (let y = 0; y < common; y++) {
    const row = y * width * 3;
    if (a.data.compare(b.data, row, row + width * 3, row, row + width * 3) === 0) continue;
    for (let x = 0; x < width; x++) {
      const at = row + x * 3;
      if (!differ(a, b, at)) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  if (a.height !== b.height) return { left: 0, top: Math.max(0, top - margin), right: width, bottom: null };
  if (bottom < 0) return null;
  return {
    left: Math.max(0, left - margin),
    top: Math.max(0, top - margin),
    right: Math.min(width, right + 1 + margin),
    bottom: Math.min(common, bottom + 1 + margin),
  };
}

function differ(a: Raster, b: Raster, at: number): boolean {
  for (let c = at; c < at + 3; c++) if (Math.abs(a.data[c]! - b.data[c]!) > unlike) return true;
  return false;
}

/** The rows that some boxes stand in, as wide as the page. */
export function rowsOf(boxes: readonly Box[], width: number): Part {
  const top = Math.max(0, Math.floor(Math.min(...boxes.map((box) => box[1])) - margin));
  const bottom = Math.ceil(Math.max(...boxes.map((box) => box[1] + box[3])) + margin);
  return { left: 0, top, right: width, bottom };
}

/** A part as wide as the page in its place on a page that is blank elsewhere. */
export function inPlace({ width, height, data }: Raster, { top }: Part): Raster {
  return { width, height: top + height, data: Buffer.concat([Buffer.alloc(top * width * 3), data]) };
}

/** What a picture shows of a part; at least one pixel high. */
export function cut({ width, height, data }: Raster, { left, top, right, bottom }: Part): Raster {
  const from = Math.min(top, height - 1);
  const to = Math.max(from + 1, Math.min(bottom ?? height, height));
  const out = Buffer.alloc((right - left) * (to - from) * 3);
  for (let y = from; y < to; y++) {
    data.copy(out, (y - from) * (right - left) * 3, (y * width + left) * 3, (y * width + right) * 3);
  }
  return { width: right - left, height: to - from, data: out };
}
