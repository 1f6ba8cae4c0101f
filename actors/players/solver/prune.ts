import type { Fitter } from "./fitter.ts";
import { dampedStep, predictedGain } from "./normal.ts";
import type { Scale } from "./problem.ts";
import { chance, supportOf, weightedSquares } from "./select.ts";

/**
 * Puts knobs back that do not earn their freedom: by the linear model, the cheapest return (all others refitted) is
 * taken as long as it raises |r|^2 by less than the information criterion charges the knob inside its own support. The result is checked by
 * rendering it, with fewer returns if the model was wrong. Returns the knobs put back.
 */
export async function prune(fitter: Fitter, scale: Scale, strictness: number, noise: number): Promise<number[]> {
  const { problem } = fitter;
  const base = await fitter.base(scale);
  const scan = await fitter.scan(fitter.moved(), scale, "none", base);
  const back = scan.members.map((k) => problem.origin[k]! - fitter.point[k]!);
  const wide = scan.members.map((k): [number, number] => {
    const c = problem.coordinates[k]!;
    return [Math.max(-2, c.low - fitter.point[k]!), Math.min(2, c.high - fitter.point[k]!)];
  });
  const refit = (returned: ReadonlySet<number>) => {
    const low = wide.map(([l], i) => (returned.has(i) ? back[i]! : l));
    const high = wide.map(([, h], i) => (returned.has(i) ? back[i]! : h));
    const step = dampedStep(scan.normal, 1e-3, low, high, returned);
    return { step, rss: Math.max(1e-12, scan.normal.rss - predictedGain(scan.normal, step)) };
  };
  const supports = scan.columns.map((column) => supportOf(column, scan.observations));
  const floor = (chance * noise) / scan.observations;
  const kept = refit(new Set());
  /** What |r|^2 may rise by when a member goes back: less than what its freedom is charged inside its own support. */
  const charges = scan.members.map((k, i) => {
    const { weights, observations } = supports[i]!;
    const rest = Float32Array.from(scan.residual);
    kept.step.forEach((d, m) => {
      const column = scan.columns[m]!;
      for (let j = 0; j < column.length; j++) rest[j]! += d * column[j]!;
    });
    const here = Math.max(weightedSquares(rest, weights), 0.3 * weightedSquares(scan.residual, weights));
    return Math.max(floor, here * (observations ** ((strictness * fitter.price(k)) / observations) - 1));
  });
  const order: number[] = [];
  let now = kept;
  for (;;) {
    let best = -1;
    let bestRatio = 1;
    for (let i = 0; i < scan.members.length; i++) {
      if (order.includes(i)) continue;
      const ratio = (refit(new Set([...order, i])).rss - now.rss) / charges[i]!;
      if (ratio < bestRatio) {
        bestRatio = ratio;
        best = i;
      }
    }
    if (best < 0) break;
    order.push(best);
    now = refit(new Set(order));
  }
  if (order.length === 0) return [];
  const counts = [...new Set([order.length, Math.ceil(order.length * 0.6), Math.ceil(order.length * 0.3)])];
  const points = counts.map((count) => {
    const returned = new Set(order.slice(0, count));
    const { step } = refit(returned);
    const next = [...fitter.point];
    scan.members.forEach((k, i) => {
      next[k] = returned.has(i) ? problem.origin[k]! : fitter.point[k]! + step[i]!;
    });
    return next;
  });
  const values = await fitter.judge(points, scale);
  const chosen = values.findIndex(
    (value, i) => value <= scan.normal.rss + order.slice(0, counts[i]).reduce((sum, o) => sum + charges[o]!, 0),
  );
  if (chosen < 0) return [];
  fitter.point = points[chosen]!;
  return order.slice(0, counts[chosen]).map((i) => scan.members[i]!);
}
