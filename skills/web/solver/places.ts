import type { Box, Measured } from "./live-page.ts";
import type { Raster } from "./raster.ts";

/** How far a text stands from where the target shows it, and what it counts. */
export interface Place {
  item: number;
  dx: number;
  dy: number;
  weight: number;
}

/** Samples of a text, at most; those of its letters that it must have to be told from others. */
const mostSamples = 160;
const leastInk = 8;
/** Levels, of three channels together, by which a letter differs from its paper, and that count as wholly unlike. */
const inkLevels = 60;
const unlikeLevels = 192;
/** Part of a text's samples that may be unlike where it is found. */
const unlike = 0.08;
/** Pixels around an expected place that are looked at in both directions. */
const around = 2;
/** Pixels to both sides within which places up and down are looked at too. */
const aside = 40;
/** How many are looked for, and which. */
export interface Care {
  /** Pieces of text at most, as many from everywhere on the page. */
  pieces: number;
  /** Pieces one after the other that stand nowhere, after which the next ones are looked for nearby alone. */
  missed: number;
  /** No others; absent: all. */
  only?: ReadonlySet<number>;
}

const thorough: Care = { pieces: 240, missed: 16 };
/** Where it only is to be told whether texts are there. */
export const quick: Care = { pieces: 48, missed: 6 };

/** A text's samples, those of letters first: where none of them fits is told at once. */
interface Ink {
  x: Int32Array;
  y: Int32Array;
  /** How far each is from the paper, in levels of three channels together: a text in another hue is the same text. */
  far: Int32Array;
  paper: readonly number[];
}

/** Texts that were looked for, in the page's order, and those that were found. */
export interface Sought {
  found: Place[];
  /** Items that the target does not show as they are drawn now. */
  missing: ReadonlySet<number>;
}

/** Where the target shows the texts of a page, as far as they are broken and drawn alike. */
export function places(now: Raster, goal: Raster, { boxes, kinds }: Measured, care = thorough): Sought {
  const target = softened(goal);
  const found: Place[] = [];
  const missing = new Set<number>();
  let expected = { dx: 0, dy: 0 };
  let missed = 0;
  const isSought = (item: number) => kinds[item] === 0 && care.only?.has(item) !== false;
  const texts = boxes.flatMap((box, item) => (isSought(item) ? [{ item, box }] : []));
  const stride = Math.max(1, texts.length / care.pieces);
  for (let n = 0; n < texts.length; n += stride) {
    const { item, box } = texts[Math.floor(n)]!;
    const ink = inkOf(now, box);
    if (ink === null) continue;
    const near = nearest(ink, target, [expected, { dx: 0, dy: 0 }]);
    const place = near ?? (missed < care.missed ? farther(ink, target, expected) : null);
    missed = place === null ? missed + 1 : 0;
    if (place === null) {
      missing.add(item);
      continue;
    }
    expected = place;
    const dx = place.dx + between(ink, target, place);
    found.push({ item, dx, dy: place.dy, weight: Math.sqrt(box[2] * box[3]) });
  }
  return { found, missing };
}

/** Targets are the same for many pages. */
const known = new WeakMap<Raster, Raster>();

/** Letters are drawn otherwise at parts of a pixel: each pixel with its neighbours to both sides. */
function softened(picture: Raster): Raster {
  const before = known.get(picture);
  if (before !== undefined) return before;
  const { width, height, data } = picture;
  const soft = { width, height, data: Buffer.from(data) };
  for (let at = 3; at < data.length - 3; at++) soft.data[at] = softAt(data, at);
  known.set(picture, soft);
  return soft;
}

const softAt = (data: Buffer, at: number): number => {
  const here = data[at]!;
  return ((data[at - 3] ?? here) + 2 * here + (data[at + 3] ?? here)) >> 2;
};

