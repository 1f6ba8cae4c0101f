import type { Box } from "./live-page.ts";
import type { Raster } from "./raster.ts";

/** Samples of a text, at most, and the standard deviation in levels from which on it is told from its paper. */
const mostSamples = 240;
const leastSpread = 4;
/** Pairs of a light and a dark sample that are compared first, levels by which they must differ, and how many may not. */
const pairs = 6;
const leastApart = 8;
const mostUnlike = 1;

/** The lightness of a picture, letters softened to both sides: they are drawn otherwise at parts of a pixel. */
export interface Grey {
  readonly width: number;
  readonly height: number;
  readonly levels: Float32Array;
}

/** Pictures are looked at for many texts. */
const known = new WeakMap<Raster, Grey>();

export function greyOf(picture: Raster): Grey {
  const before = known.get(picture);
  if (before !== undefined) return before;
  const { width, height, data } = picture;
  const sharp = Float32Array.from(
    { length: width * height },
    (_, p) => (data[3 * p]! + data[3 * p + 1]! + data[3 * p + 2]!) / 3,
  );
  const levels = Float32Array.from(sharp);
  for (let p = 1; p < sharp.length - 1; p++) levels[p] = (sharp[p - 1]! + 2 * sharp[p]! + sharp[p + 1]!) / 4;
  const grey = { width, height, levels };
  known.set(picture, grey);
  return grey;
}

/** A text as it is drawn: where its samples are, and how light they are, less their mean and in parts of their spread. */
export interface Ink {
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly light: Float32Array;
  /** Samples by twos, the first of them the lighter: where they do not differ there is another text, or none. */
  readonly pairs: Int32Array;
  /** What its samples reach. */
  readonly reach: { left: number; top: number; right: number; bottom: number };
}

/** Null where nothing stands out. */
export function inkOf(now: Grey, [left, top, width, height]: Box): Ink | null {
  const rows = Math.max(1, Math.min(Math.round(height), 16));
  const columns = Math.max(1, Math.min(Math.round(width), Math.floor(mostSamples / rows)));
  const samples: { x: number; y: number; level: number }[] = [];
  for (let n = 0; n < rows * columns; n++) {
    const x = Math.round(left + ((n % columns) + 0.5) * (width / columns));
    const y = Math.round(top + (Math.floor(n / columns) + 0.5) * (height / rows));
    if (x < 0 || y < 0 || x >= now.width || y >= now.height) continue;
    samples.push({ x, y, level: now.levels[y * now.width + x]! });
  }
  const mean = samples.reduce((sum, { level }) => sum + level, 0) / Math.max(1, samples.length);
  const spread = Math.sqrt(samples.reduce((sum, { level }) => sum + (level - mean) ** 2, 0));
  if (spread < leastSpread * Math.sqrt(samples.length) || samples.length < 2 * pairs) return null;
  const order = samples.map((_, n) => n).sort((a, b) => samples[b]!.level - samples[a]!.level);
  const part = Math.max(pairs, Math.floor(order.length / 8));
  const spreadOut = (from: number) =>
    Array.from({ length: pairs }, (_, n) => order[from + Math.floor((n * part) / pairs)]!);
  const [light, dark] = [spreadOut(0), spreadOut(order.length - part)];
  const x = Int32Array.from(samples, ({ x }) => x);
  const y = Int32Array.from(samples, ({ y }) => y);
  return {
    x,
    y,
    light: Float32Array.from(samples, ({ level }) => (level - mean) / spread),
    pairs: Int32Array.from(light.flatMap((one, n) => [one, dark[n]!])),
    reach: { left: Math.min(...x), top: Math.min(...y), right: Math.max(...x), bottom: Math.max(...y) },
  };
}

/** Offsets to both sides at which a text lies within a picture. */
export const across = ({ reach }: Ink, { width }: Grey): [number, number] => [-reach.left, width - 1 - reach.right];

/** The same up and down. */
export const down = ({ reach }: Ink, { height }: Grey): [number, number] => [-reach.top, height - 1 - reach.bottom];

/**
 * Where in a row of offsets a text is most like what a picture shows, whatever its colours there: by the correlation of
 * their lightness. A few samples tell most places at once. -> null where it is nowhere more than `least`
 * @param dy offset down, within the picture
 * @param from offsets to both sides, to the last one
 */
export function inRow(
  { x, y, light, pairs }: Ink,
  { width, levels }: Grey,
  dy: number,
  [from, to]: readonly [number, number],
  least: number,
): { dx: number; fit: number } | null {
  const count = light.length;
  const first = new Int32Array(pairs.length);
  for (let n = 0; n < pairs.length; n++) first[n] = (y[pairs[n]!]! + dy) * width + x[pairs[n]!]!;
  let best: { dx: number; fit: number } | null = null;
  for (let dx = from; dx <= to; dx++) {
    let unlike = 0;
    for (let n = 0; n < first.length; n += 2) {
      if (levels[first[n]! + dx]! - levels[first[n + 1]! + dx]! < leastApart && ++unlike > mostUnlike) break;
    }
    if (unlike > mostUnlike) continue;
    let [sum, squares, both] = [0, 0, 0];
    for (let n = 0; n < count; n++) {
      const level = levels[(y[n]! + dy) * width + x[n]! + dx]!;
      sum += level;
      squares += level * level;
      both += level * light[n]!;
    }
    const spread = squares - (sum * sum) / count;
    const fit = spread < leastSpread ** 2 * count ? 0 : both / Math.sqrt(spread);
    if (fit > (best?.fit ?? least)) best = { dx, fit };
  }
  return best;
}
