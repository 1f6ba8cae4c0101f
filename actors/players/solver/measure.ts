import type { Fitter } from "./fitter.ts";
import type { Scale } from "./problem.ts";

/** |r|^2 of the start program and of noise: what shares of the difference are measured by. */
export interface Measure {
  readonly noise: number;
  /** The share of the start program's difference, noise aside, that is still there. */
  share(): Promise<number>;
}

export async function measure(fitter: Fitter, scale: Scale): Promise<Measure> {
  const { problem, point } = fitter;
  const { seed } = scale;
  // One job for all that is asked for below.
  await problem.look([point, point, problem.origin], scale, { seeds: [seed, seed + 1, seed] });
  const noise = await fitter.noise(scale);
  const [whole] = await fitter.judge([problem.origin], scale);
  const share = async () => {
    const [now] = await fitter.judge([fitter.point], scale);
    return Math.max(0, now! - noise) / Math.max(1e-9, whole! - noise);
  };
  return { noise, share };
}
