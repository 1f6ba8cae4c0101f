import { type Fitter, type Scan, sumSquares } from "./fitter.ts";
import type { Box } from "./pictures.ts";
import type { Look, Scale } from "./problem.ts";
import { criterion, supportOf, weightedSquares } from "./select.ts";

/** Numbers set to other values together, and whose they are: of one owner's tries at most one is taken. */
export interface Try {
  readonly owner: string;
  readonly moved: readonly (readonly [knob: number, units: number])[];
  /** What freeing its knobs costs, in units of the criterion (1: the textbook one for one parameter). */
  readonly cost: number;
  /** Where its picture differs from another, per view, and that other: only this much of it is rendered. */
  readonly within?: { readonly boxes: readonly Box[]; readonly under: Look };
}

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

export interface Rule {
  /** Pictures are compared with light and tint evened out: a far place must not be taken for its brightness. */
  readonly evened?: boolean;
  /** What noise adds to |r|^2. */
  readonly noise?: number;
  /** The least fall of |r|^2 that a first move must bring. */
  readonly least?: number;
  /** The share of what a move explains by itself that it must still explain after others. */
  readonly alone?: number;
  /** Tries that must not be taken, whatever they explain. */
  readonly refuses?: (tries: readonly Try[]) => Promise<boolean[]>;
}

/** A try as its picture shows it. */
export interface Scored {
  readonly one: Try;
  /** |r|^2 with it. */
  readonly value: number;
  /** What it explains where it shows is worth the knobs it frees. */
  readonly pays: boolean;
  /** Of what is unexplained without the thing, the share that is left where the thing shows; 0 where that is not known. */
  readonly left: number;
  /** The same as |r|^2. */
  readonly remains: number;
}

/** Renders all tries: |r|^2 here and of each; those that fail to render are left out. `known`: a look of this point. */
export async function score(
  fitter: Fitter,
  tries: readonly Try[],
  scale: Scale,
  rule: Rule = {},
  known?: Look,
): Promise<{ now: number; scored: Scored[] }> {
  const { problem } = fitter;
  if (tries.length === 0) return { now: 0, scored: [] };
  const base = known ?? (await fitter.base(scale));
  const rendered = await problem.look(
    tries.map((t) => place(fitter.point, t.moved)),
    scale,
    tries.map((t) => t.within?.boxes ?? null),
    tries.map((t) => t.within?.under ?? base),
  );
  const [here, ...looks] = [base, ...rendered].map((look) => look && (rule.evened ? problem.evened(look) : look));
  if (!here) return { now: 0, scored: [] };
  const residual = problem.features(here, scale.sigma);
  const now = sumSquares(residual);
  const observations = problem.observations(here, scale.sigma);
  const grain = (rule.noise ?? 0) / residual.length;
  const leftOf = (under: Look, look: Look, after: Float32Array): { left: number; remains: number } => {
    const without = rule.evened ? problem.evened(under) : under;
    const { weights } = supportOf(problem.features(look, scale.sigma, without), observations);
    const noise = grain * weights.reduce((sum, w) => sum + w, 0);
    const bare = weightedSquares(problem.features(without, scale.sigma), weights) - noise;
    const remains = Math.max(0, weightedSquares(after, weights) - noise);
    return { left: remains / Math.max(1e-9, bare), remains };
  };
  const scored = looks.flatMap((look, i): Scored[] => {
    if (!look) return [];
    const one = tries[i]!;
    // A move frees its knobs, judged where it shows; going home frees none.
    const support = supportOf(problem.features(look, scale.sigma, here), observations);
    const after = problem.features(look, scale.sigma);
    const was = weightedSquares(residual, support.weights);
    const is = weightedSquares(after, support.weights);
    const pays = criterion(was, is, support.observations, one.cost) < 0;
    const there = one.within ? leftOf(one.within.under, look, after) : { left: 0, remains: 0 };
    return [{ one, value: sumSquares(after), pays, ...there }];
  });
  return { now, scored };
}

/** What a knob more must add to a try's gain, as a share of it. */
const perKnob = 0.02;

/** What remains where a try shows counts against it by this much: a right place explains less than a larger wrong one, but all. */
export const perRemains = 0.5;

