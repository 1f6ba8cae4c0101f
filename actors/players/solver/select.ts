import type { Matrix } from "ml-matrix";
import { dot, type Normal, solveSymmetric } from "./normal.ts";

/** A knob must gain this many times what noise gives one observation: hundreds are tried, so chance has many goes. */
export const chance = 15;

/**
 * Where a knob can be seen: soft weights over the residual's entries. Whether a knob is believed depends on how much of
 * the difference *there* it explains; against the whole picture nothing small would ever count.
 */
export interface Support {
  readonly weights: Float32Array;
  /** Effective number of independent observations inside. */
  readonly observations: number;
}

/** Weights near one where the column is within a few times of its peak. `observations`: of the whole residual. */
export function supportOf(column: Float32Array, observations: number): Support {
  let top = 0;
  for (let i = 0; i < column.length; i++) top = Math.max(top, column[i]! * column[i]!);
  const weights = new Float32Array(column.length);
  let sum = 0;
  if (top > 0) {
    for (let i = 0; i < column.length; i++) {
      const square = column[i]! * column[i]!;
      weights[i] = square / (square + 0.05 * top);
      sum += weights[i]!;
    }
  }
  return { weights, observations: Math.max(2, (observations * sum) / Math.max(1, column.length)) };
}

export function weightedSquares(residual: Float32Array, weights: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < residual.length; i++) sum += weights[i]! * residual[i]! * residual[i]!;
  return sum;
}

/**
 * The Bayesian information criterion for freeing `cost` parameters that bring |r|^2 inside a support from `before` to
 * `after`: negative when it pays.
 */
export function criterion(before: number, after: number, observations: number, cost: number): number {
  if (before <= 0) return 0;
  return observations * Math.log(Math.max(after / before, 1e-3)) + cost * Math.log(observations);
}

export interface Selection {
  readonly columns: readonly Float32Array[];
  readonly supports: readonly Support[];
  readonly residual: Float32Array;
  readonly normal: Normal;
  /** Least fall of |r|^2 that is not chance: several times what noise gives one observation. */
  readonly floor: number;
  readonly limit: number;
  /** Largest believable step of each column either way: a linear model is not trusted beyond it. */
  readonly reach: readonly (readonly [low: number, high: number])[];
  /** Price of a column given those taken before, in units of the criterion (1: the textbook one). */
  readonly cost: (column: number, members: readonly number[]) => number;
}

/**
 * Nominates knobs: takes the column that lowers the predicted |r|^2 most given those taken before (orthogonal matching
 * pursuit), as long as the information criterion on its own support falls. Freeing every knob that moves pixels would fit
 * noise and let parameters drift.
 */
export function nominate(selection: Selection): number[] {
  const { columns, supports, residual, normal } = selection;
  const members: number[] = [];
  let current = residual;
  while (members.length < Math.min(selection.limit, columns.length)) {
    const part = damped(normal.gram, members);
    let best = -1;
    let bestRank = 0;
    for (let k = 0; k < columns.length; k++) {
      const own = normal.gram.get(k, k);
      if (own <= 0 || members.includes(k)) continue;
      const cross = members.map((m) => normal.gram.get(k, m));
      const shadow = part ? solveSymmetric(part, cross) : [];
      // What of this column the members cannot imitate; a copy of them explains nothing.
      const h = own - cross.reduce((sum, c, i) => sum + c * shadow[i]!, 0);
      if (h < 0.02 * own) continue;
      const g = -dot(columns[k]!, current);
      const d = clamp(g / h, selection.reach[k]!);
      const gain = 2 * g * d - h * d * d;
      if (gain <= selection.floor) continue;
      const price = selection.cost(k, members);
      const here = weightedSquares(current, supports[k]!.weights);
      if (criterion(here, here - gain, supports[k]!.observations, price) >= 0) continue;
      const rank = gain / Math.max(0.5, price);
      if (rank > bestRank) {
        bestRank = rank;
        best = k;
      }
    }
    if (best < 0) break;
    members.push(best);
    const step = solveSymmetric(
      damped(normal.gram, members)!,
      members.map((m) => normal.pull[m]!),
    );
    current = Float32Array.from(residual);
    members.forEach((m, i) => {
      const d = clamp(step[i]!, selection.reach[m]!);
      const column = columns[m]!;
      for (let j = 0; j < column.length; j++) current[j]! += d * column[j]!;
    });
  }
  return members;
}

function damped(gram: Matrix, members: readonly number[]): Matrix | null {
  if (members.length === 0) return null;
  const part = gram.selection([...members], [...members]);
  for (let i = 0; i < members.length; i++) part.set(i, i, part.get(i, i) * (1 + 1e-6));
  return part;
}

const clamp = (value: number, [low, high]: readonly [number, number]): number => Math.min(high, Math.max(low, value));
