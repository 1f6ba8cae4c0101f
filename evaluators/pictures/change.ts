import { blocksOf, field, total } from "./blocks.ts";
import type { Picture } from "./picture.ts";
import { alignedGoal } from "./pl.ts";
import { whereIs } from "./regions.ts";

/** What happened to a view between two rounds. */
export interface Change {
  /** Part of the pixels whose colour moved by more than 2 levels in any channel, 0..1. */
  changed: number;
  /** Change of the picture's PL in each of nine cells (they add up to the whole change), by place; negative is better. */
  cells: { where: string; pl: number }[];
}

/** Renders of one scene differ by sampling noise; that much is no change. */
const noise = 2;

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
  return { changed: moved / (after.width * after.height), cells };
}
