import { CholeskyDecomposition, Matrix, SVD } from "ml-matrix";

/**
 * Normal equations of a linearised fit: residual r(u + d) = r + J d, so that |r|^2 falls by 2 b.d - d.G.d with
 * G = J'J and b = -J'r. Everything the solver decides (which knobs, which steps, which to drop) is read off these.
 */
export interface Normal {
  /** J'J, one row per column of J. */
  readonly gram: Matrix;
  /** -J'r. */
  readonly pull: number[];
  /** |r|^2. */
  readonly rss: number;
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

export function normalEquations(columns: readonly Float32Array[], residual: Float32Array): Normal {
  const n = columns.length;
  const gram = Matrix.zeros(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) {
      const value = dot(columns[i]!, columns[j]!);
      gram.set(i, j, value);
      gram.set(j, i, value);
    }
  }
  return { gram, pull: columns.map((column) => -dot(column, residual)), rss: dot(residual, residual) };
}

/** The system of some columns only. */
export function restrict(normal: Normal, members: readonly number[]): Normal {
  return {
    gram: normal.gram.selection([...members], [...members]),
    pull: members.map((m) => normal.pull[m]!),
    rss: normal.rss,
  };
}

/** Solves A x = b for symmetric positive (semi-)definite A. */
export function solveSymmetric(a: Matrix, b: readonly number[]): number[] {
  if (b.length === 0) return [];
  const right = Matrix.columnVector([...b]);
  const cholesky = new CholeskyDecomposition(a);
  if (cholesky.isPositiveDefinite()) return cholesky.solve(right).getColumn(0);
  return new SVD(a, { autoTranspose: true }).solve(right).getColumn(0);
}

/** Predicted fall of |r|^2 for a step. */
export function predictedGain(normal: Normal, step: readonly number[]): number {
  const moved = normal.gram.mmul(Matrix.columnVector([...step])).getColumn(0);
  return step.reduce((sum, d, i) => sum + 2 * normal.pull[i]! * d - d * moved[i]!, 0);
}

/**
 * A Levenberg-Marquardt step with bounds: damped by `lambda` times the diagonal (Marquardt's scaling), every component
 * kept in [low, high]; components that hit a bound are fixed there and the others solved again. `pinned` components take
 * their lower bound from the start.
 */
export function dampedStep(
  normal: Normal,
  lambda: number,
  low: readonly number[],
  high: readonly number[],
  pinned: ReadonlySet<number> = new Set(),
): number[] {
  const n = normal.pull.length;
  const floor = 1e-9 * Math.max(1e-12, ...Array.from({ length: n }, (_, i) => normal.gram.get(i, i)));
  const fixed = new Map<number, number>([...pinned].map((i) => [i, low[i]!]));
  for (;;) {
    const free = Array.from({ length: n }, (_, i) => i).filter((i) => !fixed.has(i));
    const step = Array.from({ length: n }, (_, i) => fixed.get(i) ?? 0);
    if (free.length === 0) return step;
    const a = normal.gram.selection(free, free);
    for (let i = 0; i < free.length; i++) a.set(i, i, a.get(i, i) * (1 + lambda) + floor);
    const b = free.map((i) => {
      let value = normal.pull[i]!;
      for (const [j, d] of fixed) value -= normal.gram.get(i, j) * d;
      return value;
    });
    const solved = solveSymmetric(a, b);
    let worst = -1;
    let excess = 1e-12;
    for (let i = 0; i < free.length; i++) {
      const k = free[i]!;
      step[k] = solved[i]!;
      const over = Math.max(low[k]! - solved[i]!, solved[i]! - high[k]!);
      if (over > excess) {
        excess = over;
        worst = k;
      }
    }
    if (worst < 0) return step;
    fixed.set(worst, step[worst]! < low[worst]! ? low[worst]! : high[worst]!);
  }
}
