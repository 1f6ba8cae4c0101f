import { readFile } from "node:fs/promises";
import { VigaError } from "../../config/errors.ts";
import { clipModel, openClip } from "../../evaluators/features/clip.ts";
import { keptWords, whyCut } from "../../evaluators/pages/clean-prediction.ts";
import { officialScore, readReference } from "../../evaluators/pages/official-score.ts";
import { decodePicture } from "../../evaluators/pictures/picture.ts";
import { type DocumentScore, type Pair, scoreScreenshots } from "../../evaluators/score-documents.ts";
import { openPageDrawer, placeholdersBeside, usualWidth } from "./page-drawer.ts";

const isHtml = (path: string): boolean => /\.html?$/i.test(path);

/**
 * Scores a pair of which at least one is an HTML file, drawn in the web engine's sandbox. Two pages give Design2Code's own
 * parts, from the blocks of both, with a CLIP model all five; a page beside a picture is compared as a picture, drawn as wide
 * as that.
 *
 * @param model a CLIP vision model, for two pages: a local folder, or a name of the hub
 * @throws VigaError not_found, dependency_missing, program_error, engine_failed
 */
export async function scoreHtml({ prediction, reference }: Pair, model: string | null): Promise<DocumentScore> {
  const clip = model === null ? null : await openClip(model);
  const drawer = await openPageDrawer();
  try {
    const assets = await placeholdersBeside([prediction, reference]);
    if (isHtml(prediction) && isHtml(reference)) {
      const draw = drawer.drawAt(usualWidth, assets);
      const wanted = await readReference(await textOf(reference), draw, clip);
      const { score, kept } = await officialScore(await textOf(prediction), wanted, draw, clip);
      const { final, ...parts } = score;
      const { block, text, position, colour } = parts;
      const loss = 1 - (final ?? (block + text + position + colour) / 4);
      const metrics = { ...parts, ...(final === undefined ? {} : { final }) };
      const notes = [
        ...(clip === null ? [`CLIP part, and so the final score, not measured: ${noClip}`] : []),
        ...(kept < 1 ? [`Design2Code's cleaning cut the prediction (${keptWords(kept)}) ${whyCut}`] : []),
      ];
      return { schema: 1, prediction, reference, loss, metrics, differences: [], notes };
    }
    const [page, beside] = isHtml(prediction) ? [prediction, reference] : [reference, prediction];
    const { width } = await decodePicture(await bytesOf(beside), beside);
    const [bytes] = (await drawer.drawAt(width, assets)([await textOf(page)])) as [Buffer];
    const drawn = { path: page, bytes };
    return await scoreScreenshots({ prediction, reference }, drawn);
  } finally {
    await drawer.close();
  }
}

const noClip = `no weights, give --clip FOLDER or --clip ${clipModel}; the loss is 1 - the mean of the other four`;
const textOf = async (path: string): Promise<string> => (await bytesOf(path)).toString("utf8");

async function bytesOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new VigaError("not_found", `${path} cannot be read`, { hint: "check the path", cause });
  }
}
