import { z } from "zod";

/**
 * What the renderer's sampling does to a loss, measured on one program drawn twice with different seeds. `spread` is one
 * standard deviation of the loss from seed to seed; `floor` is what sampling adds to it on average, so that even a
 * perfect program would show it. `loss` is where both were measured. All 0: drawing is exact.
 */
export const drawingNoise = z.object({
  loss: z.number().nonnegative(),
  spread: z.number().nonnegative(),
  floor: z.number().nonnegative(),
});
export type DrawingNoise = z.infer<typeof drawingNoise>;

export const exactDrawing: DrawingNoise = { loss: 0, spread: 0, floor: 0 };

/**
 * Noise of another program's loss, drawn alike. A pixel that is off by r and scatters with variance s gives a squared
 * error of mean r² + s and variance 4r²s + 2s² = 2s(2(r² + s) - s), so the spread goes with the root of 2 loss - floor.
 */
export function noiseAt({ loss: at, spread, floor }: DrawingNoise, loss: number): { noise: number; floor: number } {
  const share = (value: number) => Math.max(floor, 2 * value - floor);
  const scale = share(at) > 0 ? Math.sqrt(share(loss) / share(at)) : 1;
  return { noise: spread * scale, floor: Math.min(floor, loss) };
}

/** The noise of pictures drawn with `factor` times the samples for each pixel and `pixels` times the pixels. */
export function noiseWith({ loss, spread, floor }: DrawingNoise, factor: number, pixels = 1): DrawingNoise {
  return { loss, spread: spread / Math.sqrt(factor * pixels), floor: floor / factor };
}
