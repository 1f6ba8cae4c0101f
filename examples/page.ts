import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { Command, Option } from "commander";
import { z } from "zod";
import { defaultLimits, type Engine } from "../bridge/engines/contract.ts";
import { openEngine } from "../bridge/engines/open.ts";
import {
  colourOf,
  colourText,
  numberOf,
  numberText,
  type PageLiteral,
  pageLiterals,
  type Rgb,
  withTexts,
} from "../bridge/text/page-literals.ts";
import { exitOnFlags } from "../cli/exit.ts";
import { whole } from "../cli/numbers.ts";
import { VigaError } from "../config/errors.ts";
import { pageLoss } from "../evaluators/pictures/page-loss.ts";
import { decodePicture } from "../evaluators/pictures/picture.ts";

/**
 * Makes a task of design2code from a page and a seed: its picture becomes the target, and five of its numbers or colours
 * are made wrong in the start program.
 *   npm run generate -- --mode design2code --page index.html --seed 0 --out DIR
 */
const wrongs = 5;
/** A change counts when it alone makes the picture differ by so much. */
const leastLoss = 2e-5;
const layoutWidth = 1280;

export interface PageOptions {
  page: string;
  seed: number;
  out: string;
}

export interface Wrong {
  property: string;
  goal: string;
  start: string;
}

/** Writes `<id>.png`, `<id>.html` (the goal, which a run never reads), `initialize/<id>.html` and rick.jpg where there is one. */
export async function generatePage(engine: Engine, { page, seed, out }: PageOptions): Promise<Wrong[]> {
  const scratch = await mkdtemp(join(tmpdir(), "viga-page-"));
  try {
    const id = basename(page).replace(/\.html?$/i, "");
    const goal = await readFile(page, "utf8");
    const rick = join(dirname(page), "rick.jpg");
    const assets = (await stat(rick).catch(() => null)) === null ? {} : { assets: [rick] };
    const render = async (program: string): Promise<Buffer> => {
      const views = [{ name: "page", camera: null, aspect: { width: layoutWidth, height: 720 } }];
      const job = { job: `page-${seed}`, program, views, quality: { px: layoutWidth }, limits: defaultLimits };
      const state = await engine.run({ ...job, dir: scratch, ...assets });
      if (!state.ok) throw new VigaError("program_error", `the page is not drawn: ${state.error?.message}`);
      return readFile(join(scratch, "page.png"));
    };
    const target = await render(goal);
    const call = { job: "used", name: "used_literals", args: { program: goal }, limits: defaultLimits, dir: scratch };
    const used = z.array(z.number()).parse((await engine.call({ ...call, ...assets })).result);
    const { start, wrong } = await worsen(goal, used, seed, async (program) => {
      const [is, was] = [await decodePicture(await render(program)), await decodePicture(target)];
      return pageLoss(is, was).pl;
    });
    await mkdir(join(out, "initialize"), { recursive: true });
    await writeFile(join(out, `${id}.png`), target);
    await writeFile(join(out, `${id}.html`), goal);
    await writeFile(join(out, "initialize", `${id}.html`), start);
    if ("assets" in assets) await copyFile(rick, join(out, "rick.jpg"));
    return wrong;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Five of the literals in use, each made wrong so that it shows. */
async function worsen(
  goal: string,
  used: readonly number[],
  seed: number,
  lossOf: (program: string) => Promise<number>,
): Promise<{ start: string; wrong: Wrong[] }> {
  const { literals } = pageLiterals(goal);
  const random = randomOf(seed);
  const left = [...used];
  const texts = new Map<number, string>();
  const wrong: Wrong[] = [];
  while (texts.size < wrongs && left.length > 0) {
    const [index] = left.splice(Math.floor(random() * left.length), 1) as [number];
    const literal = literals[index]!;
    const text = worse(literal, random);
    if (text === literal.text || (await lossOf(withTexts(goal, literals, new Map([[index, text]])))) < leastLoss)
      continue;
    texts.set(index, text);
    wrong.push({ property: literal.property, goal: literal.text, start: text });
  }
  if (texts.size < wrongs) {
    throw new VigaError(
      "input_invalid",
      `the page has ${texts.size} numbers and colours that show, fewer than ${wrongs}`,
    );
  }
  return { start: withTexts(goal, literals, texts), wrong };
}

/** A number times 0.5 to 2, at least 15 % off; a colour of any hue. */
function worse(literal: PageLiteral, random: () => number): string {
  const colour = colourOf(literal);
  if (literal.kind === "colour") return colour === null ? literal.text : colourText(literal, hued(colour, random()));
  const { value, unit } = numberOf(literal);
  const far = Math.log(1.15) + random() * (Math.log(2) - Math.log(1.15));
  return numberText(value * Math.exp(random() < 0.5 ? -far : far), unit, 2);
}

/** The same lightness in another hue, well saturated: greys too become colours. */
function hued(rgb: Rgb, turn: number): Rgb {
  const lightness = Math.max(0.25, Math.min(0.75, (Math.max(...rgb) + Math.min(...rgb)) / 510));
  const chroma = (1 - Math.abs(2 * lightness - 1)) * 0.7;
  const level = (offset: number): number => {
    const at = (turn * 6 + offset) % 6;
    return 255 * (lightness - chroma / 2 + chroma * Math.max(0, Math.min(1, 2 - Math.abs(at - 3))));
  };
  return [level(3), level(1), level(5)];
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** `npm run generate -- --mode design2code`. */
export async function pageCommand(): Promise<void> {
  const flags = new Command("generate")
    .description(
      "make a task of design2code from a page; five numbers or colours of its start program are wrong, by seed",
    )
    .addOption(new Option("--mode <MODE>", "what the task is for").choices(["design2code"]).makeOptionMandatory())
    .requiredOption("--page <HTML>", "the page; a rick.jpg beside it is taken along")
    .requiredOption("--out <DIR>", "folder to write: <id>.png, initialize/<id>.html, and the goal, <id>.html")
    .option("--seed <N>", "another seed, another start program", whole(0), 0)
    .exitOverride(exitOnFlags)
    .parse()
    .opts<{ page: string; out: string; seed: number }>();
  const scratch = await mkdtemp(join(tmpdir(), "viga-examples-"));
  const engine = await openEngine("web", { scratch });
  try {
    const made = { page: resolve(flags.page), out: resolve(flags.out), seed: flags.seed };
    for (const { property, goal, start } of await generatePage(engine, made)) {
      console.log(`${property}: goal ${goal}, start ${start}`);
    }
  } finally {
    await engine.close();
    await rm(scratch, { recursive: true, force: true });
  }
}
