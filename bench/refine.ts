import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { Command } from "commander";
import type { Trace } from "../actors/players/solver/knobs.ts";
import { createSolver } from "../actors/players/solver/solver.ts";
import { type Crossing, Sweeper, type ViewMasks } from "../actors/players/solver/sweeper.ts";
import { startBlender } from "../bridge/engines/blender.ts";
import { defaultLimits, type Engine } from "../bridge/engines/contract.ts";
import { exitOnFlags } from "../cli/exit.ts";
import { whole } from "../cli/numbers.ts";
import { VigaError } from "../config/errors.ts";
import { type Picture, readPicture } from "../evaluators/pictures/picture.ts";
import { photometricLoss } from "../evaluators/pictures/pl.ts";
import { resize } from "../evaluators/pictures/resize.ts";
import { ssim } from "../evaluators/pictures/ssim.ts";
import type { Task, View } from "../machines/domain/index.ts";
import { engineIO } from "./engine-io.ts";

/**
 * What `refine: solver` does to whole programs of a picture: PL and SSIM before and after at many samples, which things lost
 * what is seen of them, which came to cross.
 *   npm run bench -- refine --programs DIR --target PNG [--seconds 60] [--out DIR]
 */
interface Flags {
  programs: string;
  target: string;
  seconds: number;
  px: number;
  samples: number;
  out?: string;
  only?: string;
}

/** A thing on less of the picture than this is not watched, as in the product. */
const watched = 0.002;

interface Shown {
  readonly picture: Picture;
  readonly pl: number;
  readonly ssim: number;
  /** What another seed makes of the similarity. */
  readonly noise: number;
  readonly masks: ViewMasks;
  readonly crossings: readonly Crossing[];
}

interface Row {
  readonly name: string;
  readonly before: Shown;
  readonly after: Shown;
  readonly seconds: number;
  readonly lost: string[];
  readonly crossed: string[];
}

/** The program run and looked at; `things`: the objects whose outlines are wanted. */
async function shown(engine: Engine, lent: Lent, program: string, goal: Picture, things: string[]): Promise<Shown> {
  const pictures: Picture[] = [];
  for (const renderSeed of [0, 1]) {
    const dir = await mkdtemp(join(lent.scratch, "render-"));
    const quality = { px: lent.flags.px, samples: lent.flags.samples };
    const limits = { ...defaultLimits, seconds: 600 };
    const state = await engine.run({ job: dir, program, views: [lent.view], quality, limits, renderSeed, dir });
    if (!state.ok) throw new VigaError("program_error", state.error?.message ?? "a render failed");
    pictures.push(await readPicture(join(dir, `${lent.view.name}.png`)));
  }
  const [one, two] = pictures as [Picture, Picture];
  const sweeper = new Sweeper(lent.io, [lent.view]);
  const bare = { in_place: {}, lean: false } as unknown as Trace;
  const lists = things.map((name) => [name]);
  const [masks] = await sweeper.masks(program, bare, [[]], lent.flags.px, lists);
  const [crossings] = await sweeper.crossings(program, bare, [[]], things);
  if (!masks || !crossings) throw new VigaError("program_error", "the program could not be looked at");
  const [a, b] = [ssim(one, goal), ssim(two, goal)];
  return {
    picture: one,
    pl: photometricLoss(one, goal),
    ssim: a,
    noise: Math.abs(a - b),
    masks: masks.views[0]!,
    crossings,
  };
}

/** Squared differences from the goal in the union of a thing's outlines before and after. */
function amiss(of: Picture, goal: Picture, one: ViewMasks, two: ViewMasks, id: number): number {
  const target = resize(goal, of.width, of.height, "bicubic").rgb;
  let sum = 0;
  for (let p = 0; p < one.ids.length; p++) {
    if (one.ids[p] !== id && two.ids[p] !== id) continue;
    for (let c = 3 * p; c < 3 * p + 3; c++) sum += (of.rgb[c]! - target[c]!) ** 2;
  }
  return sum;
}

function lostOf(before: Shown, after: Shown, things: readonly string[], goal: Picture): string[] {
  const pixels = before.masks.width * before.masks.height;
  return things.flatMap((name, i) => {
    const [was, is] = [before.masks.things[i]!.seen, after.masks.things[i]!.seen];
    if (was < watched * pixels || is >= 0.7 * was) return [];
    const sums = [before, after].map(({ picture }) => amiss(picture, goal, before.masks, after.masks, i + 1));
    return sums[1]! < sums[0]! ? [] : [`${name} ${((100 * is) / was).toFixed(0)} %`];
  });
}

