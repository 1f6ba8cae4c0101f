import type { Box } from "./live-page.ts";
import type { Raster } from "./raster.ts";

/** Samples of an item, at most. */
const mostSamples = 48;
/** Levels of difference that count as wholly unlike. */
const unlike = 64;
/** Pixels from a box's edge to what is looked at inside and outside of it. */
const beside = 2.5;

/** Where an item is looked at, as fractions of its box, with what the first picture shows there. */
interface Sampled {
  u: Float64Array;
  v: Float64Array;
  /** Index of the pixel in the first picture; -1 beyond it. */
  from: Int32Array;
}

/** The same for the edges of a box: each place beside an edge, inside of it and outside. */
interface Edges {
  within: Int32Array;
  beside: Int32Array;
  /** Some pixel inside of the box; -1 where the picture shows none of it. */
  own: number;
}

/** How well pieces of a picture are found again elsewhere in another: 0 alike, 1 not at all. */
export class Matches {
  readonly #from: Raster;
  readonly #to: Raster;
  readonly #boxes: readonly Box[];
  readonly #kinds: readonly number[];
  readonly #known = new Map<number, Map<number, number>>();
  readonly #texts = new Map<number, Sampled>();
  readonly #edges = new Map<number, Edges>();

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
  at(item: number, box: Box): number {
    const [left, top, width, height] = box.map(Math.round) as [number, number, number, number];
    // Two numbers name a box: four sides of up to 16 bits each do not fit into one.
    const size = (item * 65_536 + width) * 65_536 + height;
    const place = left * 65_536 + top;
    const places = this.#known.get(size) ?? new Map<number, number>();
    this.#known.set(size, places);
    const known = places.get(place);
    if (known !== undefined) return known;
    const look = this.#kinds[item] === 0 ? this.#lookText : this.#lookEdges;
    const found = look.call(this, item, left, top, width, height);
    places.set(place, found);
    return found;
  }

  #lookText(item: number, left: number, top: number, width: number, height: number): number {
    const { u, v, from } = this.#text(item);
    let sum = 0;
    for (let n = 0; n < from.length; n++) {
      const a = from[n]!;
      const b = index(this.#to, left + u[n]! * width, top + v[n]! * height);
      sum += a < 0 || b < 0 ? Number(a !== b) : this.#unlike(a, b);
    }
    return sum / from.length;
  }

  /** Edges that the first picture does not reach are looked for by the box's own colour: another begins there. */
  #lookEdges(item: number, left: number, top: number, width: number, height: number): number {
    const { within, beside, own } = this.#edge(item);
    if (own < 0) return 1;
    let sum = 0;
    for (const [n, { u, v, du, dv }] of around.entries()) {
      const [x, y] = [left + u * width, top + v * height];
      const there = index(this.#to, x - du, y - dv);
      const next = index(this.#to, x + du, y + dv);
      const inner = within[n]!;
      const outer = beside[n]!;
      const mine = inner < 0 ? own : inner;
      sum += there < 0 ? Number(inner >= 0) : this.#unlike(mine, there);
      if (outer >= 0) sum += next < 0 ? 1 : this.#unlike(outer, next);
      else sum += next < 0 ? 0 : 1 - this.#unlike(mine, next);
    }
    return sum / around.length / 2;
  }

  #text(item: number): Sampled {
    const known = this.#texts.get(item);
    if (known !== undefined) return known;
    const box = this.#boxes[item]!;
    const places = inside(box);
    const sampled = {
      u: Float64Array.from(places, ([u]) => u),
      v: Float64Array.from(places, ([, v]) => v),
      from: Int32Array.from(places, ([u, v]) => index(this.#from, box[0] + u * box[2], box[1] + v * box[3])),
    };
    this.#texts.set(item, sampled);
    return sampled;
  }

  #edge(item: number): Edges {
    const known = this.#edges.get(item);
    if (known !== undefined) return known;
    const [left, top, width, height] = this.#boxes[item]!;
    const side = (way: number) =>
      Int32Array.from(around, ({ u, v, du, dv }) =>
        index(this.#from, left + u * width + way * du, top + v * height + way * dv),
      );
    const within = side(-1);
    const edges = { within, beside: side(1), own: within.find((at) => at >= 0) ?? -1 };
    this.#edges.set(item, edges);
    return edges;
  }

  /** How unlike two pixels are, one of each picture, 0 to 1. */
  #unlike(a: number, b: number): number {
    const [from, to] = [this.#from.data, this.#to.data];
    const difference =
      Math.abs(from[a]! - to[b]!) + Math.abs(from[a + 1]! - to[b + 1]!) + Math.abs(from[a + 2]! - to[b + 2]!);
    return Math.min(1, difference / 3 / unlike);
  }
}

/** Where a pixel's levels begin; -1 beyond the picture. */
function index({ width, height }: Raster, x: number, y: number): number {
  const [px, py] = [Math.round(x), Math.round(y)];
  return px < 0 || py < 0 || px >= width || py >= height ? -1 : (py * width + px) * 3;
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
  const rows = Math.max(1, Math.min(Math.round(height), 6));
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
