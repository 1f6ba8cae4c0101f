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
import { draw, poolsOf, readKind, readWide, widePools } from "./draw.ts";
import { pageCommand } from "./page.ts";

/**
 * Makes a task folder in BlenderGym's layout from a goal program and a seed:
 *   npm run generate -- --kind placement --seed 0 --out DIR [--goal-samples 512] [--start-samples 512] [--goal PNG]
 *   npm run generate -- --range wide --scene outdoors --kind combined --seed 0 --out DIR
 *   npm run generate -- --range wide --scene outdoors --kind rough --seed 0 --out DIR
 * The goal program itself is not written there: a run never sees it. Wide draws are of three other scenes, put things
 * anywhere in view, turn them any way and size them by up to three; the solver was tuned on their seeds below 100.
 */
const here = dirname(fileURLToPath(import.meta.url));
export const kinds = ["placement", "lighting", "material", "geometry", "blendshape", "camera"] as const;

export const scenes = ["indoors", "outdoors", "closeup"] as const;
export const wideKinds = [...kinds, "combined", "rough"] as const;

export interface GenerateOptions {
  kind: string;
  /** Draws widely, from this scene. */
  scene?: string;
  seed: number;
  out: string;
  goalSamples: number;
  startSamples: number;
  px: number;
  /** A goal picture made before: it is the same for every seed of a kind, and of a scene that is drawn from widely. */
  goal?: string;
}

/** What an example is drawn from. */
async function sourceOf({ kind, scene }: Pick<GenerateOptions, "kind" | "scene">) {
  if (scene === undefined) {
    const spec = await readKind(join(here, "kinds", `${kind}.yaml`));
    const goal = await readFile(join(here, "goals", kind, "goal.py"), "utf8");
    return { text: spec.text, pools: poolsOf(spec), goal, aspect: undefined };
  }
  const spec = await readWide(join(here, "wide", `${scene}.yaml`));
  const goal = await readFile(join(here, "wide", scene, "goal.py"), "utf8");
  return { ...widePools(spec, kind), goal, aspect: spec.aspect };
}

async function render(
  engine: Engine,
  program: string,
  base: string | undefined,
  dir: string,
  quality: { px: number; samples: number } | null,
  { save, aspect }: { save?: string; aspect?: PictureSize } = {},
): Promise<void> {
  const state = await engine.run({
    job: `example-${Math.random().toString(36).slice(2)}`,
    program,
    views: quality ? [{ camera: "Camera1", name: "render1", ...(aspect === undefined ? {} : { aspect }) }] : [],
    quality: quality ?? { px: 16, samples: 1 },
    limits: { ...defaultLimits, seconds: 1800 },
    dir,
    ...(base === undefined ? {} : { base }),
    ...(save === undefined ? {} : { save }),
  });
  if (!state.ok)
    throw new VigaError("program_error", `an example program failed: ${state.error?.message ?? state.log}`);
}

/** Makes one example. Returns its goal program and what was made wrong, for benchmarks. */
export async function generate(engine: Engine, options: GenerateOptions) {
  const scratch = await mkdtemp(join(tmpdir(), "viga-example-"));
  try {
    const { text, pools, goal, aspect } = await sourceOf(options);
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
    const { start, wrong } = draw(goal, knobs, pools, options.seed);
    for (const side of ["goal", "start"]) await mkdir(join(options.out, "renders", side), { recursive: true });
    await copyFile(base, join(options.out, "blender_file.blend"));
    await writeFile(join(options.out, "start.py"), start);
    await writeFile(join(options.out, "task.txt"), `${text}\n`);
    if (options.goal) {
      await copyFile(options.goal, join(options.out, "renders/goal/render1.png"));
      await render(engine, goal, base, scratch, null);
    } else {
      const at = { px: options.px, samples: options.goalSamples };
      await render(engine, goal, base, scratch, at, aspect === undefined ? {} : { aspect });
      await copyFile(join(scratch, "render1.png"), join(options.out, "renders/goal/render1.png"));
    }
    // Ground truth for viga eval: where things stand, how they are turned, how large they are.
    await copyFile(join(scratch, "scene.json"), join(options.out, "renders/goal/scene.json"));
    const first = { px: options.px, samples: options.startSamples };
    const { width, height } = await readPicture(join(options.out, "renders/goal/render1.png"));
    await render(engine, start, base, scratch, first, { aspect: { width, height } });
    await copyFile(join(scratch, "render1.png"), join(options.out, "renders/start/render1.png"));
    return { wrong, goal };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Flags {
  kind: string;
  range: "near" | "wide";
  scene?: string;
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
    .addOption(new Option("--kind <KIND>", "what is wrong in it").choices(wideKinds).makeOptionMandatory())
    .addOption(new Option("--range <RANGE>", "how far off it is").choices(["near", "wide"]).default("near"))
    .addOption(new Option("--scene <SCENE>", "what a wide draw is of").choices(scenes))
    .requiredOption("--out <DIR>", "folder to write")
    .option("--seed <N>", "another seed, another start program", whole(0), 0)
    .option("--px <N>", "size of the pictures", whole(16, 4096), 512)
    .option("--goal-samples <N>", "Cycles samples of the goal picture", whole(1, 65536), 512)
    .option("--start-samples <N>", "Cycles samples of the start picture", whole(1, 65536), 512)
    .option("--goal <PNG>", "a goal picture made before: it is the same for every seed of a kind")
    .exitOverride(exitOnFlags)
    .parse()
    .opts<Flags>();
  const { goal, range, scene, ...rest } = flags;
  if ((range === "wide") !== (scene !== undefined))
    throw new VigaError("input_invalid", "--range wide and --scene go together", { hint: scenes.join(", ") });
  if (range === "near" && (flags.kind === "combined" || flags.kind === "rough"))
    throw new VigaError("input_invalid", `--kind ${flags.kind} needs --range wide and a --scene`);
  const scratch = await mkdtemp(join(tmpdir(), "viga-examples-"));
  const engine = await startBlender({ scratch });
  try {
    const { wrong } = await generate(engine, {
      ...rest,
      out: resolve(flags.out),
      ...(goal === undefined ? {} : { goal: resolve(goal) }),
      ...(scene === undefined ? {} : { scene }),
    });
    for (const one of wrong) console.log(`${one.label}: goal ${one.goal}, start ${one.start}`);
  } finally {
    await engine.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

if (import.meta.main) await (process.argv.includes("--mode") ? pageCommand() : main()).catch(fail);
