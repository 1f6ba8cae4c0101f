import type { Box } from "./live-page.ts";
import type { Raster } from "./raster.ts";

/** Samples of an item, at most. */
const mostSamples = 160;
/** Levels of difference that count as wholly unlike. */
const unlike = 64;
/** Pixels from a box's edge to what is looked at inside and outside of it. */
const beside = 2.5;

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

  /** Pixels that an item stands for where it goes from its place to another box: a text its own, a box its edges and what they sweep. */
  area(item: number, to: Box): number {
    const from = this.#boxes[item]!;
    const size = from[2] * from[3];
    return this.#kinds[item] === 0 ? size : Math.min(size, 6 * (from[2] + from[3])) + apart(from, to);
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
    if (this.#kinds[item] !== 0) return this.#edges(from, to);
    const places = inside(from);
    let sum = 0;
    for (const [u, v] of places) {
      const a = this.#index(this.#from, from[0] + u * from[2], from[1] + v * from[3]);
      const b = this.#index(this.#to, to[0] + u * to[2], to[1] + v * to[3]);
      sum += a < 0 || b < 0 ? Number(a !== b) : this.#unlike(a, b);
    }
    return sum / places.length;
  }

  /** Edges that the first picture does not reach are looked for by the box's own colour: another begins there. */
  #edges(from: Box, to: Box): number {
    const [own] = around.flatMap(({ u, v, du, dv }) => {
      const at = this.#index(this.#from, from[0] + u * from[2] - du, from[1] + v * from[3] - dv);
      return at < 0 ? [] : [at];
    });
    if (own === undefined) return 1;
    let sum = 0;
    for (const { u, v, du, dv } of around) {
      const place = (raster: Raster, [left, top, width, height]: Box, way: number) =>
        this.#index(raster, left + u * width + way * du, top + v * height + way * dv);
      const [within, beside] = [place(this.#from, from, -1), place(this.#from, from, 1)];
      const [there, next] = [place(this.#to, to, -1), place(this.#to, to, 1)];
      sum += there < 0 ? Number(within >= 0) : this.#unlike(within < 0 ? own : within, there);
      if (beside >= 0) sum += next < 0 ? 1 : this.#unlike(beside, next);
      else sum += next < 0 ? 0 : 1 - this.#unlike(within < 0 ? own : within, next);
    }
    return sum / around.length / 2;
  }

  /** How unlike two pixels are, one of each picture, 0 to 1. */
  #unlike(a: number, b: number): number {
    let difference = 0;
    for (let c = 0; c < 3; c++) difference += Math.abs(this.#from.data[a + c]! - this.#to.data[b + c]!);
    return Math.min(1, difference / 3 / unlike);
  }

  #index({ width, height }: Raster, x: number, y: number): number {
    const [px, py] = [Math.round(x), Math.round(y)];
    return px < 0 || py < 0 || px >= width || py >= height ? -1 : (py * width + px) * 3;
  }
}

/** A place in a box, as fractions of it. */
type Place = readonly [u: number, v: number];

/** Pixels that only one of two boxes covers. */
function apart(a: Box, b: Box): number {
  const across = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const down = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  return a[2] * a[3] + b[2] * b[3] - 2 * Math.max(0, across) * Math.max(0, down);
}

/** A grid over a text, pixel by pixel where it is small. */
function inside([, , width, height]: Box): Place[] {
  const rows = Math.max(1, Math.min(Math.round(height), 12));
  const columns = Math.max(1, Math.min(Math.round(width), Math.floor(mostSamples / rows)));
  return Array.from({ length: rows * columns }, (_, at) => [
    ((at % columns) + 0.5) / columns,
    (Math.floor(at / columns) + 0.5) / rows,
  ]);
}

/** Places on each edge, and how far beside it the pixels lie that are looked at on both sides. */
const around = Array.from({ length: 12 }, (_, at) => (at + 0.5) / 12).flatMap((t) => [
  { u: t, v: 0, du: 0, dv: -beside },
  { u: t, v: 1, du: 0, dv: beside },
  { u: 0, v: t, du: -beside, dv: 0 },
  { u: 1, v: t, du: beside, dv: 0 },
]);
