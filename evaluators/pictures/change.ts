import { blocksOf, field, total } from "./blocks.ts";
import type { Picture } from "./picture.ts";
import { alignedGoal } from "./pl.ts";
import { whereIs } from "./regions.ts";

/** What happened to a view between two rounds. */
export interface Change {
  /** Part of the pixels whose colour moved by more than 2 levels in any channel, 0..1. */
  changed: number;
  /** Part of the picture that looks different: blocks whose mean colour moved by more than 3 % of full scale, 0..1. */
  visible: number;
  /** Change of the picture's PL in each of nine cells (they add up to the whole change), by place; negative is better. */
  cells: { where: string; pl: number }[];
}

/** Renders of one scene differ by sampling noise; that much is no change of a pixel, and that much none of a block's mean. */
const noise = 2;
const seen = 8;

/** Loss of each of nine cells, as parts that add up to the picture's PL, by place in words. */
function cellLosses(render: Picture, goal: Picture): Map<string, number> {
  const blocks = blocksOf(render, goal);
  const whole = render.width * render.height * 3 * 255 * 255;
  const losses = new Map<string, number>();
  for (let block = 0; block < blocks.columns * blocks.rows; block++) {
    const column = block % blocks.columns;
    const row = (block - column) / blocks.columns;
    const where = whereIs({ x: column, y: row, width: 1, height: 1 }, blocks.columns, blocks.rows);
    losses.set(where, (losses.get(where) ?? 0) + total(blocks, [block])[field.error]! / whole);
  }
  return losses;
}

/** Part of the picture in blocks of `side` px whose mean colours differ visibly. */
function visibly(before: Picture, after: Picture, side: number): number {
  const columns = Math.ceil(after.width / side);
  const sums = new Float64Array(columns * Math.ceil(after.height / side) * 4);
  for (let at = 0; at < after.width * after.height; at++) {
    const block =
      4 * (Math.floor(Math.floor(at / after.width) / side) * columns + Math.floor((at % after.width) / side));
    for (let c = 0; c < 3; c++) sums[block + c]! += after.rgb[3 * at + c]! - before.rgb[3 * at + c]!;
    sums[block + 3]!++;
  }
  let moved = 0;
  for (let block = 0; block < sums.length; block += 4) {
    const pixels = sums[block + 3]!;
    const most = Math.max(...[0, 1, 2].map((c) => Math.abs(sums[block + c]!)));
    if (most > seen * pixels) moved += pixels;
  }
  return moved / (after.width * after.height);
}

/** Compares a render with the one of the round before, and both with the goal. Null when their sizes differ. */
export function changeBetween(before: Picture, after: Picture, target: Picture): Change | null {
  if (before.width !== after.width || before.height !== after.height) return null;
  const goal = alignedGoal(after, target);
  let moved = 0;
  for (let p = 0; p < after.rgb.length; p += 3) {
    if (
      Math.abs(after.rgb[p]! - before.rgb[p]!) > noise ||
      Math.abs(after.rgb[p + 1]! - before.rgb[p + 1]!) > noise ||
      Math.abs(after.rgb[p + 2]! - before.rgb[p + 2]!) > noise
    ) {
      moved++;
    }
  }
  const [old, now] = [cellLosses(before, goal), cellLosses(after, goal)];
  const cells = [...now].map(([where, pl]) => ({ where, pl: pl - (old.get(where) ?? 0) }));
  const visible = visibly(before, after, Math.max(1, Math.ceil(Math.max(after.width, after.height) / 64)));
  return { changed: moved / (after.width * after.height), visible, cells };
}
