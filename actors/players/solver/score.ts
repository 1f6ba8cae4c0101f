import { type Fitter, sumSquares } from "./fitter.ts";
import type { Look } from "./looks.ts";
import type { Box } from "./pictures.ts";
import type { Scale } from "./problem.ts";
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
    { boxes: tries.map((t) => t.within?.boxes ?? null), under: tries.map((t) => t.within?.under ?? base) },
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
export const perKnob = 0.02;

/** What remains where a try shows counts against it by this much: a right place explains less than a larger wrong one, but all. */
export const perRemains = 0.5;

/** Best first: by what tries explain and leave, those that move fewer numbers before those that explain hardly more. */
export const inOrder = (scored: readonly Scored[], now: number): Scored[] => {
  const worth = ({ value, remains, one }: Scored) =>
    (now - value) * (1 - perKnob * one.moved.length) - perRemains * remains;
  return [...scored].sort((a, b) => worth(b) - worth(a));
};

export const place = (point: readonly number[], moved: readonly (readonly [number, number])[]): number[] => {
  const next = [...point];
  for (const [k, u] of moved) next[k] = u;
  return next;
};
