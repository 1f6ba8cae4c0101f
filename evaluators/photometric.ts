import { VigaError } from "../config/errors.ts";
import type { Measures, MetricInfo } from "../machines/domain/index.ts";
import type { Evaluator } from "./evaluator.ts";
import { noiseBetween } from "./noise.ts";
import { decodePicture, type Picture } from "./pictures/picture.ts";
import { alignedGoal, photometricLoss } from "./pictures/pl.ts";
import { ssim } from "./pictures/ssim.ts";

/** One render and the target picture of the same view; either as file content or already decoded. */
export interface View {
  name: string;
  image: Buffer | Picture;
  target: Buffer | Picture;
}

async function picture(source: Buffer | Picture, name: string): Promise<Picture> {
  return Buffer.isBuffer(source) ? decodePicture(source, name) : source;
}

export const pl: MetricInfo = {
  name: "pl",
  label: "PL",
  title: "photometric loss",
  better: "lower",
  unit: "",
  digits: 4,
};
export const structural: MetricInfo = {
  name: "ssim",
  label: "SSIM",
  title: "structural similarity",
  better: "higher",
  unit: "",
  digits: 4,
};

/** Pictures against pictures: the loss is PL, SSIM stands beside it. */
export const photometric: Evaluator = {
  measurement: { evaluator: "photometric", loss: pl, metrics: [pl, structural] },
  async measure(state, task, read) {
    if (!state.ok) return null;
    const pairs = pairViews(state.renders, task.targets);
    if (pairs.length === 0) return null;
    return compareViews(
      await Promise.all(
        pairs.map(async ({ name, image, target }) => ({ name, image: await read(image), target: await read(target) })),
      ),
    );
  },
  async noise(first, again, task, read) {
    const pairs = pairViews(first.renders, task.targets);
    const drawn = pairs.flatMap(({ name, image, target }) => {
      const second = again.renders.find((render) => render.name === name);
      return second === undefined ? [] : [{ name, first: image, again: second.image, target }];
    });
    if (drawn.length === 0) return null;
    const decoded = async (ref: string, name: string) => picture(await read(ref), name);
    return noiseBetween(
      await Promise.all(
        drawn.map(async (view) => ({
          first: await decoded(view.first, view.name),
          again: await decoded(view.again, view.name),
          target: await decoded(view.target, `target ${view.name}`),
        })),
      ),
    );
  },
};

/**
 * Measures of pictures against their targets: PL and SSIM per view, and their unweighted means. Noise is 0 here: who had
 * them drawn knows how they scatter (actors/effects/measure.ts).
 *
 * @throws VigaError input_invalid when there is no view, or a picture cannot be read
 */
export async function compareViews(views: View[]): Promise<Measures> {
  if (views.length === 0) {
    throw new VigaError("input_invalid", "no view has both a render and a target", {
      hint: "name the render after its target (render1, render2, ...), or give a target picture",
    });
  }
  const measured = await Promise.all(
    views.map(async ({ name, image, target }) => {
      const [render, goal] = await Promise.all([picture(image, name), picture(target, `target ${name}`)]);
      const aligned = alignedGoal(render, goal);
      const loss = photometricLoss(render, aligned);
      return { name, loss, metrics: { pl: loss, ssim: ssim(render, aligned) } };
    }),
  );
  const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const loss = mean(measured.map((v) => v.loss));
  return { loss, noise: 0, metrics: { pl: loss, ssim: mean(measured.map((v) => v.metrics.ssim)) }, views: measured };
}

/** Render and target of one view, by whatever stands for a picture (an artifact reference, a path). */
export interface Paired<T> {
  name: string;
  image: T;
  target: T;
}

/**
 * Pairs renders with targets by the view's name. A single render and a single target belong together whatever they are
 * called.
 */
export function pairViews<T>(
  renders: readonly { name: string; image: T }[],
  targets: readonly { name: string; image: T }[],
): Paired<T>[] {
  const only = renders.length === 1 && targets.length === 1 ? [renders[0]!, targets[0]!] : null;
  if (only !== null) return [{ name: only[0]!.name, image: only[0]!.image, target: only[1]!.image }];
  return targets.flatMap(({ name, image: target }) => {
    const render = renders.find((one) => one.name === name);
    return render === undefined ? [] : [{ name, image: render.image, target }];
  });
}
