import { blur, type Picture } from "./pictures.ts";
import type { ViewMasks } from "./sweeper.ts";

/** Places a thing is tried at in a view: where its own picture fits best, and where most is left to explain. */
const [mostAlike, mostAmiss] = [3, 3];

/** Where a thing may stand: spots where its own picture explains most of the rest, and where the rest is largest. */
export function peaks(
  here: Picture,
  without: Picture,
  bare: Picture,
  target: Picture,
  view: ViewMasks,
  index: number,
): { x: number; y: number }[] {
  const { width, height } = here;
  const own = new Float32Array(here.data.length);
  const rest = new Float32Array(here.data.length);
  for (let i = 0; i < own.length; i++) {
    own[i] = here.data[i]! - without.data[i]!;
    rest[i] = target.data[i]! - bare.data[i]!;
  }
  const pixels = Math.max(6, (view.things[index]!.alone * width * height) / (view.width * view.height));
  const across = Math.sqrt(pixels);
  const soft = blur(rest, width, height, Math.max(0.8, across / 4));
  const amiss = new Float32Array(width * height);
  for (let i = 0; i < amiss.length; i++) amiss[i] = soft[3 * i]! ** 2 + soft[3 * i + 1]! ** 2 + soft[3 * i + 2]! ** 2;
  const apart = Math.max(1.5, 0.35 * across);
  const spots = [...alike(own, rest, here, view, index, apart), ...highest(amiss, width, height, mostAmiss, apart)];
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

/** Squared differences from the target inside a thing's outline: with the thing there, and without. */
export function outlined(shown: Picture, bare: Picture, target: Picture, view: ViewMasks, index: number) {
  const sum = { with: 0, without: 0 };
  for (const { at } of inside(shown, view, index)) {
    for (let c = at; c < at + 3; c++) {
      sum.with += (shown.data[c]! - target.data[c]!) ** 2;
      sum.without += (bare.data[c]! - target.data[c]!) ** 2;
    }
  }
  return sum;
}

/** Where the thing's own picture, shifted, lowers the squared rest most: spots of its middle. */
function alike(
  own: Float32Array,
  rest: Float32Array,
  picture: Picture,
  view: ViewMasks,
  index: number,
  apart: number,
): { x: number; y: number }[] {
  const { width, height } = picture;
  // Only what the thing itself covers: its shadow falls elsewhere when it moves.
  const pixels = inside(picture, view, index);
  if (pixels.length < 4) return [];
  const thinned = pixels.filter((_, i) => i % Math.ceil(pixels.length / 300) === 0);
  const middle = (of: "x" | "y") => Math.round(thinned.reduce((sum, one) => sum + one[of], 0) / thinned.length);
  const [mx, my] = [middle("x"), middle("y")];
  const gains = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let gain = 0;
      for (const one of thinned) {
        const [px, py] = [one.x + x - mx, one.y + y - my];
        if (px < 0 || py < 0 || px >= width || py >= height) continue;
        const there = 3 * (py * width + px);
        for (let c = 0; c < 3; c++) {
          const d = own[one.at + c]!;
          gain += d * (2 * rest[there + c]! - d);
        }
      }
      gains[y * width + x] = gain;
    }
  }
  return highest(gains, width, height, mostAlike, apart);
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
