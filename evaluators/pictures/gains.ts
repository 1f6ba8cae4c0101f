import { byteOfLinear, linearOfByte } from "./oklab.ts";
import type { Picture } from "./picture.ts";

/** The picture with its linear light multiplied by one factor per channel, clipped to what a byte holds. */
export function withGains(picture: Picture, gains: readonly [number, number, number]): Picture {
  const tables = gains.map((gain) => Uint8Array.from(linearOfByte, (light) => byteOfLinear(light * gain)));
  const [red, green, blue] = tables as [Uint8Array, Uint8Array, Uint8Array];
  const { rgb: from } = picture;
  const rgb = new Uint8Array(from.length);
  for (let p = 0; p < from.length; p += 3) {
    rgb[p] = red[from[p]!]!;
    rgb[p + 1] = green[from[p + 1]!]!;
    rgb[p + 2] = blue[from[p + 2]!]!;
  }
  return { ...picture, rgb };
}
