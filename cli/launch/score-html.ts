import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { defaultLimits, type Engine } from "../../bridge/engines/contract.ts";
import { openEngine } from "../../bridge/engines/open.ts";
import { VigaError } from "../../config/errors.ts";
import { cleanPrediction } from "../../evaluators/pages/clean-prediction.ts";
import { type DrawPage, extractBlocks } from "../../evaluators/pages/extract.ts";
import { scorePages } from "../../evaluators/pages/page-score.ts";
import { decodePicture } from "../../evaluators/pictures/picture.ts";
import { type DocumentScore, type Pair, scoreScreenshots } from "../../evaluators/score-documents.ts";

/** Width that Design2Code lays pages out for, CSS pixels; beside a picture it is the picture's. */
const usualWidth = 1280;

const isHtml = (path: string): boolean => /\.html?$/i.test(path);

/**
 * Scores a pair of which at least one is an HTML file, drawn in the web engine's sandbox. Two pages give Design2Code's own
 * parts, from the blocks of both; a page beside a picture is compared as a picture.
 *
 * @throws VigaError not_found, program_error, engine_failed
 */
export async function scoreHtml({ prediction, reference }: Pair): Promise<DocumentScore> {
  const scratch = await mkdtemp(join(tmpdir(), "viga-score-"));
  const engine = await openEngine("web", { scratch });
  try {
    const assets = await placeholders([prediction, reference]);
    const drawAt = (width: number) => drawerOf(engine, scratch, assets, width);
    if (isHtml(prediction) && isHtml(reference)) {
      const draw = drawAt(usualWidth);
      const one = await extractBlocks(cleanPrediction(await textOf(prediction)), draw);
      const other = await extractBlocks(await textOf(reference), draw);
      const { block, text, position, colour } = scorePages(one.blocks, other.blocks);
      const metrics = { block, text, position, colour };
      const loss = 1 - (block + text + position + colour) / 4;
      return { schema: 1, prediction, reference, loss, metrics, differences: [] };
    }
    const [page, beside] = isHtml(prediction) ? [prediction, reference] : [reference, prediction];
    const { width } = await decodePicture(await bytesOf(beside), beside);
    const drawn = { path: page, bytes: await drawAt(width)(await textOf(page)) };
    return await scoreScreenshots({ prediction, reference }, drawn);
  } finally {
    await engine.close();
    await rm(scratch, { recursive: true, force: true });
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

/** The rick.jpg that the benchmark's pages show for every picture: the one beside either page. */
async function placeholders(paths: readonly string[]): Promise<string[]> {
  for (const path of paths) {
    const file = join(dirname(path), "rick.jpg");
    if ((await stat(file).catch(() => null))?.isFile()) return [file];
  }
  return [];
}

function drawerOf(engine: Engine, dir: string, assets: string[], width: number): DrawPage {
  let drawn = 0;
  return async (program) => {
    drawn += 1;
    const views = [{ name: "page", camera: null, aspect: { width, height: 720 } }];
    const job = { job: `score${drawn}`, program, views, quality: { px: width }, limits: defaultLimits, dir, assets };
    const state = await engine.run(job);
    if (!state.ok)
      throw new VigaError("program_error", `the page is not drawn: ${state.error?.message ?? "no reason"}`);
    return readFile(join(dir, "page.png"));
  };
}
