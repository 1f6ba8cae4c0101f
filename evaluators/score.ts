import { readdir, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { VigaError } from "../config/errors.ts";
import { compareViews, pairViews } from "./photometric.ts";
import { readPicture } from "./pictures/picture.ts";

/** Score of one pair as `viga score blendergym|static_scene` prints it. */
export interface PairScore {
  schema: 1;
  prediction: string;
  reference: string;
  loss: number;
  metrics: Record<string, number>;
  /** Photometric loss 0..1, mean over the views; tables print it x1000 (`pl_x1000`). */
  pl: number;
  pl_x1000: number;
  ssim: number;
  views: { name: string; loss: number; metrics: Record<string, number>; pl: number; ssim: number }[];
}

const picture = /\.(png|jpe?g|webp)$/i;
/** What the output tree and the datasets put beside renders. */
const notRenders = new Set(["diff.png"]);

/** The pictures that a path stands for: the file itself, or the renders of a folder. */
async function picturesOf(path: string, what: string): Promise<{ name: string; image: string }[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new VigaError("not_found", `${what} ${path} is not there`, { hint: "check the path", cause });
  });
  if (!found.isDirectory()) return [{ name: basename(path, extname(path)), image: path }];
  const names = (await readdir(path)).filter((name) => picture.test(name) && !notRenders.has(name));
  // BlenderGym's folders: its views are render1 and render2; anything else there is not scored.
  const views = names.filter((name) => /^render\d+\./.test(name));
  const list = (views.length > 0 ? views : names).sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  if (list.length === 0) {
    throw new VigaError("input_invalid", `${what} ${path} holds no picture`, {
      hint: "give a PNG or JPEG, or their folder",
    });
  }
  return list.map((name) => ({ name: basename(name, extname(name)), image: join(path, name) }));
}

/**
 * Measures a prediction against its reference: two pictures, or two folders with views of equal names (render1.png,
 * render2.png, ...), of which those count that both have.
 *
 * @throws VigaError not_found, input_invalid
 */
export async function scorePair(pair: { prediction: string; reference: string }): Promise<PairScore> {
  const [predicted, wanted] = [
    await picturesOf(pair.prediction, "prediction"),
    await picturesOf(pair.reference, "reference"),
  ];
  const views = pairViews(predicted, wanted);
  if (views.length === 0) {
    const names = (list: { name: string }[]) => list.map(({ name }) => name).join(", ");
    throw new VigaError(
      "input_invalid",
      `no view has the same name on both sides (prediction: ${names(predicted)}; reference: ${names(wanted)})`,
      { hint: "name the pictures alike: render1.png, render2.png" },
    );
  }
  const measured = await compareViews(
    await Promise.all(
      views.map(async ({ name, image, target }) => ({
        name,
        image: await readPicture(image),
        target: await readPicture(target),
      })),
    ),
  );
  return {
    schema: 1,
    ...pair,
    loss: measured.loss,
    metrics: measured.metrics,
    pl: measured.loss,
    pl_x1000: measured.loss * 1000,
    ssim: measured.metrics.ssim ?? 0,
    views: measured.views.map(({ name, loss, metrics }) => ({
      name,
      loss,
      metrics,
      pl: loss,
      ssim: metrics.ssim ?? 0,
    })),
  };
}
