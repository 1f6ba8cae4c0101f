import { blur, type Picture } from "./pictures.ts";
import type { ViewMasks } from "./sweeper.ts";

/** Places a thing is tried at in a view: where its own picture fits best, and where most is left to explain. */
const [mostAlike, mostAmiss] = [4, 2];

/** A thing in one view: pictures with and without it, light evened out, and what they should be. */
export interface Seen {
  readonly shown: Picture;
  readonly bare: Picture;
  readonly target: Picture;
  readonly view: ViewMasks;
  /** Its place in the list that the masks were asked about. */
  readonly index: number;
  /** Pixels of the picture where its middle is. */
  readonly middle: { readonly x: number; readonly y: number };
  /** How much larger it would look were its middle in this row of the picture; null where it cannot be. */
  readonly scales: readonly (number | null)[];
}

/** One that cannot be seen shows neither its look nor its size: pixels of the patches of the rest that are looked at, and spots. */
const unseen = { pixels: 40, spots: 5 };

/**
 * Where a thing may stand: spots where its own picture explains most of the rest, and where the rest is largest. `lost`: it
 * cannot be seen where it is.
 */
export function peaks(seen: Seen, lost = false): { x: number; y: number }[] {
  const { bare, target, view, index } = seen;
  const { width, height } = bare;
  const rest = target.data.map((value, i) => value - bare.data[i]!);
  const pixels = Math.max(
    lost ? unseen.pixels : 6,
    (view.things[index]!.alone * width * height) / (view.width * view.height),
  );
  const across = Math.sqrt(pixels);
  const soft = blur(rest, width, height, Math.max(0.8, across / 4));
  const amiss = new Float32Array(width * height);
  for (let i = 0; i < amiss.length; i++) amiss[i] = soft[3 * i]! ** 2 + soft[3 * i + 1]! ** 2 + soft[3 * i + 2]! ** 2;
  const apart = Math.max(1.5, 0.35 * across);
  const spots = [
    ...(lost ? [] : highest(alike(seen), width, height, mostAlike, apart)),
    ...highest(amiss, width, height, lost ? unseen.spots : mostAmiss, apart),
  ];
  return spots.map(({ x, y }) => ({ x: (x + 0.5) / width, y: (y + 0.5) / height }));
}

/** The pixels of a picture in which a thing is in front, by the masks of another size. */
function inside({ width, height }: Picture, view: ViewMasks, index: number): { x: number; y: number; at: number }[] {
  const found: { x: number; y: number; at: number }[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const column = Math.floor(((x + 0.5) * view.width) / width);
      const row = Math.floor(((y + 0.5) * view.height) / height);
      if (view.ids[row * view.width + column] === index + 1) found.push({ x, y, at: 3 * (y * width + x) });
    }
  }
  return found;
}

/** Tints that are tried scale the contrast of what is seen by no less: a flat patch would fit any ground. */
const leastContrast = 0.3;

/**
 * Squared differences from the target inside a thing's outline, of how many values: with the thing there, without, and with
 * every channel of it scaled and shifted as fits best.
 */
export function outlined({ shown, bare, target, view, index }: Seen) {
  const sum = { with: 0, without: 0, tinted: 0, values: 0 };
  const pixels = inside(shown, view, index);
  const n = Math.max(1, pixels.length);
  for (let c = 0; c < 3; c++) {
    let [a, b, aa, ab, bb] = [0, 0, 0, 0, 0];
    for (const { at } of pixels) {
      const [x, y] = [shown.data[at + c]!, target.data[at + c]!];
      [a, b, aa, ab, bb] = [a + x, b + y, aa + x * x, ab + x * y, bb + y * y];
      sum.with += (x - y) ** 2;
      sum.without += (bare.data[at + c]! - y) ** 2;
    }
    const [spread, common, own] = [aa - (a * a) / n, ab - (a * b) / n, bb - (b * b) / n];
    const gain = Math.max(leastContrast, common / Math.max(1e-9, spread));
    sum.tinted += Math.max(0, own - 2 * gain * common + gain * gain * spread);
    sum.values += pixels.length;
  }
  return sum;
}

/**
 * By pixel, how much closer the picture would come to the target were the thing's middle there: what it covers is drawn as
 * it looks now, at the size it would have.
 */
function alike({ shown, bare, target, view, index, middle, scales }: Seen): Float32Array {
  const { width, height } = shown;
  const gains = new Float32Array(width * height);
  // Only what the thing itself covers: its shadow falls elsewhere when it moves.
  const pixels = inside(shown, view, index);
  if (pixels.length < 4) return gains;
  const thinned = pixels.filter((_, i) => i % Math.ceil(pixels.length / 200) === 0);
  for (let y = 0; y < height; y++) {
    const scale = scales[y] ?? null;
    if (scale === null) continue;
    for (let x = 0; x < width; x++) {
      let gain = 0;
      for (const one of thinned) {
        const px = Math.round(x + (one.x + 0.5 - middle.x) * scale);
        const py = Math.round(y + (one.y + 0.5 - middle.y) * scale);
        if (px < 0 || py < 0 || px >= width || py >= height) continue;
        const there = 3 * (py * width + px);
        for (let c = 0; c < 3; c++) {
          const wanted = target.data[there + c]!;
          gain += (wanted - bare.data[there + c]!) ** 2 - (wanted - shown.data[one.at + c]!) ** 2;
        }
      }
      gains[y * width + x] = gain * scale * scale;
    }
  }
  return gains;
}

function highest(map: Float32Array, width: number, height: number, most: number, apart: number) {
  const left = Float32Array.from(map);
  const found: { x: number; y: number }[] = [];
  while (found.length < most) {
    let best = 0;
    for (let i = 1; i < left.length; i++) if (left[i]! > left[best]!) best = i;
    if (left[best]! <= 0) break;
    const [bx, by] = [best % width, Math.floor(best / width)];
    found.push({ x: bx, y: by });
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) if (Math.hypot(x - bx, y - by) <= apart) left[y * width + x] = 0;
    }
  }
  return found;
}
