import type { Picture } from "./picture.ts";
import { alignedGoal } from "./pl.ts";

/** Rows that two pictures of pages have in common once they are equally wide, and what is more of either. */
export interface PagePair {
  render: Picture;
  goal: Picture;
  /** Rows that only one of the two has. */
  apart: number;
}

/** A page is as high as its contents: where two pictures differ in height alone, their upper edges belong together. */
function isPage(render: Picture, goal: Picture): boolean {
  const scaled = (goal.height * render.width) / goal.width;
  return Math.abs(scaled - render.height) > 1;
}

/** The same picture with so many rows: cut off, or its last row repeated. */
function withRows({ width, height, rgb }: Picture, rows: number): Picture {
  const out = new Uint8Array(width * rows * 3);
  out.set(rgb.subarray(0, Math.min(rgb.length, out.length)));
  const last = rgb.subarray((height - 1) * width * 3);
  for (let row = height; row < rows; row++) out.set(last, row * width * 3);
  return { width, height: rows, rgb: out, alpha: null };
}

function equallyWide(render: Picture, goal: Picture): Picture {
  if (goal.width === render.width) return goal;
  const height = Math.max(1, Math.round((goal.height * render.width) / goal.width));
  return alignedGoal({ ...render, height }, goal);
}

/** The goal at a render's size: scaled where their shapes agree; of pages equally wide, cut or continued below. */
export function goalBeside(render: Picture, goal: Picture): Picture {
  return isPage(render, goal) ? withRows(equallyWide(render, goal), render.height) : alignedGoal(render, goal);
}

/** Two pictures of pages, equally wide and as high as the higher one. */
export function pagePair(render: Picture, target: Picture): PagePair {
  const goal = isPage(render, target) ? equallyWide(render, target) : alignedGoal(render, target);
  const rows = Math.max(render.height, goal.height);
  const apart = Math.abs(render.height - goal.height);
  return apart === 0 ? { render, goal, apart } : { render: withRows(render, rows), goal: withRows(goal, rows), apart };
}
