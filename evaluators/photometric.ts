import { VigaError } from "../config/errors.ts";
import type { Measures } from "../machines/domain/index.ts";
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

/**
 * Measures of a state against its targets: PL and SSIM per view, and their unweighted means.
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
      return { name, pl: photometricLoss(render, aligned), ssim: ssim(render, aligned) };
    }),
  );
  const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  return { pl: mean(measured.map((v) => v.pl)), ssim: mean(measured.map((v) => v.ssim)), views: measured };
}

/** Render and target of one view, by whatever stands for a picture (an artifact reference, a path). */
export interface Paired<T> {
  name: string;
  image: T;
  target: T;
}

/**
 * Pairs renders with targets by name, with or without a file ending. A single render and a single target belong
 * together whatever they are called.
 */
export function pairViews<T>(
  renders: readonly { name: string; image: T }[],
  targets: readonly { name: string; image: T }[],
): Paired<T>[] {
  const only = renders.length === 1 && targets.length === 1 ? [renders[0]!, targets[0]!] : null;
  if (only !== null) return [{ name: only[0]!.name, image: only[0]!.image, target: only[1]!.image }];
  const bare = (name: string) => name.replace(/\.(png|jpe?g|webp)$/i, "");
  return targets.flatMap((target) => {
    const render = renders.find((r) => bare(r.name) === bare(target.name));
    return render === undefined ? [] : [{ name: bare(render.name), image: render.image, target: target.image }];
  });
}
