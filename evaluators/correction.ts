import { byteOfLinear, linearOfByte } from "./oklab.ts";
import type { Picture } from "./picture.ts";

/**
 * PL that would be left if the render's linear light were multiplied by one factor per channel: how much of the
 * difference is light and colour alone. Both pictures have the same size.
 */
export function correctedLoss(render: Picture, goal: Picture, gains: readonly [number, number, number]): number {
  const tables = gains.map((gain) => Uint8Array.from(linearOfByte, (light) => byteOfLinear(light * gain)));
  const [red, green, blue] = tables as [Uint8Array, Uint8Array, Uint8Array];
  const a = render.rgb;
  const b = goal.rgb;
  let sum = 0;
  for (let p = 0; p < a.length; p += 3) {
    const r = red[a[p]!]! - b[p]!;
    const g = green[a[p + 1]!]! - b[p + 1]!;
    const bl = blue[a[p + 2]!]! - b[p + 2]!;
    sum += r * r + g * g + bl * bl;
  }
  return sum / (a.length * 255 * 255);
}
