import { type Normal, restrict, solveSymmetric } from "./normal.ts";

export interface Choice {
  /** Columns chosen, in the order they were taken. */
  readonly members: number[];
  /** |r|^2 as the linear model predicts it after each of them. */
  readonly path: number[];
}

/**
 * Nominates knobs: greedily takes the column that lowers the predicted |r|^2 most given those taken before (orthogonal
 * matching pursuit on the normal equations), as long as the Bayesian information criterion
 * n log(rss) + cost log(n) falls. So a knob must explain what the others cannot, by more than chance would: freeing
 * every knob that moves pixels fits noise and lets parameters drift.
 *
 * @param observations effective number of independent observations n (blurred pixels are not independent)
 * @param cost price of a column in BIC units (1: the textbook one; 0: free, for knobs that have moved already)
 * @param reach largest believable step of each column: a linear model is not trusted beyond it
 * @param chosenBefore called with the members so far; lets the price of a column depend on its group
 */
export function nominate(
  normal: Normal,
  observations: number,
  limit: number,
  reach: readonly (readonly [low: number, high: number])[],
  cost: (column: number, members: readonly number[]) => number,
): Choice {
  const n = normal.pull.length;
  const members: number[] = [];
  const path: number[] = [];
  let rss = normal.rss;
  const ridge = 1e-6;
  while (members.length < Math.min(limit, n)) {
    const part = restrict(normal, members);
    for (let i = 0; i < members.length; i++) part.gram.set(i, i, part.gram.get(i, i) * (1 + ridge));
    const step = solveSymmetric(part.gram, part.pull).map((d, i) => clamp(d, reach[members[i]!]!));
    let best = -1;
    let bestScore = 0;
    let bestGain = 0;
    for (let k = 0; k < n; k++) {
      const own = normal.gram.get(k, k);
      if (own <= 0 || members.includes(k)) continue;
      const cross = members.map((m) => normal.gram.get(k, m));
      const shadow = members.length === 0 ? [] : solveSymmetric(part.gram, cross);
      // What of this column the members cannot imitate; a copy of them explains nothing.
      const h = own - cross.reduce((sum, c, i) => sum + c * shadow[i]!, 0);
      if (h < 0.02 * own) continue;
      const g = normal.pull[k]! - cross.reduce((sum, c, i) => sum + c * step[i]!, 0);
      const d = clamp(g / h, reach[k]!);
      const gain = 2 * g * d - h * d * d;
      if (gain <= 0) continue;
      const left = Math.max(rss - gain, 1e-3 * rss);
      const score = observations * Math.log(left / rss) + cost(k, members) * Math.log(observations);
      if (score < bestScore) {
        bestScore = score;
        best = k;
        bestGain = gain;
      }
    }
    if (best < 0) break;
    members.push(best);
    rss = Math.max(rss - bestGain, 1e-3 * rss);
    path.push(rss);
  }
  return { members, path };
}

const clamp = (value: number, [low, high]: readonly [number, number]): number => Math.min(high, Math.max(low, value));

/**
 * How much |r|^2 would rise, by the linear model, if a member were put back by `displacement` and the others refitted
 * (optimal brain surgeon): displacement^2 / (G^-1)_kk.
 */
export function priceOfReturn(normal: Normal, displacement: readonly number[]): number[] {
  const n = normal.pull.length;
  return Array.from({ length: n }, (_, k) => {
    const others = Array.from({ length: n }, (_unused, i) => i).filter((i) => i !== k);
    const part = restrict(normal, others);
    for (let i = 0; i < others.length; i++) part.gram.set(i, i, part.gram.get(i, i) * (1 + 1e-6) + 1e-12);
    const cross = others.map((m) => normal.gram.get(k, m));
    const shadow = solveSymmetric(part.gram, cross);
    const h = normal.gram.get(k, k) - cross.reduce((sum, c, i) => sum + c * shadow[i]!, 0);
    return Math.max(0, h) * displacement[k]! ** 2;
  });
}
