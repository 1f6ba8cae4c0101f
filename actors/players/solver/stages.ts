import type { Fitter } from "./fitter.ts";
import type { Scale } from "./problem.ts";
import { searchPlaces } from "./search.ts";

/** How the three kinds of round work. Every number here was chosen by bench/solver.ts over kinds and seeds. */
const at = (px: number, samples: number, probe: number, sigma: number): Scale => ({ px, samples, probe, sigma, seed: 0 });

/** Knobs that rerun the program cost a run and a scene each: beyond this many they wait for the second round. */
const rerunsAtFirst = 70;

function candidates(fitter: Fitter, reruns: boolean): number[] {
  const { problem } = fitter;
  const { dead, fragile } = problem.trace;
  const out = new Set([...dead, ...fragile]);
  const moved = new Set(fitter.moved());
  return problem.knobs.flatMap((_, k) =>
    out.has(k) || (!reruns && !problem.inPlace(k) && !moved.has(k)) ? [] : [k],
  );
}

/** Scans, nominates a few more knobs, and fits them with those that have moved. Returns the newly freed knobs. */
async function widen(
  fitter: Fitter,
  scale: Scale,
  options: { reruns: boolean; limit: number; reach: number; strictness: number; iterations: number },
): Promise<number[]> {
  const before = new Set(fitter.moved());
  const scan = await fitter.scan(candidates(fitter, options.reruns), scale, true);
  const chosen = fitter.nominate(scan, before, before.size + options.limit, options.reach, options.strictness);
  const members = [...new Set([...before, ...chosen])].filter((k) => scan.members.includes(k));
  await fitter.fit(members, scale, options.iterations, options.reach, scan);
  return chosen.filter((k) => !before.has(k));
}

/** Round 1: what light, colour and place explain at a glance; then things are looked for where gradients cannot see. */
export async function coarse(fitter: Fitter): Promise<void> {
  const reruns = candidates(fitter, true).filter((k) => !fitter.problem.inPlace(k)).length <= rerunsAtFirst;
  await widen(fitter, at(64, 8, 4, 4), { reruns, limit: 8, reach: 5, strictness: 1.5, iterations: 3 });
  await searchPlaces(fitter, at(64, 4, 4, 1.5), 1.5);
  await fitter.fit(fitter.moved(), at(64, 16, 4, 2), 4, 4);
  await fitter.prune(at(64, 16, 4, 1.5), 2);
}

/** Round 2: what is left is searched for the next few knobs at a time, each paid for by what it explains. */
export async function refine(fitter: Fitter): Promise<void> {
  const scale = at(64, 16, 4, 1.2);
  const first = fitter.moved();
  if (first.length > 0) {
    await fitter.fit(first, scale, 3, 3);
    await searchPlaces(fitter, at(64, 8, 4, 1.2), 2);
  }
  for (let pass = 0; pass < 3; pass++) {
    const fresh = await widen(fitter, scale, { reruns: pass === 0, limit: 6, reach: 3, strictness: 2.5, iterations: 3 });
    await fitter.prune(scale, 2.5);
    if (fresh.length === 0) break;
  }
}

/** Round 3 and later: the same knobs at finer pictures; those that do not help go back. */
export async function polish(fitter: Fitter, finer: boolean): Promise<void> {
  const [px, samples] = finer ? [192, 16] : [128, 16];
  await fitter.scan(fitter.moved(), at(64, 4, 4, 1), true);
  await fitter.fit(fitter.moved(), at(px, samples, 8, 1.5), 2, 2);
  await fitter.prune(at(px, samples, 8, 1.2), 2);
  await fitter.fit(fitter.moved(), at(px, samples, 8, 0.8), 3, 1.5);
}
