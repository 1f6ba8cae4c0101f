/** Red, green, blue, 0..255. */
export type Rgb = readonly [number, number, number];

type Lab = readonly [number, number, number];

const linear = (byte: number) => {
  const part = byte / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
};

/** CIE Lab (D65, 2 degrees) with the matrix and white point of Python's colormath, which the benchmarks use. */
export function labOf([red, green, blue]: Rgb): Lab {
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  const curve = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = curve((0.412424 * r + 0.357579 * g + 0.180464 * b) / 0.95047);
  const y = curve(0.212656 * r + 0.715158 * g + 0.0721856 * b);
  const z = curve((0.0193324 * r + 0.119193 * g + 0.950444 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const degrees = (radians: number) => (radians * 180) / Math.PI;
const cosine = (angle: number) => Math.cos((angle * Math.PI) / 180);
const sine = (angle: number) => Math.sin((angle * Math.PI) / 180);

/** CIEDE2000 of two Lab colours: 0 equal, about 1 just seen, 100 black against white. */
function differenceOfLab([l1, a1, b1]: Lab, [l2, a2, b2]: Lab): number {
  const chroma = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const g = 0.5 * (1 - Math.sqrt(chroma ** 7 / (chroma ** 7 + 25 ** 7)));
  const [x1, x2] = [(1 + g) * a1, (1 + g) * a2];
  const [c1, c2] = [Math.hypot(x1, b1), Math.hypot(x2, b2)];
  const hue = (x: number, b: number) => (degrees(Math.atan2(b, x)) + 360) % 360;
  const [h1, h2] = [hue(x1, b1), hue(x2, b2)];
  const far = Math.abs(h1 - h2) > 180;
  const meanHue = ((far ? 360 : 0) + h1 + h2) / 2;
  const turn = h2 - h1 + (far ? (h2 > h1 ? -360 : 360) : 0);
  const [meanL, meanC] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const t =
    1 -
    0.17 * cosine(meanHue - 30) +
    0.24 * cosine(2 * meanHue) +
    0.32 * cosine(3 * meanHue + 6) -
    0.2 * cosine(4 * meanHue - 63);
  const light = (l2 - l1) / (1 + (0.015 * (meanL - 50) ** 2) / Math.sqrt(20 + (meanL - 50) ** 2));
  const strength = (c2 - c1) / (1 + 0.045 * meanC);
  const hueStep = (2 * Math.sqrt(c1 * c2) * sine(turn / 2)) / (1 + 0.015 * meanC * t);
  const rotation =
    -2 * Math.sqrt(meanC ** 7 / (meanC ** 7 + 25 ** 7)) * sine(60 * Math.exp(-(((meanHue - 275) / 25) ** 2)));
  return Math.sqrt(Math.max(0, light ** 2 + strength ** 2 + hueStep ** 2 + rotation * strength * hueStep));
}

/** CIEDE2000 difference of two sRGB colours, 0..about 120. */
export const ciede2000 = (one: Rgb, other: Rgb): number => differenceOfLab(labOf(one), labOf(other));

/** Likeness of two colours as the benchmarks count it: 1 - CIEDE2000 / 100, at least 0. */
export const colourLikeness = (one: Rgb, other: Rgb): number => Math.max(0, 1 - ciede2000(one, other) / 100);
