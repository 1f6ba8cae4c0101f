import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, Option } from "commander";
import { knobsReply } from "../actors/players/solver/knobs.ts";
import { startBlender } from "../bridge/engines/blender.ts";
import { defaultLimits, type Engine } from "../bridge/engines/contract.ts";
import { exitOnFlags, fail } from "../cli/exit.ts";
import { whole } from "../cli/numbers.ts";
import { VigaError } from "../config/errors.ts";
import { readPicture } from "../evaluators/pictures/picture.ts";
import type { PictureSize } from "../machines/domain/index.ts";
import { draw, readKind } from "./draw.ts";

/**
 * Makes a task folder in BlenderGym's layout from a goal program and a seed:
 *   npm run generate -- --kind placement --seed 0 --out DIR [--goal-samples 512] [--start-samples 512] [--goal PNG]
 * The goal program itself is not written there: a run never sees it.
 */
const here = dirname(fileURLToPath(import.meta.url));
export const kinds = ["placement", "lighting", "material", "geometry", "blendshape", "camera"] as const;

export interface GenerateOptions {
  kind: string;
  seed: number;
  out: string;
  goalSamples: number;
  startSamples: number;
  px: number;
  /** A goal picture made before: it is the same for every seed of a kind. */
  goal?: string;
}

async function render(
  engine: Engine,
  program: string,
  base: string | undefined,
  dir: string,
  quality: { px: number; samples: number } | null,
  { save, goal }: { save?: string; goal?: string } = {},
): Promise<void> {
  const state = await engine.run({
    job: `example-${Math.random().toString(36).slice(2)}`,
    program,
    views: quality ? [{ camera: "Camera1", name: "render1", ...(goal === undefined ? {} : await aspectOf(goal)) }] : [],
    quality: quality ?? { px: 16, samples: 1 },
    limits: { ...defaultLimits, seconds: 1800 },
    dir,
    ...(base === undefined ? {} : { base }),
    ...(save === undefined ? {} : { save }),
  });
  if (!state.ok)
    throw new VigaError("program_error", `an example program failed: ${state.error?.message ?? state.log}`);
}

/** A picture's shape, for a view that is to match it. */
async function aspectOf(path: string): Promise<{ aspect: PictureSize }> {
  const { width, height } = await readPicture(path);
  return { aspect: { width, height } };
}

/** Makes one example. Returns what was made wrong, for benchmarks. */
export async function generate(engine: Engine, options: GenerateOptions) {
  const scratch = await mkdtemp(join(tmpdir(), "viga-example-"));
  try {
    const spec = await readKind(join(here, "kinds", `${options.kind}.yaml`));
    const goal = await readFile(join(here, "goals", options.kind, "goal.py"), "utf8");
    await render(engine, await readFile(join(here, "base.py"), "utf8"), undefined, scratch, null, {
      save: "blender_file.blend",
    });
    const base = join(scratch, "blender_file.blend");
    const reply = await engine.call({
      job: "example-knobs",
      name: "knobs",
      args: { program: goal },
      base,
      limits: defaultLimits,
      dir: scratch,
    });
    const { knobs } = knobsReply.parse(reply.result);
    const { start, wrong } = draw(goal, knobs, spec, options.seed);
    for (const side of ["goal", "start"]) await mkdir(join(options.out, "renders", side), { recursive: true });
    await copyFile(base, join(options.out, "blender_file.blend"));
    await writeFile(join(options.out, "start.py"), start);
    await writeFile(join(options.out, "task.txt"), `${spec.text}\n`);
    if (options.goal) await copyFile(options.goal, join(options.out, "renders/goal/render1.png"));
    else {
      const at = { px: options.px, samples: options.goalSamples };
      await render(engine, goal, base, scratch, at);
      await copyFile(join(scratch, "render1.png"), join(options.out, "renders/goal/render1.png"));
    }
    const first = { px: options.px, samples: options.startSamples };
    await render(engine, start, base, scratch, first, { goal: join(options.out, "renders/goal/render1.png") });
    await copyFile(join(scratch, "render1.png"), join(options.out, "renders/start/render1.png"));
    return { wrong, knobs };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Flags {
  kind: string;
  seed: number;
  out: string;
  px: number;
  goalSamples: number;
  startSamples: number;
  goal?: string;
}

async function main(): Promise<void> {
  const flags = new Command("generate")
    .description("make a task folder in BlenderGym's layout; its start program is drawn by seed")
    .addOption(new Option("--kind <KIND>", "what is wrong in it").choices(kinds).makeOptionMandatory())
    .requiredOption("--out <DIR>", "folder to write")
    .option("--seed <N>", "another seed, another start program", whole(0), 0)
    .option("--px <N>", "size of the pictures", whole(16, 4096), 512)
    .option("--goal-samples <N>", "Cycles samples of the goal picture", whole(1, 65536), 512)
    .option("--start-samples <N>", "Cycles samples of the start picture", whole(1, 65536), 512)
    .option("--goal <PNG>", "a goal picture made before: it is the same for every seed of a kind")
    .exitOverride(exitOnFlags)
    .parse()
    .opts<Flags>();
  const scratch = await mkdtemp(join(tmpdir(), "viga-examples-"));
  const engine = await startBlender({ scratch });
  try {
    const { goal, ...rest } = flags;
    const out = resolve(flags.out);
    const { wrong } = await generate(engine, { ...rest, out, ...(goal === undefined ? {} : { goal: resolve(goal) }) });
    for (const one of wrong) console.log(`${one.label}: goal ${one.goal}, start ${one.start}`);
  } finally {
    await engine.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

if (import.meta.main) await main().catch(fail);
