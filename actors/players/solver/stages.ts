import { tryCamera } from "./camera.ts";
import { farLooks } from "./far-looks.ts";
import type { Fitter } from "./fitter.ts";
import { locate } from "./locate.ts";
import { type Measure, measure } from "./measure.ts";
import { at, type Scale } from "./problem.ts";
import { prune } from "./prune.ts";
import { recolour } from "./recolour.ts";
import { restart } from "./restart.ts";
import { groupsOf, revert } from "./revert.ts";
import { doubtful, searchValues } from "./search.ts";
import { candidates, widen } from "./widen.ts";

// How the three kinds of round work. Every number here was chosen by bench/solver.ts over kinds and seeds.

/** Knobs that rerun the program cost a run and a scene each: beyond this many they wait for the second round. */
const rerunsAtFirst = 110;

const few = (fitter: Fitter): boolean =>
  candidates(fitter, true).filter((k) => !fitter.problem.inPlace(k)).length <= rerunsAtFirst;

/** Measurements far off are looked for one by one, then all that moved are fitted; again while that helps. */
async function measurements(fitter: Fitter, of: (k: number) => boolean, passes: number, px = 48): Promise<void> {
  const { problem } = fitter;
  const coarse = at(px, 4, 4, 1.2);
  const members = candidates(fitter, true).filter(of);
  for (let pass = 0; pass < passes && members.length > 0; pass++) {
    const scan = await fitter.scan(members, coarse, pass === 0 ? "all" : "new");
    const suspects = await doubtful(fitter, scan, coarse);
    const taken = await searchValues(fitter, coarse, suspects);
    fitter.tell("measurements", { pass, suspects: suspects.length, knobs: taken.map((k) => problem.knobs[k]!.label) });
    if (taken.length === 0) break;
    await fitter.fit(fitter.moved(), at(Math.max(64, px), 8, 4, 1.5), 4, 4);
  }
}

/** Sets the light, at a wide blur: things are looked for, and told from each other, better under the right one. */
async function light(fitter: Fitter): Promise<void> {
  const { problem } = fitter;
  const members = candidates(fitter, false).filter((k) => problem.isLight(k));
  const scale = at(48, 8, 4, 3);
  const noise = await fitter.noise(scale);
  const scan = await fitter.scan(members, scale, "all");
  const chosen = fitter.nominate(scan, new Set(), 5, 5, 1.5, noise);
  fitter.tell("light", { knobs: chosen.map((k) => problem.knobs[k]!.label) });
  await fitter.fit(chosen, scale, 4, 5, scan);
}

/** Round 1: what light, colour and place explain at a glance; then things are looked for where gradients cannot see. */
export async function coarse(fitter: Fitter): Promise<void> {
  // A camera that explains all but a little leaves nothing that could be seen at this size.
  if ((await tryCamera(fitter)) > 0.97) return;
  const { problem } = fitter;
  await light(fitter);
  await recolour(fitter);
  await measurements(fitter, (k) => problem.isShapeKey(k), 1);
  await locate(fitter, { passes: 3, depths: false });
  // Light and colours were fitted to pictures with things out of place.
  const looks = groupsOf(fitter).filter((group) => group.every((k) => problem.isLight(k) || problem.isMaterial(k)));
  await revert(fitter, looks, at(64, 8, 4, 1.5));
  await measurements(fitter, (k) => problem.isShapeKey(k), 2);
  const reruns = few(fitter);
  const start = [...fitter.point];
  const fine = at(64, 16, 4, 1.5);
  const { noise, share } = await measure(fitter, fine);
  const own = (k: number) => !problem.inPlace(k) && !problem.knobs[k]!.inFunction && problem.knobs[k]!.kind !== "color";
  const wide = { reruns: false, learn: "all", limit: 8, reach: 5, strictness: 1.5, iterations: 3 } as const;
  await widen(fitter, at(48, 8, 4, 3), wide);
  if ((await share()) > 0.1) await locate(fitter, { passes: 1, depths: false });
  const left = await share();
  if (reruns && left > 0.08) {
    // Knobs that act in place explain too little: the search over measurements starts from the first point again.
    const inPlace = fitter.point;
    fitter.point = start;
    await measurements(fitter, own, 4);
    if ((await share()) > left) fitter.point = inPlace;
  }
  await widen(fitter, at(64, 16, 4, 2.2), { ...wide, reruns, learn: "new", limit: 6, reach: 4, iterations: 5 });
  if ((await share()) > 0.1) {
    await widen(fitter, fine, { ...wide, reruns, learn: "new", limit: 6, reach: 4, iterations: 5 });
  }
  await revert(fitter, groupsOf(fitter), fine);
  await prune(fitter, fine, 2, noise);
  if (!reruns) return;
  // Thin things show in larger pictures only.
  const sharp = at(96, 8, 4, 1.2);
  const known = await measure(fitter, sharp);
  if ((await known.share()) > 0.05) {
    await measurements(fitter, own, 1, 96);
    await prune(fitter, sharp, 2, known.noise);
  }
}

