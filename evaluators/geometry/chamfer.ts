import { drawsOf } from "../aggregate/resample.ts";

/** Corners of triangles, nine numbers each: x, y, z of three corners. */
export type Triangles = Float64Array;

/** Points drawn evenly over the area of triangles, three numbers each; none where there is no area. */
export function surfacePoints(triangles: Triangles, count: number, seed: number): Float64Array {
  const areas = new Float64Array(triangles.length / 9);
  let total = 0;
  for (let n = 0; n < areas.length; n++) {
    const [ax, ay, az, bx, by, bz, cx, cy, cz] = triangles.subarray(9 * n, 9 * n + 9) as unknown as number[];
    const [ux, uy, uz, vx, vy, vz] = [bx! - ax!, by! - ay!, bz! - az!, cx! - ax!, cy! - ay!, cz! - az!];
    total += Math.hypot(uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx) / 2;
    areas[n] = total;
  }
  if (!(total > 0)) return new Float64Array(0);
  const draw = drawsOf(seed);
  const points = new Float64Array(3 * count);
  for (let n = 0; n < count; n++) {
    const at = triangleAt(areas, draw() * total);
    let [u, v] = [draw(), draw()];
    if (u + v > 1) [u, v] = [1 - u, 1 - v];
    for (let axis = 0; axis < 3; axis++) {
      const [a, b, c] = [triangles[9 * at + axis]!, triangles[9 * at + 3 + axis]!, triangles[9 * at + 6 + axis]!];
      points[3 * n + axis] = a + u * (b - a) + v * (c - a);
    }
  }
  return points;
}

/** The first triangle whose running area is above `area`. */
function triangleAt(areas: Float64Array, area: number): number {
  let [low, high] = [0, areas.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (areas[middle]! > area) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Points in order of x, to look for the nearest from the middle outwards. */
function byX(points: Float64Array): Float64Array {
  const order = Array.from({ length: points.length / 3 }, (_, index) => index).sort(
    (a, b) => points[3 * a]! - points[3 * b]!,
  );
  const sorted = new Float64Array(points.length);
  for (const [to, from] of order.entries()) sorted.set(points.subarray(3 * from, 3 * from + 3), 3 * to);
  return sorted;
}

function meanNearest(from: Float64Array, sorted: Float64Array): number {
  const count = sorted.length / 3;
  let sum = 0;
  for (let n = 0; n < from.length; n += 3) {
    const [x, y, z] = [from[n]!, from[n + 1]!, from[n + 2]!];
    let [low, high] = [0, count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[3 * middle]! < x) low = middle + 1;
      else high = middle;
    }
    let best = Number.POSITIVE_INFINITY;
    const look = (at: number): boolean => {
      const dx = sorted[3 * at]! - x;
      if (dx * dx >= best) return false;
      best = Math.min(best, dx * dx + (sorted[3 * at + 1]! - y) ** 2 + (sorted[3 * at + 2]! - z) ** 2);
      return true;
    };
    for (let at = low; at < count && look(at); at++);
    for (let at = low - 1; at >= 0 && look(at); at--);
    sum += Math.sqrt(best);
  }
  return sum / (from.length / 3);
}

/** Points on each surface. */
const drawn = 10_000;

/**
 * Chamfer distance of two surfaces, in their own unit: the mean distance from points of one to the nearest point of the other,
 * averaged over both ways. Points are drawn, so a surface against itself has a little more than 0. null where one has no area.
 */
export function chamferDistance(one: Triangles, other: Triangles, seed = 0): number | null {
  const [a, b] = [surfacePoints(one, drawn, seed), surfacePoints(other, drawn, seed + 1)];
  if (a.length === 0 || b.length === 0) return null;
  const [left, right] = [byX(a), byX(b)];
  return (meanNearest(left, right) + meanNearest(right, left)) / 2;
}
