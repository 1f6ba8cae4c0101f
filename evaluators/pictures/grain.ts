import type { Blocks } from "./blocks.ts";
import type { Picture } from "./picture.ts";

/**
 * Part of the squared error of some blocks that is grain, 0 to 1: what a path tracer's samples scatter by differs from pixel
 * to pixel, while a thing that is elsewhere or another colour makes neighbours differ alike. Half the squared step between
 * neighbours is an estimate of the first; the direction with less is taken, since a thin line is smooth along itself only.
 *
 * @param goal of the render's size; `ignored` marks pixels that are left out
 */
export function grainOf(
  render: Picture,
  goal: Picture,
  { size, columns }: Blocks,
  members: readonly number[],
  ignored: Uint8Array | null,
): number {
  const { width, height } = render;
  const [a, b] = [render.rgb, goal.rgb];
  const sums = { error: 0, pixels: 0, across: 0, acrossPairs: 0, down: 0, downPairs: 0 };
  const off = (at: number) => a[at]! - b[at]!;
  const step = (at: number, before: number) => {
    let sum = 0;
    for (let c = 0; c < 3; c++) sum += (off(3 * at + c) - off(3 * before + c)) ** 2 / 2;
    return sum;
  };
  const isLeftOut = (at: number) => ignored !== null && ignored[at] !== 0;
  for (const block of members) {
    const [left, top] = [(block % columns) * size, Math.floor(block / columns) * size];
    for (let y = top; y < Math.min(height, top + size); y++) {
      for (let x = left; x < Math.min(width, left + size); x++) {
        const at = y * width + x;
        if (isLeftOut(at)) continue;
        sums.pixels++;
        for (let c = 0; c < 3; c++) sums.error += off(3 * at + c) ** 2;
        if (x > 0 && !isLeftOut(at - 1)) {
          sums.across += step(at, at - 1);
          sums.acrossPairs++;
        }
        if (y > 0 && !isLeftOut(at - width)) {
          sums.down += step(at, at - width);
          sums.downPairs++;
        }
      }
    }
  }
  const { error, pixels, across, acrossPairs, down, downPairs } = sums;
  if (error === 0 || acrossPairs === 0 || downPairs === 0) return 0;
  return Math.min(1, Math.min(across / acrossPairs, down / downPairs) / (error / pixels));
}