/** Below this share of the start program's difference, more knobs are not worth looking for. */
const enough = 0.015;

/** Frees a few knobs at a time, each paid for by what it explains where it shows; less strictly when none is left. */
async function search(fitter: Fitter, scale: Scale, { noise, share }: Measure, passes: number): Promise<void> {
  const short = few(fitter);
  let reruns = short;
  let strictness = 2;
  let left = Number.POSITIVE_INFINITY;
  for (let pass = 0; pass < passes; pass++) {
    const learn = pass === 0 ? "all" : "new";
    const fresh = await widen(fitter, scale, { reruns, learn, limit: 6, reach: 3, strictness, iterations: 5 });
    await prune(fitter, scale, strictness, noise);
    const rest = await share();
    fitter.tell("refine", { pass, freed: fresh.length, share: rest });
    // A scan of hundreds of reruns takes a minute: one is all that a round of a long program affords.
    if (rest < enough || (reruns && !short)) break;
    // More knobs that bring nothing are knobs that fit the noise.
    const stuck = rest > 0.9 * left;
    left = rest;
    // Knobs that rerun the program are tried once those that do not have little left to give.
    if (fresh.length < 2 && !reruns && rest > 0.1) reruns = true;
    else if (fresh.length === 0 && strictness > 0.6) strictness /= 2;
    else if (fresh.length === 0 || stuck) break;
  }
}

/** Round 2: what is left is searched for the next few knobs at a time. */
export async function refine(fitter: Fitter): Promise<void> {
  const scale = at(64, 16, 4, 1.2);
  const known = await measure(fitter, scale);
  if (fitter.moved().length > 0) {
    await fitter.fit(fitter.moved(), scale, 2, 3);
    if ((await known.share()) > 2 * enough) await farLooks(fitter);
    if ((await known.share()) > enough) await locate(fitter, { passes: 2 });
  }
  await search(fitter, scale, known, 4);
}

/** Round 3 and later: things mistaken for others, finer pictures of the same knobs, and a last search where much is left; those that do not help go back. */
export async function polish(fitter: Fitter, finer: boolean): Promise<void> {
  const sharp = at(64, 16, 4, 0.8);
  const known = await measure(fitter, sharp);
  await restart(fitter);
  if ((await known.share()) > 2 * enough) await search(fitter, sharp, known, 2);
  else {
    // What only sharp pictures show, as a highlight does, is searched for in them.
    const close = at(128, 16, 8, 0.8);
    const seen = await measure(fitter, close);
    if ((await seen.share()) > 2 * enough) await search(fitter, close, seen, 2);
  }
  // A thing turned the wrong way can hide in a share that is small because all else was far off.
  await locate(fitter, { passes: 1 });
  const [px, samples] = finer ? [192, 16] : [128, 16];
  await fitter.scan(fitter.moved(), at(64, 4, 4, 1), "all");
  const middle = at(px, samples, 8, 1.2);
  await fitter.fit(fitter.moved(), middle, 2, 2);
  await prune(fitter, middle, 2, await fitter.noise(middle));
  await fitter.fit(fitter.moved(), at(px, samples, 8, 0.8), finer ? 3 : 1, 1.5);
}
