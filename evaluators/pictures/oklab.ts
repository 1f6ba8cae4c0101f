/** sRGB byte -> linear light 0..1. */
export const linearOfByte: Float64Array = Float64Array.from({ length: 256 }, (_, byte) => {
  const v = byte / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
});

/** Linear light -> sRGB byte, clipped to 0..255. */
export function byteOfLinear(value: number): number {
  const v = Math.min(1, Math.max(0, value));
  return Math.round(255 * (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055));
}

/** Relative luminance of linear sRGB (BT.709 weights). */
export function luminance(r: number, g: number, b: number): number {
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** OKLab (Ottosson 2020): perceptual lightness L 0..1; a is green-red and b is blue-yellow, about -0.4..0.4. */
export interface Lab {
  l: number;
  a: number;
  b: number;
}

/** OKLab of a linear sRGB colour. */
export function oklab(r: number, g: number, b: number): Lab {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return {
    l: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    a: 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    b: 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  };
}

/** Linear sRGB of an OKLab colour; values outside 0..1 are out of gamut. */
export function linearOfOklab({ l, a, b }: Lab): [number, number, number] {
  const l3 = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m3 = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s3 = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3,
    -1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3,
    -0.0041960863 * l3 - 0.7034186147 * m3 + 1.707614701 * s3,
  ];
}

const hues: readonly [number, string][] = [
  [29, "red"],
  [60, "orange"],
  [105, "yellow"],
  [142, "green"],
  [195, "cyan"],
  [262, "blue"],
  [305, "purple"],
  [350, "pink"],
];

/** Plain word for a direction in OKLab's a, b plane. */
export function hueName(a: number, b: number): string {
  const angle = ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360;
  const away = (hue: number) => Math.min(Math.abs(hue - angle), 360 - Math.abs(hue - angle));
  return hues.reduce((best, next) => (away(next[0]) < away(best[0]) ? next : best))[1];
}
