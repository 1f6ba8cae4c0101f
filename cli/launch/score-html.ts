import { readFile } from "node:fs/promises";
import { VigaError } from "../../config/errors.ts";
import { cleanPrediction } from "../../evaluators/pages/clean-prediction.ts";
import { extractBlocks } from "../../evaluators/pages/extract.ts";
import { scorePages } from "../../evaluators/pages/page-score.ts";
import { decodePicture } from "../../evaluators/pictures/picture.ts";
import { type DocumentScore, type Pair, scoreScreenshots } from "../../evaluators/score-documents.ts";
import { openPageDrawer, placeholdersBeside, usualWidth } from "./page-drawer.ts";

const isHtml = (path: string): boolean => /\.html?$/i.test(path);

/**
 * Scores a pair of which at least one is an HTML file, drawn in the web engine's sandbox. Two pages give Design2Code's own
 * parts, from the blocks of both; a page beside a picture is compared as a picture, drawn as wide as that.
 *
 * @throws VigaError not_found, program_error, engine_failed
 */
export async function scoreHtml({ prediction, reference }: Pair): Promise<DocumentScore> {
  const drawer = await openPageDrawer();
  try {
    const assets = await placeholdersBeside([prediction, reference]);
    if (isHtml(prediction) && isHtml(reference)) {
      const draw = drawer.drawAt(usualWidth, assets);
      const one = await extractBlocks(cleanPrediction(await textOf(prediction)), draw);
      const other = await extractBlocks(await textOf(reference), draw);
      const { block, text, position, colour } = scorePages(one.blocks, other.blocks);
      const metrics = { block, text, position, colour };
      const loss = 1 - (block + text + position + colour) / 4;
      return { schema: 1, prediction, reference, loss, metrics, differences: [] };
    }
    const [page, beside] = isHtml(prediction) ? [prediction, reference] : [reference, prediction];
    const { width } = await decodePicture(await bytesOf(beside), beside);
    const drawn = { path: page, bytes: await drawer.drawAt(width, assets)(await textOf(page)) };
    return await scoreScreenshots({ prediction, reference }, drawn);
  } finally {
    await drawer.close();
  }
}

const textOf = async (path: string): Promise<string> => (await bytesOf(path)).toString("utf8");

async function bytesOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new VigaError("not_found", `${path} cannot be read`, { hint: "check the path", cause });
  }
}
