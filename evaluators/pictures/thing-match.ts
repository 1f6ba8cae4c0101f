import { edgesOf, responses } from "./edges.ts";
import type { ObjectMap, Rect } from "./object-map.ts";
import type { Picture } from "./picture.ts";
import { resize } from "./resize.ts";
import { shapesOf, type ThingShape } from "./thing-shape.ts";

/** Where a thing of the render stands in the target. */
export interface ThingMatch {
  name: string;
  /** Label in the map. */
  label: number;
  /** in_place: it stands where it should, as large as it should; moved: it stands elsewhere or has another size; lost: the
   * target does not show it there, and where it does is not known. */
  state: "in_place" | "moved" | "lost";
  /** Its rectangle in the render. */
  rect: Rect;
  /** Moved: the same rectangle as the target has it. */
  wanted: Rect;
  /** Moved: its centre in the render less that in the target, in fractions of the picture; positive is too far right, too
   * low. */
  dx: number;
  dy: number;
  /** Moved: its size in the render over that in the target. */
  size: number;
}

/** Longer side of the grid that is searched, px. */
const side = 192;
/** How far the target is searched for a thing: part of the longer side. */
const reach = 0.3;
/** Sizes tried, in the target over the render. */
const sizes = Array.from({ length: 13 }, (_, index) => 2 ** ((index - 6) / 6));
/** Agreement of edges (0..1) that a thing in place has, and that a moved one needs. */
const inPlaceFrom = 0.6;
const movedFrom = 0.54;
/** Agreement of edges and colour below which it is not there, and of edges alone. */
const lostBelow = { edges: 0.42, colour: 0.5, alone: 0.2 };
/** How much better a place must do than every other, and than staying put. */
const margin = 0.12;
const gain = 0.12;
/** What counts beside edges: colour; and against: distance and another size, since most things are nearly right. */
const weight = { colour: 0.8, far: 0.04, size: 0.06 };
/** Agreement of edges below which a place is not looked at, and px that a thing must have there. */
const leastEdges = 0.35;
const leastExtent = 6;
/** Chromaticities this far apart are different colours. */
const otherColour = 0.15;

interface Place {
  dx: number;
  dy: number;
  size: number;
  score: number;
}
const still: Place = { dx: 0, dy: 0, size: 1, score: 0 };

function reduced(picture: Picture): Picture {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const size = (px: number) => Math.max(1, Math.round(px * scale));
  return scale === 1 ? picture : resize(picture, size(picture.width), size(picture.height), "bicubic");
}

/** Two numbers a pixel that say its colour without its brightness. */
function chromaticities({ rgb }: Picture): Float32Array {
  const out = new Float32Array((rgb.length / 3) * 2);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 2) {
    const [r, g, b] = [rgb[from]!, rgb[from + 1]!, rgb[from + 2]!];
    out[to] = (r - g) / (r + g + b + 30);
    out[to + 1] = (g - b) / (r + g + b + 30);
  }
  return out;
}

/** A render's things sought in a target of the same grid. */
class Search {
  readonly width: number;
  readonly height: number;
  readonly #coarse: Uint8Array;
  readonly #fine: Uint8Array;
  readonly #own: Float32Array;
  readonly #goal: Float32Array;

