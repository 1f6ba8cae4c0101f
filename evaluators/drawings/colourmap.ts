import { byteOfLinear, linearOfOklab } from "../pictures/oklab.ts";

/**
 * Colour map of heat maps: near-black, violet, red, orange, pale yellow. Lightness rises linearly in OKLab, so equal
 * steps of error look equally large, also in grey and to colour-blind eyes. 256 entries of 3 sRGB bytes.
 */
export const heatColours: Uint8Array = makeHeatColours();

function makeHeatColours(): Uint8Array {
  const table = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) {
    const t = i / 255;
    const hue = ((285 + 180 * t) * Math.PI) / 180;
    const lightness = 0.1 + 0.87 * t;
    const wanted = 0.2 * Math.sin(Math.PI * Math.min(1, 0.06 + 0.94 * t)) ** 0.7;
    table.set(inGamut(lightness, hue, wanted), i * 3);
  }
  return table;
}

/** The most colourful sRGB colour of this lightness and hue up to `chroma`. */
function inGamut(l: number, hue: number, chroma: number): number[] {
  for (let c = chroma; ; c -= 0.004) {
    const rgb = linearOfOklab({ l, a: Math.max(0, c) * Math.cos(hue), b: Math.max(0, c) * Math.sin(hue) });
    if (c <= 0 || rgb.every((v) => v >= -0.0005 && v <= 1.0005)) return rgb.map(byteOfLinear);
  }
}
