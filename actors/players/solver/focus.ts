import type { Picture } from "./pictures.ts";
import type { ViewMasks } from "./sweeper.ts";

/** The pixels in which some things are in front, by masks of any size: of each view, and what they say there. */
export interface Focus {
  readonly views: readonly ViewMasks[];
  readonly ids: ReadonlySet<number>;
}

/** The share of a view's pixels that a focus holds. */
export const shareOf = ({ views, ids }: Focus): number => {
  const all = views.flatMap((view) => Array.from(view.ids));
  return all.filter((id) => ids.has(id)).length / Math.max(1, all.length);
};

/** Sets differences outside of it to nothing. */
export function keepWithin(
  delta: Float32Array,
  { width, height }: Picture,
  mask: ViewMasks,
  ids: ReadonlySet<number>,
): void {
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * mask.height) / height) * mask.width;
    for (let x = 0; x < width; x++) {
      if (ids.has(mask.ids[row + Math.floor(((x + 0.5) * mask.width) / width)]!)) continue;
      delta.fill(0, 3 * (y * width + x), 3 * (y * width + x) + 3);
    }
  }
}
