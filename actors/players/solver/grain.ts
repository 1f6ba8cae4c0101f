import { type Fitter, sumSquares } from "./fitter.ts";
import type { Look, Scale } from "./problem.ts";

/** Blurs, in pixels, at which grain is told from a difference. */
const blurs = [0, 1.5, 4];

/**
 * Whether what is left at the current point, as `known` shows it, is no more than `times` what noise makes of it at the same
 * samples, sharp and blurred: a thing out of place is less than the grain of a sharp picture, and stands out of a blurred one.
 */
export async function isGrain(fitter: Fitter, scale: Scale, known: Look, times: number): Promise<boolean> {
  const { problem } = fitter;
  const [other] = await problem.look([fitter.point], { ...scale, seed: scale.seed + 1 });
  if (!other) return false;
  return blurs.every((sigma) => {
    const noise = sumSquares(problem.features(known, sigma, other)) / 2;
    return sumSquares(problem.features(known, sigma)) < times * noise;
  });
}
