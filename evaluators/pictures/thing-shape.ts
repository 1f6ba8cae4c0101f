import { type Edges, edgesOf } from "./edges.ts";
import { labelAt, type ObjectMap, type Rect } from "./object-map.ts";
import type { Picture } from "./picture.ts";

interface Point {
  x: number;
  y: number;
}

/** What a thing is known by: the edges of its outline and inside it, and colours of its surface, in pixels of a grid. */
export interface ThingShape {
  /** Label in the map. */
  label: number;
  edges: (Point & { direction: number })[];
  surface: (Point & { at: number })[];
  centre: Point;
  rect: Rect;
  /** The longer side of its rectangle, px. */
  extent: number;
}

/** Edge and surface pixels of a thing that are compared at most; fewer edges than the least describe no shape. */
const mostEdges = 160;
const leastEdges = 24;
const mostSurface = 80;
/** Things over more of the picture than this are its ground rather than a thing in it. */
const largest = 0.4;
const smallest = 0.0015;

function evenly<T>(list: readonly T[], most: number): T[] {
  const count = Math.min(list.length, Math.max(0, Math.floor(most)));
  return Array.from({ length: count }, (_, index) => list[Math.floor((index * list.length) / count)]!);
}

/** The map on the grid of a picture. */
function labelsOn({ width, height }: Edges, map: ObjectMap): Uint16Array {
  const labels = new Uint16Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) labels[y * width + x] = labelAt(map, (x + 0.5) / width, (y + 0.5) / height);
  }
  return labels;
}

interface Collected {
  pixels: number[];
  outline: ThingShape["edges"];
  inside: ThingShape["edges"];
}

function collect(edges: Edges, map: ObjectMap): Map<number, Collected> {
  const { width, height } = edges;
  const labels = labelsOn(edges, map);
  const found = new Map<number, Collected>();
  for (const [at, label] of labels.entries()) {
    if (label === 0) continue;
    const known = found.get(label);
    if (known === undefined) found.set(label, { pixels: [at], outline: [], inside: [] });
    else known.pixels.push(at);
  }
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const direction = edges.direction[at]!;
      if (direction === 0) continue;
      // An outline's edge may lie on either side of it.
      const near = new Set([at, at - 1, at + 1, at - width, at + width].map((each) => labels[each]!));
      const side = near.size > 1 ? "outline" : "inside";
      for (const label of near) found.get(label)?.[side].push({ x, y, direction: direction - 1 });
    }
  }
  return found;
}

/** The things of a picture that have a shape to be found again by: not too small, not the ground, not cut off twice. */
export function shapesOf(picture: Picture, map: ObjectMap): ThingShape[] {
  const { width, height } = picture;
  const edges = edgesOf(picture);
  return [...collect(edges, map)].flatMap(([label, { pixels, outline, inside }]) => {
    const columns = pixels.map((at) => at % width);
    const rows = pixels.map((at) => Math.floor(at / width));
    const [x0, x1] = [columns.reduce((a, b) => Math.min(a, b)), columns.reduce((a, b) => Math.max(a, b)) + 1];
    const [y0, y1] = [rows[0]!, rows.at(-1)! + 1];
    const area = pixels.length / (width * height);
    const cutOff = [x0 === 0, y0 === 0, x1 === width, y1 === height].filter(Boolean).length;
    const rim = evenly(outline, mostEdges);
    const kept = [...rim, ...evenly(inside, Math.min(mostEdges - rim.length, rim.length))];
    if (area > largest || area < smallest || cutOff > 1 || kept.length < leastEdges) return [];
    return {
      label,
      edges: kept,
      surface: evenly(pixels, mostSurface).map((at) => ({ x: at % width, y: Math.floor(at / width), at })),
      centre: { x: (x0 + x1) / 2, y: (y0 + y1) / 2 },
      rect: { left: x0 / width, top: y0 / height, right: x1 / width, bottom: y1 / height },
      extent: Math.max(x1 - x0, y1 - y0),
    };
  });
}
