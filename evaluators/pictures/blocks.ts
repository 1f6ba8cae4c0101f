import { linearOfByte } from "./oklab.ts";
import type { Picture } from "./picture.ts";

/** Fields of one block, in this order, in `Blocks.sums`. */
export const field = {
  pixels: 0,
  error: 1,
  renderLuma: 2,
  goalLuma: 3,
  renderLuma2: 4,
  goalLuma2: 5,
  renderR: 6,
  renderG: 7,
  renderB: 8,
  goalR: 9,
  goalG: 10,
  goalB: 11,
} as const;
export const fields = 12;

/**
 * A picture pair cut into square blocks, about 64 along the longer side, with sums per block: pixels, squared error of
 * the bytes (three channels), luma and its square (0..255), linear light per channel (0..1). Every statement about a
 * region is made of these sums, so the pixels are read once.
 */
export interface Blocks {
  /** Side of a block in px; blocks at the right and lower edge may be smaller. */
  size: number;
  columns: number;
  rows: number;
  /** How many blocks the picture is wide and high, the last ones counted by the part of them that it fills. */
  across: number;
  down: number;
  sums: Float64Array;
}

/** Sums per block of a render and a goal of the same size. Pixels marked in `ignored` (one a pixel) are left out. */
export function blocksOf(render: Picture, goal: Picture, ignored: Uint8Array | null = null): Blocks {
  const { width, height } = render;
  const size = Math.max(1, Math.ceil(Math.max(width, height) / 64));
  const columns = Math.ceil(width / size);
  const rows = Math.ceil(height / size);
  const sums = new Float64Array(columns * rows * fields);
  const a = render.rgb;
  const b = goal.rgb;
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / size) * columns;
    for (let column = 0; column < columns; column++) {
      const from = y * width + column * size;
      const to = y * width + Math.min(width, (column + 1) * size);
      if (ignored === null) addRun(sums, (row + column) * fields, a, b, from, to);
      else addParts(sums, (row + column) * fields, a, b, from, to, ignored);
    }
  }
  return { size, columns, rows, across: width / size, down: height / size, sums };
}

/** The runs of pixels between those that are ignored. */
function addParts(
  sums: Float64Array,
  at: number,
  a: Uint8Array,
  b: Uint8Array,
  from: number,
  to: number,
  ignored: Uint8Array,
): void {
  let start = from;
  for (let p = from; p < to; p++) {
    if (ignored[p] === 0) continue;
    if (p > start) addRun(sums, at, a, b, start, p);
    start = p + 1;
  }
  if (to > start) addRun(sums, at, a, b, start, to);
}

function addRun(sums: Float64Array, at: number, a: Uint8Array, b: Uint8Array, from: number, to: number): void {
  let error = 0;
  let ya = 0;
  let yb = 0;
  let yya = 0;
  let yyb = 0;
  let ra = 0;
  let ga = 0;
  let ba = 0;
  let rb = 0;
  let gb = 0;
  let bb = 0;
  for (let p = from * 3; p < to * 3; p += 3) {
    const r1 = a[p]!;
    const g1 = a[p + 1]!;
    const b1 = a[p + 2]!;
    const r2 = b[p]!;
    const g2 = b[p + 1]!;
    const b2 = b[p + 2]!;
    error += (r1 - r2) * (r1 - r2) + (g1 - g2) * (g1 - g2) + (b1 - b2) * (b1 - b2);
    const y1 = 0.299 * r1 + 0.587 * g1 + 0.114 * b1;
    const y2 = 0.299 * r2 + 0.587 * g2 + 0.114 * b2;
    ya += y1;
    yb += y2;
    yya += y1 * y1;
    yyb += y2 * y2;
    ra += linearOfByte[r1]!;
    ga += linearOfByte[g1]!;
    ba += linearOfByte[b1]!;
    rb += linearOfByte[r2]!;
    gb += linearOfByte[g2]!;
    bb += linearOfByte[b2]!;
  }
  sums[at]! += to - from;
  sums[at + 1]! += error;
  sums[at + 2]! += ya;
  sums[at + 3]! += yb;
  sums[at + 4]! += yya;
  sums[at + 5]! += yyb;
  sums[at + 6]! += ra;
  sums[at + 7]! += ga;
  sums[at + 8]! += ba;
  sums[at + 9]! += rb;
  sums[at + 10]! += gb;
  sums[at + 11]! += bb;
}

/** Sums over some blocks (indices row by row). */
export function total(blocks: Blocks, members: Iterable<number>): Float64Array {
  const out = new Float64Array(fields);
  for (const block of members) {
    for (let f = 0; f < fields; f++) out[f]! += blocks.sums[block * fields + f]!;
  }
  return out;
}

/**
 * Connected groups of blocks (also across corners) whose mean squared error is above `threshold` (bytes squared, per
 * channel), the group with most error first.
 */
export function blobsAbove(blocks: Blocks, threshold: number): number[][] {
  const { columns, rows, sums } = blocks;
  const above = (block: number) => sums[block * fields + 1]! > threshold * 3 * sums[block * fields]!;
  const seen = new Uint8Array(columns * rows);
  const found: { members: number[]; error: number }[] = [];
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] === 1 || !above(start)) continue;
    seen[start] = 1;
    const members = [start];
    let error = 0;
    for (let next = 0; next < members.length; next++) {
      const block = members[next]!;
      error += sums[block * fields + 1]!;
      const column = block % columns;
      const row = (block - column) / columns;
      for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
        for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) {
          const neighbour = y * columns + x;
          if (seen[neighbour] === 1 || !above(neighbour)) continue;
          seen[neighbour] = 1;
          members.push(neighbour);
        }
      }
    }
    found.push({ members, error });
  }
  return found.sort((p, q) => q.error - p.error).map((blob) => blob.members);
}
