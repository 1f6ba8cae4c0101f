import { Matrix, solve } from "ml-matrix";
import type { Point3, ViewMasks } from "./sweeper.ts";

/** Where a point of the world is in a view, as shares of its width and height, and its depth; null behind the camera. */
export function project(
  { matrix }: Pick<ViewMasks, "matrix">,
  point: Point3,
): { x: number; y: number; depth: number } | null {
  const [x, y, , w] = [0, 1, 2, 3].map(
    (row) =>
      matrix[4 * row]! * point[0] +
      matrix[4 * row + 1]! * point[1] +
      matrix[4 * row + 2]! * point[2] +
      matrix[4 * row + 3]!,
  ) as [number, number, number, number];
  return w > 1e-6 ? { x: (x / w + 1) / 2, y: (1 - y / w) / 2, depth: w } : null;
}

/** Metres along the free axes that bring a point to a spot of the view (and to a depth); null where none do. */
export function towards(
  free: readonly { readonly axis: number }[],
  from: Point3,
  view: Pick<ViewMasks, "matrix">,
  spot: { readonly x: number; readonly y: number; readonly depth?: number },
): number[] | null {
  const moves = free.map(() => 0);
  const off = (by: readonly number[]): number[] | null => {
    const point = [...from] as [number, number, number];
    free.forEach(({ axis }, i) => {
      point[axis]! += by[i]!;
    });
    const seen = project(view, point);
    if (seen === null) return null;
    const wrong = [seen.x - spot.x, seen.y - spot.y];
    return spot.depth === undefined ? wrong : [...wrong, Math.log(seen.depth / spot.depth)];
  };
  const near = project(view, from)?.depth ?? 1;
  const size = (wrong: readonly number[]) => Math.hypot(...wrong);
  let wrong = off(moves);
  for (let step = 0; step < 12 && wrong !== null && size(wrong) > 1e-4; step++) {
    const nudge = 1e-4 * near;
    const columns = moves.map((_, i) => off(moves.map((m, j) => (i === j ? m + nudge : m))));
    if (columns.some((column) => column === null)) return null;
    const now = wrong;
    const jacobian = new Matrix(now.map((value, row) => columns.map((column) => (column![row]! - value) / nudge)));
    const square = jacobian.transpose().mmul(jacobian);
    for (let i = 0; i < moves.length; i++) square.set(i, i, square.get(i, i) * (1 + 1e-6) + 1e-12);
    const pull = jacobian.transpose().mmul(Matrix.columnVector(now));
    const full = solve(square, pull).getColumn(0);
    // A step that leads behind the camera, or away, is halved.
    let better: number[] | null = null;
    for (let part = 1; part > 0.05 && better === null; part /= 2) {
      const next = moves.map((m, i) => m - part * full[i]!);
      const there = off(next);
      if (there !== null && size(there) < size(now)) {
        better = there;
        next.forEach((m, i) => {
          moves[i] = m;
        });
      }
    }
    if (better === null) break;
    wrong = better;
  }
  // One free axis cannot reach every spot: near is as good as it gets.
  return wrong !== null && size(wrong) < (free.length === 1 ? 0.05 : 0.02) ? moves : null;
}
