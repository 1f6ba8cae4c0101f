import type { Fitter } from "./fitter.ts";
import type { Look } from "./looks.ts";
import { at, type Problem } from "./problem.ts";
import { groupsOf } from "./revert.ts";
import { mean, similarities } from "./similarity.ts";

/** Similarity may fall by this much, and by this part of what it is over a half: the more alike pictures are, the more grain tells. */
const [blurred, grainy] = [0.001, 0.01];

/** What shapes are compared at, since grain hides what blurs them, and what groups are compared at with one another. */
export const sharp = at(160, 32, 4, 0);
const rough = at(128, 16, 4, 0);

/** Groups that are put back together. */
const mostGroups = 6;

/** Whether shapes are less alike than they were: over all sizes of the pictures, or in the finest. */
export function isLessAlike(problem: Problem, was: Look, is: Look): boolean {
  const [before, after] = [similarities(problem, was), similarities(problem, is)];
  const isLess = (now: number, then: number) => now < then - blurred - grainy * Math.max(0, then - 0.5);
  return isLess(mean(after), mean(before)) || isLess(after[0]!, before[0]!);
}

/**
 * Puts back what made shapes less alike: groups of knobs that bring most similarity for the least loss, one after the other,
 * as few as it takes. -> whether that was enough; the point stays where it was if not
 */
export async function backToAlike(fitter: Fitter, before: readonly number[]): Promise<boolean> {
  const { problem, point } = fitter;
  const groups = groupsOf(fitter)
    .map((group) => group.filter((k) => point[k] !== before[k]))
    .filter((group) => group.length > 0);
  const without = (knobs: readonly number[]) => point.map((u, k) => (knobs.includes(k) ? before[k]! : u));
  const [here, ...each] = await problem.look([point, ...groups.map(without)], rough);
  if (!here) return false;
  const worth = (look: Look) => {
    const [one, now] = [similarities(problem, look), similarities(problem, here)];
    return mean(one) - mean(now) + one[0]! - now[0]!;
  };
  const useful = groups
    .flatMap((group, g) => {
      const look = each[g];
      const gain = look ? worth(look) : 0;
      return look && gain > 0 ? [{ group, gain, cost: problem.loss(look) - problem.loss(here) }] : [];
    })
    .sort((a, b) => Math.max(0, a.cost) / a.gain - Math.max(0, b.cost) / b.gain)
    .slice(0, mostGroups);
  const look = async (sets: readonly (readonly number[][])[]) => {
    const points = sets.map((set) => without(set.flat()));
    const [was, ...looks] = await problem.look([before, ...points], sharp);
    return looks.flatMap((look, n) =>
      was && look && !isLessAlike(problem, was, look)
        ? [{ set: sets[n]!, point: points[n]!, loss: problem.loss(look) }]
        : [],
    );
  };
  const least = (all: Awaited<ReturnType<typeof look>>) => all.reduce((a, b) => (b.loss < a.loss ? b : a));
  const alike = await look(useful.map((_, n) => useful.slice(0, n + 1).map(({ group }) => group)));
  if (alike.length === 0) return false;
  let best = least(alike);
  // One that went back early may stay where others went back.
  if (best.set.length > 1)
    best = least([best, ...(await look(best.set.map((one) => best.set.filter((two) => two !== one))))]);
  const knobs = best.set.flat().map((k) => problem.knobs[k]!.label);
  fitter.tell("alike", { knobs, loss: best.loss });
  fitter.point = [...best.point];
  return true;
}
