import type { Raster } from "./raster.ts";

/** Columns that a row's levels are averaged over. */
const bins = 12;
/** Rows of a strip that is looked for. */
const stripRows = 8;

/** A picture row by row: the mean levels of its columns, 0 to 1. */
interface Rows {
  count: number;
  levels: Float32Array;
}

function rowsOf({ width, height, data }: Raster): Rows {
  const levels = new Float32Array(height * bins * 3);
  for (let y = 0; y < height; y++) {
    for (let bin = 0; bin < bins; bin++) {
      const from = Math.floor((bin * width) / bins);
      const to = Math.floor(((bin + 1) * width) / bins);
      const out = (y * bins + bin) * 3;
      for (let x = from; x < to; x++) {
        const at = (y * width + x) * 3;
        for (let c = 0; c < 3; c++) levels[out + c]! += data[at + c]!;
      }
      for (let c = 0; c < 3; c++) levels[out + c]! /= 255 * Math.max(1, to - from);
    }
  }
  return { count: height, levels };
}

/**
 * How unlike two pictures are wherever their parts stand: each strip of the target is compared with the rows of the other
 * picture that are most like it. A page whose texts break and whose boxes are sized as the target's is equal to it here,
 * however far down they stand; what only shifts what follows cannot pass for right.
 */
export class Shape {
  readonly #target: Rows;

  constructor(target: Raster) {
    this.#target = rowsOf(target);
  }

  /** Mean squared difference, 0 to 1. The picture is as wide as the target. */
  difference(picture: Raster): number {
    const rows = rowsOf(picture);
    const strips = Math.floor(this.#target.count / stripRows);
    if (strips === 0 || rows.count < stripRows) return 0;
    let sum = 0;
    let shift = 0;
    for (let strip = 0; strip < strips; strip++) {
      const found = this.#nearest(rows, strip * stripRows, shift);
      sum += found.sum;
      shift = found.shift;
    }
    return sum / (strips * stripRows * bins * 3);
  }

  /** The rows most like a strip, looked for from the shift of the strip before outwards. */
  #nearest(rows: Rows, from: number, first: number): { sum: number; shift: number } {
    const most = rows.count - stripRows;
    const start = Math.min(Math.max(0, from + first), most);
    let best = { sum: Number.POSITIVE_INFINITY, shift: first };
    for (let away = 0; away <= most && best.sum > 0; away++) {
      for (const at of away === 0 ? [start] : [start - away, start + away]) {
        if (at < 0 || at > most) continue;
        const sum = this.#apart(rows, from, at, best.sum);
        if (sum < best.sum) best = { sum, shift: at - from };
      }
    }
    return best;
  }

  /** Sum of squares between a strip and as many rows; as soon as it is over `most`, what it is then. */
  #apart(rows: Rows, from: number, at: number, most: number): number {
    const size = bins * 3;
    let sum = 0;
    for (let row = 0; row < stripRows && sum < most; row++) {
      const [a, b] = [(from + row) * size, (at + row) * size];
      for (let n = 0; n < size; n++) {
        const apart = this.#target.levels[a + n]! - rows.levels[b + n]!;
        sum += apart * apart;
      }
    }
    return sum;
  }
}
