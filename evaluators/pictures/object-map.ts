/** A rectangle of a picture in fractions of its width and height, from the upper left corner. */
export interface Rect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Which thing each pixel of a picture shows, on a grid of its own: 0 is nothing, n is `names[n - 1]`. */
export interface ObjectMap {
  width: number;
  height: number;
  names: readonly string[];
  labels: Uint16Array;
}

/** A thing and which part of a region shows it, 0..1. */
export interface NamedShare {
  name: string;
  share: number;
}

/** Label of the thing that is seen at a place given in fractions of the picture. */
export function labelAt(map: ObjectMap, x: number, y: number): number {
  const column = Math.min(map.width - 1, Math.max(0, Math.floor(x * map.width)));
  const row = Math.min(map.height - 1, Math.max(0, Math.floor(y * map.height)));
  return map.labels[row * map.width + column]!;
}

/** Most things that a region is said to show, and the part of it that each must fill. */
const mostNames = 3;
const leastShare = 0.1;

/** Counts of labels as names, largest part first; what fills less than a tenth is left out unless all do. */
export function namedShares(map: ObjectMap, counts: ReadonlyMap<number, number>): NamedShare[] {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const shares = [...counts]
    .filter(([label]) => label > 0)
    .map(([label, count]) => ({ name: map.names[label - 1]!, share: count / total }))
    .sort((a, b) => b.share - a.share);
  const telling = shares.filter(({ share }) => share >= leastShare);
  return (telling.length > 0 ? telling : shares.slice(0, 1)).slice(0, mostNames);
}

/** The part of a map inside a rectangle. */
export function mapPart(map: ObjectMap, rect: Rect): ObjectMap {
  const left = Math.min(map.width - 1, Math.floor(rect.left * map.width));
  const top = Math.min(map.height - 1, Math.floor(rect.top * map.height));
  const width = Math.max(1, Math.min(map.width, Math.ceil(rect.right * map.width)) - left);
  const height = Math.max(1, Math.min(map.height, Math.ceil(rect.bottom * map.height)) - top);
  const labels = new Uint16Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * map.width + left;
    labels.set(map.labels.subarray(from, from + width), y * width);
  }
  return { width, height, names: map.names, labels };
}
