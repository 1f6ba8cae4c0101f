import type { Fitter } from "./fitter.ts";
import type { Scale } from "./problem.ts";
import { searchPlaces } from "./search.ts";

/** How the three kinds of round work. Every number here was chosen by bench/solver.ts over kinds and seeds. */
const at = (px: number, samples: number, probe: number, sigma: number): Scale => ({
  px,
  samples,
  probe,
  sigma,
  seed: 0,
});

/** Knobs that rerun the program cost a run and a scene each: beyond this many they wait for the second round. */
const rerunsAtFirst = 110;

function candidates(fitter: Fitter, reruns: boolean): number[] {
  const { problem } = fitter;
  const { dead, fragile } = problem.trace;
  const out = new Set([...dead, ...fragile]);
  const moved = new Set(fitter.moved());
  return problem.knobs.flatMap((_, k) => (out.has(k) || (!reruns && !problem.inPlace(k) && !moved.has(k)) ? [] : [k]));
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
async function widen(fitter: Fitter, scale: Scale, options: Widening): Promise<number[]> {
  const before = new Set(fitter.moved());
  const scan = await fitter.scan(candidates(fitter, options.reruns), scale, options.learn);
  const noise = await fitter.noise(scale);
  const chosen = fitter.nominate(scan, before, before.size + options.limit, options.reach, options.strictness, noise);
  fitter.tell("nominate", { sigma: scale.sigma, knobs: chosen.map((k) => fitter.problem.knobs[k]!.label) });
  const members = [...new Set([...before, ...chosen])].filter((k) => scan.members.includes(k));
  await fitter.fit(members, scale, options.iterations, options.reach, scan);
  return chosen.filter((k) => !before.has(k));
}

const few = (fitter: Fitter): boolean =>
  candidates(fitter, true).filter((k) => !fitter.problem.inPlace(k)).length <= rerunsAtFirst;

/** Round 1: what light, colour and place explain at a glance; then things are looked for where gradients cannot see. */
export async function coarse(fitter: Fitter): Promise<void> {
  const wide = { reruns: few(fitter), learn: "all", limit: 8, reach: 5, strictness: 1.5, iterations: 4 } as const;
  await widen(fitter, at(64, 8, 4, 4), wide);
  await searchPlaces(fitter, at(64, 4, 4, 1.5), 1.5);
  await widen(fitter, at(64, 16, 4, 2.2), { ...wide, learn: "new", limit: 6, reach: 4, iterations: 5 });
  const fine = at(64, 16, 4, 1.5);
  await fitter.prune(fine, 2, await fitter.noise(fine));
}

/** Round 2: what is left is searched for the next few knobs at a time, each paid for by what it explains. */
export async function refine(fitter: Fitter): Promise<void> {
  const scale = at(64, 16, 4, 1.2);
  const noise = await fitter.noise(scale);
  const [whole] = await fitter.judge([fitter.problem.origin], scale);
  /** The share of the start program's difference, noise aside, that is still there. */
  const share = async () =>
    Math.max(0, (await fitter.judge([fitter.point], scale))[0]! - noise) / Math.max(1e-9, whole! - noise);
  if (fitter.moved().length > 0) {
    await fitter.fit(fitter.moved(), scale, 2, 3);
    if ((await share()) > 0.03) await searchPlaces(fitter, at(64, 8, 4, 1.2), 2);
  }
  let reruns = few(fitter);
  for (let pass = 0; pass < 4; pass++) {
    const options = {
      reruns,
      learn: pass === 0 ? "all" : "new",
      limit: 6,
      reach: 3,
      strictness: 2.5,
      iterations: 3,
    } as const;
    const fresh = await widen(fitter, scale, options);
    await fitter.prune(scale, 2, noise);
    const rest = await share();
    fitter.tell("refine", { pass, freed: fresh.length, share: rest });
    if (rest < 0.015) break;
    // Knobs that rerun the program are tried once those that do not have little left to give.
    if (fresh.length < 2) {
      if (reruns || rest < 0.04) break;
      reruns = true;
    }
  }
}

/** Round 3 and later: the same knobs at finer pictures; those that do not help go back. */
export async function polish(fitter: Fitter, finer: boolean): Promise<void> {
  const [px, samples] = finer ? [192, 16] : [128, 16];
  await fitter.scan(fitter.moved(), at(64, 4, 4, 1), "all");
  await fitter.fit(fitter.moved(), at(px, samples, 8, 1.5), 2, 2);
  const middle = at(px, samples, 8, 1.2);
  await fitter.prune(middle, 2, await fitter.noise(middle));
  await fitter.fit(fitter.moved(), at(px, samples, 8, 0.8), 3, 1.5);
}
