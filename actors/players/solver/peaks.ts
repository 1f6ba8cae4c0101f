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
  /** How far from the camera its middle is. */
  readonly depth: number;
  /** By pixel, how far the middle of what stands right there is: what is put farther away does not show there. */
  readonly front?: Float32Array;
}

/** One that cannot be seen shows neither its look nor its size: pixels of the patches of the rest that are looked at, and spots. */
const unseen = { pixels: 40, spots: 5 };

/**
 * Where a thing may stand: spots where its own picture explains most of the rest, and where the rest is largest. `lost`: it
 * cannot be seen where it is.
 */
export function peaks(seen: Seen, lost = false): { x: number; y: number; amiss: boolean }[] {
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
  const found = (map: Float32Array, most: number, amiss: boolean) =>
    highest(map, width, height, most, apart).map(({ x, y }) => ({
      x: (x + 0.5) / width,
      y: (y + 0.5) / height,
      amiss,
    }));
  return [
    ...(lost ? [] : found(alike(seen), mostAlike, false)),
    ...found(amiss, lost ? unseen.spots : mostAmiss, true),
  ];
}

/** By pixel of a picture what is in front there, by the masks of another size: a thing's place in their list and one, or 0. */
export function idsOf({ width, height }: Picture, view: ViewMasks): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, p) => {
    const column = Math.floor((((p % width) + 0.5) * view.width) / width);
    const row = Math.floor(((Math.floor(p / width) + 0.5) * view.height) / height);
    return view.ids[row * view.width + column]!;
  });
}

/** The pixels of a picture in which a thing is in front. */
function inside(picture: Picture, view: ViewMasks, index: number): { x: number; y: number; at: number }[] {
  return Array.from(idsOf(picture, view)).flatMap((id, p) =>
    id === index + 1 ? [{ x: p % picture.width, y: Math.floor(p / picture.width), at: 3 * p }] : [],
  );
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

/** What a thing covers: pixels of a picture with their colours, 0 to 1. */
export interface Patch {
  readonly x: number;
  readonly y: number;
  readonly rgb: readonly [number, number, number];
}

/** Pixels of a patch that are compared at most. */
const mostCompared = 200;

/** What is nearer by this factor, by their middles, stands before it. */
const nearer = 0.97;

/** Only what the thing itself covers: its shadow falls elsewhere when it moves. */
function alike(seen: Seen): Float32Array {
  const { data } = seen.shown;
  const pixels = inside(seen.shown, seen.view, seen.index);
  const patch = pixels.map(({ x, y, at }): Patch => ({ x, y, rgb: [data[at]!, data[at + 1]!, data[at + 2]!] }));
  return matches(seen, patch, 1);
}

/**
 * By pixel, how much closer the picture would come to the target were the thing's middle there: what it covers is drawn as
 * in the patch, at the size it would have, where nothing that stands right is before it. `step`: every so many pixels, 0 between them.
 */
export function matches(
  {
    bare,
    target,
    middle,
    scales,
    depth,
    front,
  }: Pick<Seen, "bare" | "target" | "middle" | "scales" | "depth" | "front">,
  patch: readonly Patch[],
  step: number,
): Float32Array {
  const { width, height } = bare;
  const gains = new Float32Array(width * height);
  if (patch.length < 4) return gains;
  const every = Math.ceil(patch.length / mostCompared);
  const thinned = patch.filter((_, i) => i % every === 0);
  for (let y = 0; y < height; y += step) {
    const scale = scales[y] ?? null;
    if (scale === null) continue;
    for (let x = 0; x < width; x += step) {
      let gain = 0;
      for (const one of thinned) {
        const px = Math.round(x + (one.x + 0.5 - middle.x) * scale);
        const py = Math.round(y + (one.y + 0.5 - middle.y) * scale);
        if (px < 0 || py < 0 || px >= width || py >= height) continue;
        if (front && front[py * width + px]! * scale < nearer * depth) continue;
        const there = 3 * (py * width + px);
        for (let c = 0; c < 3; c++) {
          const wanted = target.data[there + c]!;
          gain += (wanted - bare.data[there + c]!) ** 2 - (wanted - one.rgb[c]!) ** 2;
        }
      }
      gains[y * width + x] = gain * scale * scale * every;
    }
  }
  return gains;
}

export function highest(map: Float32Array, width: number, height: number, most: number, apart: number) {
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