function inkOf(now: Raster, [left, top, width, height]: Box): Ink | null {
  const rows = Math.max(1, Math.min(Math.round(height), 16));
  const columns = Math.max(1, Math.min(Math.round(width), Math.floor(mostSamples / rows)));
  const samples: { x: number; y: number; levels: Buffer }[] = [];
  const papers = new Map<number, number>();
  for (let n = 0; n < rows * columns; n++) {
    const x = Math.round(left + ((n % columns) + 0.5) * (width / columns));
    const y = Math.round(top + (Math.floor(n / columns) + 0.5) * (height / rows));
    if (x < 0 || y < 0 || x >= now.width || y >= now.height) continue;
    const from = (y * now.width + x) * 3;
    const levels = Buffer.from([0, 1, 2].map((c) => softAt(now.data, from + c)));
    samples.push({ x, y, levels });
    const shown = levels.readUIntBE(0, 3);
    papers.set(shown, (papers.get(shown) ?? 0) + 1);
  }
  const [paper] = [...papers].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0]);
  const levels = [paper >> 16, (paper >> 8) & 255, paper & 255];
  const told = samples.map(({ x, y, levels: own }) => ({ x, y, far: farFrom(levels, own, 0) }));
  const inked = told.filter(({ far }) => far > inkLevels);
  if (inked.length < leastInk) return null;
  const ordered = [...inked, ...told.filter(({ far }) => far <= inkLevels)];
  return {
    x: Int32Array.from(ordered, ({ x }) => x),
    y: Int32Array.from(ordered, ({ y }) => y),
    far: Int32Array.from(ordered, ({ far }) => far),
    paper: levels,
  };
}

const farFrom = (paper: readonly number[], data: Buffer, at: number): number =>
  Math.abs(data[at]! - paper[0]!) + Math.abs(data[at + 1]! - paper[1]!) + Math.abs(data[at + 2]! - paper[2]!);

type Offset = Pick<Place, "dx" | "dy">;

/** Looks up and down from where a text is expected, then to both sides; the nearest place that fits. */
function farther(ink: Ink, target: Raster, expected: Offset): Offset | null {
  for (const { dx, dy } of ways(expected, target)) {
    if (fits(ink, target, dx, dy) < 1) return nearest(ink, target, [{ dx, dy }]);
  }
  return null;
}

function* ways({ dx, dy }: Offset, { width, height }: Raster): Generator<Offset> {
  for (let away = 1; away < height; away++) {
    for (const y of [dy - away, dy + away]) {
      for (const from of dx === 0 ? [0] : [dx, 0]) for (let x = -1; x <= 1; x++) yield { dx: from + x, dy: y };
    }
  }
  for (let away = 1; away < width; away++) {
    for (const x of [dx - away, dx + away]) {
      const reach = away < aside ? aside : around;
      for (let y = -reach; y <= reach; y++) yield { dx: x, dy: dy + y };
    }
  }
}

/** The best place around some offsets; null where none fits. */
function nearest(ink: Ink, target: Raster, offsets: readonly Offset[]): Offset | null {
  let best: (Offset & { fit: number }) | null = null;
  for (const { dx, dy } of offsets) {
    for (let x = -around; x <= around; x++) {
      for (let y = -around; y <= around; y++) {
        const fit = fits(ink, target, dx + x, dy + y);
        if (fit < (best?.fit ?? 1)) best = { dx: dx + x, dy: dy + y, fit };
      }
    }
  }
  return best;
}

/** Part of a pixel that a text stands to one side, by how much better it fits there than on the other: -0.5 to 0.5. */
function between(ink: Ink, target: Raster, { dx, dy }: Offset): number {
  const [left, here, right] = [-1, 0, 1].map((x) => unlikeness(ink, target, dx + x, dy, ink.far.length));
  const higher = Math.max(left!, right!) - here!;
  return higher <= 0 ? 0 : (left! - right!) / higher / 2;
}

/** How unlike a text is to what the target shows at an offset, as part of what it may be; from 1 on it is another. */
function fits(ink: Ink, target: Raster, dx: number, dy: number): number {
  const most = unlike * ink.far.length;
  return unlikeness(ink, target, dx, dy, most) / most;
}

/** Samples that are unlike at an offset, each up to 1; from `most` on not counted further. */
function unlikeness({ x, y, far, paper }: Ink, target: Raster, dx: number, dy: number, most: number): number {
  let sum = 0;
  for (let n = 0; n < far.length && sum < most; n++) {
    const [px, py] = [x[n]! + dx, y[n]! + dy];
    if (px < 0 || py < 0 || px >= target.width || py >= target.height) {
      sum += 1;
      continue;
    }
    const apart = Math.abs(far[n]! - farFrom(paper, target.data, (py * target.width + px) * 3));
    sum += Math.min(1, apart / unlikeLevels);
  }
  return sum;
}