  constructor(render: Picture, goal: Picture) {
    const edges = edgesOf(goal);
    [this.width, this.height] = [goal.width, goal.height];
    [this.#coarse, this.#fine] = [responses(edges, 2), responses(edges, 1)];
    [this.#own, this.#goal] = [chromaticities(render), chromaticities(goal)];
  }

  /** Agreement of its edges with the target's, moved and resized about its centre. */
  #edges(planes: Uint8Array, thing: ThingShape, place: Place): number {
    const { width, height } = this;
    let sum = 0;
    let inside = 0;
    for (const { x, y, direction } of thing.edges) {
      const px = Math.round(thing.centre.x + (x - thing.centre.x) * place.size + place.dx);
      const py = Math.round(thing.centre.y + (y - thing.centre.y) * place.size + place.dy);
      if (px < 1 || py < 1 || px >= width - 1 || py >= height - 1) continue;
      inside += 1;
      sum += planes[(direction * height + py) * width + px]!;
    }
    // What lies outside the picture agrees with nothing and speaks against nothing, while most of the thing is inside.
    return inside < 0.7 * thing.edges.length ? 0 : sum / (255 * inside);
  }

  /** Agreement of its surface's colours with the target's, brightness apart. */
  #colour(thing: ThingShape, place: Place): number {
    let sum = 0;
    for (const { x, y, at } of thing.surface) {
      const px = Math.round(thing.centre.x + (x - thing.centre.x) * place.size + place.dx);
      const py = Math.round(thing.centre.y + (y - thing.centre.y) * place.size + place.dy);
      if (px < 0 || py < 0 || px >= this.width || py >= this.height) continue;
      const to = 2 * (py * this.width + px);
      const apart =
        Math.abs(this.#own[2 * at]! - this.#goal[to]!) + Math.abs(this.#own[2 * at + 1]! - this.#goal[to + 1]!);
      sum += Math.max(0, 1 - apart / otherColour);
    }
    return sum / thing.surface.length;
  }

  /** How well a place does all in all. */
  #rate(thing: ThingShape, place: Place): Place {
    const edges = this.#edges(this.#coarse, thing, place);
    if (edges < leastEdges) return { ...place, score: 0 };
    const far = Math.hypot(place.dx / this.width, place.dy / this.height) / reach;
    const odd = weight.far * far + weight.size * Math.abs(Math.log2(place.size));
    return { ...place, score: edges + weight.colour * this.#colour(thing, place) - odd };
  }

  /** The best of a place and its neighbours, which a search by every other pixel leaves out. */
  #settled(thing: ThingShape, place: Place | null): Place | null {
    if (place === null) return null;
    const steps = [-1, 0, 1];
    const around = steps.flatMap((dy) => steps.map((dx) => ({ ...place, dx: place.dx + dx, dy: place.dy + dy })));
    return bestOf(around.map((each) => this.#rate(thing, each)));
  }

  /** The best place and size for a thing, how well its edges do there, and how much better than any really different one. */
  widely(thing: ThingShape): { best: Place; edges: number; ahead: number } | null {
    const radius = Math.ceil(reach * Math.max(this.width, this.height));
    const found: Place[] = [];
    for (const size of sizes) {
      if (thing.extent * size < leastExtent) continue;
      for (let dy = -radius; dy <= radius; dy += 2) {
        for (let dx = -radius; dx <= radius; dx += 2) {
          const place = this.#rate(thing, { dx, dy, size, score: 0 });
          if (place.score > 0) found.push(place);
        }
      }
    }
    const best = this.#settled(thing, bestOf(found));
    if (best === null) return null;
    const near = Math.max(4, 0.25 * thing.extent * best.size);
    const elsewhere = found.filter(
      ({ dx, dy, size }) =>
        Math.hypot(dx - best.dx, dy - best.dy) > near || Math.abs(Math.log2(size / best.size)) > 0.35,
    );
    const other = this.#settled(thing, bestOf(elsewhere));
    return { best, edges: this.#edges(this.#coarse, thing, best), ahead: best.score - (other?.score ?? 0) };
  }

  /** The place around one where its edges agree best, by steps that get smaller. */
  closely(thing: ThingShape, from: Place): Place {
    let best = { ...from, score: this.#edges(this.#fine, thing, from) };
    for (const [move, grow] of [
      [1, 2 ** (1 / 12)],
      [1, 2 ** (1 / 24)],
      [0.5, 2 ** (1 / 48)],
    ] as const) {
      for (let again = true; again; ) {
        again = false;
        for (const size of [best.size / grow, best.size, best.size * grow]) {
          for (const dy of [best.dy - move, best.dy, best.dy + move]) {
            for (const dx of [best.dx - move, best.dx, best.dx + move]) {
              const score = this.#edges(this.#fine, thing, { dx, dy, size, score: 0 });
              if (score <= best.score + 1e-9) continue;
              best = { dx, dy, size, score };
              again = true;
            }
          }
        }
      }
    }
    return best;
  }

  /** How well its edges and colours agree where it is. */
  unmoved(thing: ThingShape): { coarse: number; fine: number; colour: number } {
    const [coarse, fine] = [this.#coarse, this.#fine].map((planes) => this.#edges(planes, thing, still));
    return { coarse: coarse!, fine: fine!, colour: this.#colour(thing, still) };
  }
}

const bestOf = (places: readonly Place[]): Place | null =>
  places.reduce<Place | null>((top, place) => (top === null || place.score > top.score ? place : top), null);

function overlap(a: Rect, b: Rect): number {
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (across <= 0 || down <= 0) return 0;
  const area = ({ left, top, right, bottom }: Rect) => (right - left) * (bottom - top);
  return (across * down) / (area(a) + area(b) - across * down);
}

/** Where it is, as large as it is, within a pixel of the grid. */
function isStill({ extent }: ThingShape, { dx, dy, size }: Place): boolean {
  return Math.hypot(dx, dy) <= 1.5 && Math.abs(size - 1) * extent <= 2.5;
}

/** Too little to be told, also where edges say it clearly: hidden parts and a soft shadow move an outline as much. */
function isNear(thing: ThingShape, place: Place, { width, height }: Search): boolean {
  const close = Math.max(Math.abs(place.dx) / width, Math.abs(place.dy) / height) < 0.012;
  return isStill(thing, place) || (close && Math.abs(Math.log2(place.size)) < 0.13);
}

interface Found {
  thing: ThingShape;
  state: ThingMatch["state"];
  place: Place;
}

function find(search: Search, thing: ThingShape): Found | null {
  const unmoved = search.unmoved(thing);
  const here = search.closely(thing, still);
  if (isStill(thing, here) && here.score >= inPlaceFrom) return { thing, state: "in_place", place: still };
  const wide = search.widely(thing);
  if (wide !== null && wide.ahead >= margin && wide.edges >= movedFrom) {
    const place = search.closely(thing, wide.best);
    if (isNear(thing, place, search)) return { thing, state: "in_place", place: still };
    if (place.score >= movedFrom - 0.1 && place.score - unmoved.fine >= gain) return { thing, state: "moved", place };
  }
  const { coarse, colour } = unmoved;
  return coarse < lostBelow.edges && (colour < lostBelow.colour || coarse < lostBelow.alone)
    ? { thing, state: "lost", place: still }
    : null;
}

function wantedOf({ rect }: ThingShape, { dx, dy, size }: Place, { width, height }: Search): Rect {
  const [x, y] = [(rect.left + rect.right) / 2 + dx / width, (rect.top + rect.bottom) / 2 + dy / height];
  const [w, h] = [((rect.right - rect.left) * size) / 2, ((rect.bottom - rect.top) * size) / 2];
  return { left: x - w, top: y - h, right: x + w, bottom: y + h };
}

/**
 * Finds the render's things again in the target (of the same shape), by their edges at several sizes within 30 % of the
 * longer side; other light or another colour does not hinder it, an equal colour helps. A place is told only where it does
 * clearly better than all others and no other thing already stands there. What turned or is covered may have no answer.
 */
export function matchThings(render: Picture, target: Picture, map: ObjectMap): ThingMatch[] {
  const [small, goal] = [reduced(render), reduced(target)];
  if (small.width < 16 || small.height < 16) return [];
  const things = shapesOf(small, map);
  if (things.length === 0) return [];
  const search = new Search(small, goal);
  const found = things.map((thing) => find(search, thing)).filter((each) => each !== null);
  const standing = found.filter(({ state }) => state === "in_place");
  return found.map(({ thing, state: seemed, place }): ThingMatch => {
    const wanted = wantedOf(thing, place, search);
    const taken = seemed === "moved" && standing.some((other) => overlap(wanted, other.thing.rect) > 0.5);
    const state = taken ? "lost" : seemed;
    const { dx, dy, size } = state === "moved" ? place : still;
    return {
      name: map.names[thing.label - 1]!,
      label: thing.label,
      state,
      rect: thing.rect,
      wanted: state === "moved" ? wanted : thing.rect,
      dx: -dx / search.width || 0,
      dy: -dy / search.height || 0,
      size: 1 / size,
    };
  });
}