const pairOf = ({ one, other }: Crossing) => [one, other].sort().join(" and ");

function crossedOf(before: Shown, after: Shown): string[] {
  const known = new Set(before.crossings.map(pairOf));
  const found = after.crossings.filter((one) => one.depth > 0.01 * one.size && !known.has(pairOf(one)));
  return found.map((one) => `${pairOf(one)} ${((100 * one.depth) / one.size).toFixed(1)} %`);
}

type Lent = Awaited<ReturnType<typeof engineIO>> & { scratch: string; view: View; flags: Flags };

async function refined(engine: Engine, flags: Flags, scratch: string, file: string): Promise<Row> {
  const name = basename(file, ".py");
  const code = await readFile(file, "utf8");
  const goal = await readPicture(flags.target);
  const view: View = { name: "render1", camera: null, aspect: { width: goal.width, height: goal.height } };
  const task: Task = { mode: "static_scene", name, text: "", targets: [], start: null, base: null, prompt: "none" };
  const lent = { ...engineIO(engine, task, undefined, scratch, [view]), scratch, view, flags };
  task.start = await lent.put(code);
  task.targets = [{ name: "render1", image: await lent.put(await readFile(flags.target)) }];
  const solver = createSolver({ limits: { seconds: flags.seconds }, goesOn: true });
  const context = {
    t: 1,
    task,
    plan: null,
    analysis: null,
    rounds: [],
    best: null,
    from: null,
    note: null,
    candidates: 1,
  };
  const started = performance.now();
  const move = await solver.write(context, lent.io);
  const seconds = (performance.now() - started) / 1000;
  const next = move.type === "end" ? code : move.candidates[0]!.code;
  if (move.type === "end") console.error(`${name}: ${move.reason}`);
  else console.error(`${name}: ${move.candidates[0]!.thought.split("\n").slice(0, 4).join(" ")}`);
  const trace = await new Sweeper(lent.io, [view]).trace(code);
  const things = Object.keys(trace.scene.sizes);
  const before = await shown(engine, lent, code, goal, things);
  const after = await shown(engine, lent, next, goal, things);
  if (flags.out !== undefined) await writeFile(join(flags.out, `${name}.py`), next);
  return { name, before, after, seconds, lost: lostOf(before, after, things, goal), crossed: crossedOf(before, after) };
}

function line({ name, before, after, seconds, lost, crossed }: Row): string {
  const fall = 100 * (1 - after.pl / before.pl);
  const pl = `${(1000 * before.pl).toFixed(2)} -> ${(1000 * after.pl).toFixed(2)}`;
  const like = `${before.ssim.toFixed(4)} -> ${after.ssim.toFixed(4)} (noise ${Math.max(before.noise, after.noise).toFixed(4)})`;
  return `| ${name} | ${pl} | ${fall.toFixed(1)} % | ${like} | ${lost.join(", ") || "none"} | ${crossed.join(", ") || "none"} | ${seconds.toFixed(0)} |`;
}

export async function refine(args: readonly string[]): Promise<string> {
  const flags = new Command("refine")
    .description("what refine: solver does to whole programs of a picture")
    .requiredOption("--programs <DIR>", "programs in Python, one a file")
    .requiredOption("--target <PNG>", "the picture that they draw")
    .option("--seconds <N>", "for each program", whole(1), 60)
    .option("--px <N>", "size of what is compared", whole(16), 256)
    .option("--samples <N>", "Cycles samples of what is compared", whole(1), 96)
    .option("--only <NAME>", "one program, by its file's name without .py")
    .option("--out <DIR>", "keeps the refined programs")
    .exitOverride(exitOnFlags)
    .parse(args, { from: "user" })
    .opts<Flags>();
  if (flags.out !== undefined) await mkdir(flags.out, { recursive: true });
  const scratch = await mkdtemp(join(tmpdir(), "viga-bench-"));
  const engine = await startBlender({ scratch });
  const lines = [
    "| program | PL x1000 | falls by | SSIM | things that lost over 30 % for nothing | pairs that came to cross | seconds |",
    "|---|---|---|---|---|---|---|",
  ];
  try {
    const files = (await readdir(flags.programs)).filter((file) => file.endsWith(".py")).sort();
    for (const file of files.filter((one) => flags.only === undefined || one === `${flags.only}.py`)) {
      const row = line(await refined(engine, flags, scratch, resolve(flags.programs, file)));
      console.error(row);
      lines.push(row);
    }
  } finally {
    await engine.close();
    await rm(scratch, { recursive: true, force: true });
  }
  return lines.join("\n");
}
