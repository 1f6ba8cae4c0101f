import type { Fitter, Scan } from "./fitter.ts";
import type { Scale } from "./problem.ts";
import { score, type Try } from "./score.ts";
import { supportOf, weightedSquares } from "./select.ts";
import { take } from "./take.ts";

/** Knobs tried at other values at most: a try is a rerun of the program. */
const mostSuspects = 16;

/** The scanned knobs where most is left to explain: more than a few times the noise, where a nudge of them shows. */
export async function doubtful(fitter: Fitter, scan: Scan, scale: Scale): Promise<number[]> {
  const noise = (await fitter.noise(scale)) / scan.residual.length;
  const excess = scan.columns.map((column) => {
    const { weights } = supportOf(column, scan.observations);
    const weight = weights.reduce((sum, w) => sum + w, 0);
    return weightedSquares(scan.residual, weights) / Math.max(1e-12, noise * weight);
  });
  return scan.members
    .map((k, i) => ({ k, excess: excess[i]! }))
    .filter((one) => one.excess > 3)
    .sort((a, b) => b.excess - a.excess)
    .slice(0, mostSuspects)
    .map(({ k }) => k);
}

/** Numbers of one call that belong to the same axis (the two ends of a bar): they move together as well as alone. */
function ends(fitter: Fitter, members: readonly number[]): number[][] {
  const { knobs } = fitter.problem;
  const found = new Map<string, number[]>();
  for (const k of members) {
    const { line, label, group, component } = knobs[k]!;
    const owner = /^(.*)\.[^.]+\[\d\]$/.exec(label)?.[1];
    if (group === null || owner === undefined) continue;
    const key = `${line}/${owner}/${component}`;
    found.set(key, [...(found.get(key) ?? []), k]);
  }
  return [...found.values()].filter((pair) => pair.length === 2);
}

/** How far a length is tried from its value, as factors; a place, in 0.4 of the scene's median size. */
const factors = [0.3, 0.45, 0.65, 0.8, 1.25, 1.55, 2.2, 3.3];
const offsets = [-0.6, -0.3, 0.3, 0.6];

/**
 * Looks for measurements (a width, a radius, the end of a bar, the weight of a shape key) at values too far for a gradient:
 * an edge that has moved by more than its blur tells nothing of where it should be. Returns the knobs that moved.
 */
export async function searchValues(fitter: Fitter, scale: Scale, members: readonly number[]): Promise<number[]> {
  const { problem } = fitter;
  const tries: Try[] = [];
  const metres = 0.4 * problem.trace.scene.median;
  for (const k of members) {
    const { value } = problem.knobs[k]!;
    const now = problem.value(k, fitter.point[k]!);
    const lengths = value > 0 && problem.knobs[k]!.group === null;
    const tried = problem.isShapeKey(k)
      ? [0, 0.2, 0.4, 0.6, 0.8, 1]
      : lengths
        ? factors.map((f) => f * now)
        : offsets.map((d) => now + d * metres);
    for (const v of tried) tries.push({ owner: `${k}`, moved: [[k, problem.units(k, v)]], cost: fitter.price(k) });
  }
  for (const pair of ends(fitter, members)) {
    for (const d of offsets) {
      const moved = pair.map((k): [number, number] => [
        k,
        problem.units(k, problem.value(k, fitter.point[k]!) + d * metres),
      ]);
      tries.push({ owner: pair.join(), moved, cost: fitter.price(pair[0]!) });
    }
  }
  return tries.length === 0 ? [] : take(fitter, await score(fitter, tries, scale), scale);
}
