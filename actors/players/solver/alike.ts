import type { Fitter } from "./fitter.ts";
import type { Look } from "./looks.ts";
import { at, type Problem, type Scale } from "./problem.ts";
import { groupsOf } from "./revert.ts";
import { mean, similarities } from "./similarity.ts";
import { type Find, putBackSparingly } from "./sparing.ts";

/** Similarity may fall by this much, and by this part of what it is over a half: the more alike pictures are, the more grain tells. */
const [blurred, grainy] = [0.001, 0.01];

/** What shapes are compared at, since grain hides what blurs them, and what groups are compared at with one another. */
export const sharp = at(160, 32, 4, 0);
const rough = at(128, 16, 4, 0);

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
 * Puts back what made shapes less alike, as little as it takes. -> whether that was enough
 * @param isLessAlike tells a sharp look that is not yet as alike as the one before
 */
export async function backToAlike(
  fitter: Fitter,
  before: readonly number[],
  isLessAlike: (look: Look) => boolean,
): Promise<boolean> {
  const { problem } = fitter;
  const find =
    (scale: Scale, amiss: (look: Look) => number): Find =>
    async (points) =>
      (await problem.look(points, scale)).map((look) => look && { amiss: amiss(look), loss: problem.loss(look) });
  const unlikeness = (look: Look) => {
    const values = similarities(problem, look);
    return -mean(values) - values[0]!;
  };
  const roughly = find(rough, unlikeness);
  const closely = find(sharp, (look) => (isLessAlike(look) ? 1 : 0));
  const knobs = await putBackSparingly(fitter, before, groupsOf(fitter), { roughly, closely });
  if (knobs) fitter.tell("alike", { knobs: knobs.map((k) => problem.knobs[k]!.label) });
  return knobs !== null;
}
