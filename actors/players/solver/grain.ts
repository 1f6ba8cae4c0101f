import { type Fitter, sumSquares } from "./fitter.ts";
import type { Look } from "./looks.ts";
import type { Problem, Scale } from "./problem.ts";

/** Blurs, in pixels, at which grain is told from a difference. */
const blurs = [0, 1.5, 4];

/** The current point drawn with other random numbers: what two such pictures differ by is noise. */
export async function redrawn(fitter: Fitter, scale: Scale): Promise<Look> {
  return fitter.base({ ...scale, seed: scale.seed + 1 });
}

/**
 * Whether what is left, as `known` shows it, is no more than `times` what noise makes of it at the same samples (`other` is
 * the same point redrawn), sharp and blurred: a thing out of place is less than the grain of a sharp picture, and stands out
 * of a blurred one.
 */
export function isGrain(problem: Problem, known: Look, other: Look, times: number): boolean {
  return blurs.every((sigma) => {
    const noise = sumSquares(problem.features(known, sigma, other)) / 2;
    return sumSquares(problem.features(known, sigma)) < times * noise;
  });
}
