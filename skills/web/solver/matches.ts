import type { Box } from "./live-page.ts";
import type { Raster } from "./raster.ts";

/** Samples of an item, at most. */
const mostSamples = 160;
/** Levels of difference that count as wholly unlike. */
const unlike = 64;
/** Pixels that an edge is looked for beyond a box. */
const beyond = 3;

/** How well pieces of a picture are found again elsewhere in another: 0 alike, 1 not at all. */
export class Matches {
  readonly #from: Raster;
  readonly #to: Raster;
  readonly #boxes: readonly Box[];
  readonly #kinds: readonly number[];
  readonly #known = new Map<string, number>();

  constructor(from: Raster, to: Raster, boxes: readonly Box[], kinds: readonly number[]) {
    this.#from = from;
    this.#to = to;
    this.#boxes = boxes;
    this.#kinds = kinds;
  }

  /** Part of the picture that an item stands for, in pixels. */
  area(item: number): number {
    const [, , width, height] = this.#boxes[item]!;
    return this.#kinds[item] === 0 ? width * height : Math.min(width * height, 6 * (width + height));
  }

  /** An item as it stands in the first picture, looked for at a box in the second. */
  at(item: number, [left, top, width, height]: Box): number {
    const box: Box = [Math.round(left), Math.round(top), Math.round(width), Math.round(height)];
    const key = `${item} ${box.join(" ")}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = this.#look(item, box);
    this.#known.set(key, found);
    return found;
  }

  #look(item: number, to: Box): number {
    const from = this.#boxes[item]!;
    const places = this.#kinds[item] === 0 ? inside(from) : around;
    let sum = 0;
    for (const [u, v, du, dv] of places) {
      const a = this.#index(this.#from, from[0] + u * from[2] + du, from[1] + v * from[3] + dv);
      const b = this.#index(this.#to, to[0] + u * to[2] + du, to[1] + v * to[3] + dv);
      if (a < 0 || b < 0) {
        sum += a === b ? 0 : 1;
        continue;
      }
      let difference = 0;
      for (let c = 0; c < 3; c++) difference += Math.abs(this.#from.data[a + c]! - this.#to.data[b + c]!);
      sum += Math.min(1, difference / 3 / unlike);
    }
    return sum / places.length;
  }

  #index({ width, height }: Raster, x: number, y: number): number {
    const [px, py] = [Math.round(x), Math.round(y)];
    return px < 0 || py < 0 || px >= width || py >= height ? -1 : (py * width + px) * 3;
  }
}

/** A place in a box: fractions of it, and pixels beside. */
type Place = readonly [u: number, v: number, du: number, dv: number];

/** A grid over a text, pixel by pixel where it is small. */
function inside([, , width, height]: Box): Place[] {
  const rows = Math.max(1, Math.min(Math.round(height), 12));
  const columns = Math.max(1, Math.min(Math.round(width), Math.floor(mostSamples / rows)));
  return Array.from({ length: rows * columns }, (_, at) => [
    ((at % columns) + 0.5) / columns,
    (Math.floor(at / columns) + 0.5) / rows,
    0,
    0,
  ]);
}

/** Pairs of places just inside and just outside of each edge. */
const around: readonly Place[] = Array.from({ length: 12 }, (_, at) => (at + 0.5) / 12).flatMap((t): Place[] => [
  [t, 0, 0, -beyond],
  [t, 0, 0, beyond - 1],
  [t, 1, 0, -beyond],
  [t, 1, 0, beyond - 1],
  [0, t, -beyond, 0],
  [0, t, beyond - 1, 0],
  [1, t, -beyond, 0],
  [1, t, beyond - 1, 0],
]);
