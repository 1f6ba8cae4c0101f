import type { Fitter } from "./fitter.ts";
import type { Scale } from "./problem.ts";

/** The knobs that may be freed; `reruns`: also those that rerun the program, which cost a run and a scene each. */
export function candidates(fitter: Fitter, reruns: boolean): number[] {
  const { problem } = fitter;
  const moved = new Set(fitter.moved());
  return problem.knobs.flatMap((_, k) =>
    !problem.isUsable(k) || (!reruns && !problem.inPlace(k) && !moved.has(k)) ? [] : [k],
  );
}

interface Widening {
  readonly reruns: boolean;
  readonly learn: "all" | "new";
  readonly limit: number;
  readonly reach: number;
  readonly strictness: number;
  readonly iterations: number;
}

/** Scans, nominates a few more knobs, and fits them with those that have moved. Returns the newly freed knobs. */
export async function widen(fitter: Fitter, scale: Scale, options: Widening): Promise<number[]> {
  const before = new Set(fitter.moved());
  // First, because it draws the point itself, which the scan needs too.
  const noise = await fitter.noise(scale);
  const scan = await fitter.scan(candidates(fitter, options.reruns), scale, options.learn);
  const nominated = fitter.nominate(
    scan,
    before,
    before.size + options.limit,
    options.reach,
    options.strictness,
    noise,
  );
  // In the order of what they explain: those that moved before and explain nothing more leave no room for others.
  const fresh = nominated.filter((k) => !before.has(k)).slice(0, options.limit);
  const chosen = nominated.filter((k) => before.has(k) || fresh.includes(k));
  fitter.tell("nominate", { sigma: scale.sigma, knobs: chosen.map((k) => fitter.problem.knobs[k]!.label) });
  const members = [...new Set([...before, ...chosen])].filter((k) => scan.members.includes(k));
  await fitter.fit(members, scale, options.iterations, options.reach, scan);
  return fresh;
}
