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

/** Tells looks in which shapes are less alike than they were: over all sizes of the pictures, or in the finest. */
export function lessAlikeThan(problem: Problem, was: Look): (is: Look) => boolean {
  const before = similarities(problem, was);
  const isLess = (now: number, then: number) => now < then - blurred - grainy * Math.max(0, then - 0.5);
  return (is) => {
    const after = similarities(problem, is);
    return isLess(mean(after), mean(before)) || isLess(after[0]!, before[0]!);
  };
}

/**
 * Puts back what made shapes less alike: groups of knobs that bring most similarity for the least loss, one after the other,
 * as few as it takes. -> whether that was enough; the point stays where it was if not
 * @param isLessAlike tells a sharp look that is not yet as alike as the one before
 */
export async function backToAlike(
  fitter: Fitter,
  before: readonly number[],
  isLessAlike: (look: Look) => boolean,
): Promise<boolean> {
  const { problem, point } = fitter;
  const groups = groupsOf(fitter)
    .map((group) => group.filter((k) => point[k] !== before[k]))
    .filter((group) => group.length > 0);
  const without = (knobs: readonly number[]) => point.map((u, k) => (knobs.includes(k) ? before[k]! : u));
  const [here, ...each] = await problem.look([point, ...groups.map(without)], rough);
  if (!here) return false;
  const likeness = (look: Look) => {
    const values = similarities(problem, look);
    return mean(values) + values[0]!;
  };
  const now = likeness(here);
  const useful = groups
    .flatMap((group, g) => {
      const look = each[g];
      const gain = look ? likeness(look) - now : 0;
      return look && gain > 0 ? [{ group, gain, cost: problem.loss(look) - problem.loss(here) }] : [];
    })
    .sort((a, b) => Math.max(0, a.cost) / a.gain - Math.max(0, b.cost) / b.gain)
    .slice(0, mostGroups);
  const look = async (sets: readonly (readonly number[][])[]) => {
    const points = sets.map((set) => without(set.flat()));
    const looks = await problem.look(points, sharp);
    return looks.flatMap((look, n) =>
      look && !isLessAlike(look) ? [{ set: sets[n]!, point: points[n]!, loss: problem.loss(look) }] : [],
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