/** Best first: by what tries explain and leave, those that move fewer numbers before those that explain hardly more. */
export const inOrder = (scored: readonly Scored[], now: number): Scored[] => {
  const worth = ({ value, remains, one }: Scored) =>
    (now - value) * (1 - perKnob * one.moved.length) - perRemains * remains;
  return [...scored].sort((a, b) => worth(b) - worth(a));
};

/** Tries of one owner that are judged beside those of others: the best, and the best that move it elsewhere. */
const perOwner = 3;

/** Owners whose best try is taken first, each in turn: which of two things stands in a place shows in what the other does then. */
const openings = 3;

/** Tries judged after each that was taken. */
const width = 6;

/** Where a try puts its owner, as far as its first two numbers say: tries that agree in them differ in detail only. */
const spotOf = ({ owner, moved }: Try) => `${owner} ${moved.slice(0, 2).flat().join(" ")}`;

/** The best tries of each owner that are not refused, best first: the next best is asked about where one is refused. */
async function bestOfEach(paying: readonly Scored[], now: number, rule: Rule): Promise<Scored[]> {
  const found: Scored[] = [];
  const seen = new Map<string, number>();
  for (const one of inOrder(paying, now)) {
    const { owner } = one.one;
    const count = seen.get(owner) ?? 0;
    if (count >= 2 * perOwner || found.some((other) => spotOf(other.one) === spotOf(one.one))) continue;
    seen.set(owner, count + 1);
    found.push(one);
  }
  const refused = (await rule.refuses?.(found.map(({ one }) => one))) ?? [];
  const kept = found.filter((_, i) => !refused[i]);
  return kept.filter(
    ({ one }, i) => kept.slice(0, i).filter((other) => other.one.owner === one.owner).length < perOwner,
  );
}

interface Taken {
  readonly point: number[];
  readonly value: number;
  readonly knobs: number[];
}

/** Takes `first`, then of the rest what helps most, one try of each owner, as far as that helps. */
async function greedy(
  fitter: Fitter,
  first: Scored,
  ranked: readonly Scored[],
  now: number,
  scale: Scale,
  rule: Rule,
): Promise<Taken> {
  let taken: Taken = {
    point: place(fitter.point, first.one.moved),
    value: first.value,
    knobs: first.one.moved.map(([k]) => k),
  };
  let rest = ranked.filter(({ one }) => one.owner !== first.one.owner);
  while (rest.length > 0) {
    const { point, value, knobs } = taken;
    const next = rest.slice(0, width);
    const points = next.map(({ one }) => place(point, one.moved));
    const judged = await fitter.judge(points, scale, rule.evened);
    // What a move explained by itself, and no longer does, has been explained by what was taken.
    const helps = next.map((one, i) => {
      const gain = value - judged[i]!;
      return gain > 0.01 * value && gain > (rule.alone ?? 0) * (now - one.value);
    });
    const pick = judged.reduce((best, v, i) => (helps[i] && (best < 0 || v < judged[best]!) ? i : best), -1);
    const chosen = next[pick]?.one;
    rest = rest.filter((one, i) => one.one.owner !== chosen?.owner && (i >= next.length || helps[i]!));
    if (chosen === undefined) continue;
    taken = { point: points[pick]!, value: judged[pick]!, knobs: [...knobs, ...chosen.moved.map(([k]) => k)] };
  }
  return taken;
}

/** Of scored tries those that pay are taken together, as far as that helps. Returns the knobs moved. */
export async function take(
  fitter: Fitter,
  { now, scored }: { now: number; scored: readonly Scored[] },
  scale: Scale,
  rule: Rule = {},
): Promise<number[]> {
  const paying = scored.filter(({ pays, value }) => pays && value < now - (rule.least ?? 0));
  if (paying.length === 0) return [];
  const ranked = await bestOfEach(paying, now, rule);
  const first = ranked.filter(({ one }, i) => ranked.findIndex((other) => other.one.owner === one.owner) === i);
  let best: Taken | null = null;
  for (const opening of first.slice(0, openings)) {
    const taken = await greedy(fitter, opening, ranked, now, scale, rule);
    if (best === null || taken.value < best.value) best = taken;
  }
  if (best === null) return [];
  fitter.point = best.point;
  return best.knobs;
}

export const place = (point: readonly number[], moved: readonly (readonly [number, number])[]): number[] => {
  const next = [...point];
  for (const [k, u] of moved) next[k] = u;
  return next;
};
