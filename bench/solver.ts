import { copyFile, mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { createSolver } from "../actors/players/solver/solver.ts";
import { startBlender } from "../bridge/engines/blender.ts";
import { defaultLimits, type Engine } from "../bridge/engines/contract.ts";
import { exitOnFlags } from "../cli/exit.ts";
import { whole } from "../cli/numbers.ts";
import { VigaError } from "../config/errors.ts";
import { readPicture } from "../evaluators/pictures/picture.ts";
import { photometricLoss } from "../evaluators/pictures/pl.ts";
import { generate, kinds, scenes, wideKinds } from "../examples/generate.ts";
import type { Context, Program, Round, Task, View } from "../machines/domain/index.ts";
import { engineIO } from "./engine-io.ts";
import { median } from "./median.ts";

/**
 * The solver alone, without a bus: kinds x seeds, photometric loss at 512 px / 64 samples before and after, the share of the
 * removable loss that it removed, seconds.
 *   npm run bench -- solver [--kinds placement,camera] [--seeds 5] [--from 0] [--cache DIR] [--every-round] [--verbose]
 *   npm run bench -- solver --range wide --kinds rough --seconds 60
 *   npm run bench -- solver --range wide [--scenes indoors,outdoors] --from 100 --seeds 2
 */
let at = { px: 512, samples: 64 };

export interface Outcome {
  kind: string;
  seed: number;
  wrong: number;
  /** The scene of a wide draw. */
  scene?: string;
  /** Photometric loss of the goal's own program: what no program's numbers can go below. */
  floor: number;
  /** Photometric loss of the start and of the last round's program; with `--every-round` of those between as well. */
  losses: number[];
  seconds: number;
  renders: number;
  /** Processor seconds of the engine's children: comparable where a machine is shared, unlike `seconds`. */
  cpu: number;
}

async function render(engine: Engine, program: string, base: string, scratch: string, view: View): Promise<string> {
  const dir = await mkdtemp(join(scratch, "render-"));
  const state = await engine.run({
    job: dir,
    program,
    base,
    views: [view],
    quality: at,
    limits: { ...defaultLimits, seconds: 1200 },
    dir,
  });
  if (!state.ok) throw new VigaError("program_error", state.error?.message ?? "a render failed");
  return join(dir, `${view.name}.png`);
}

export async function solveExample(
  engine: Engine,
  folder: string,
  scratch: string,
  log: (line: string) => void,
  { everyRound, seconds: most }: Pick<Flags, "everyRound" | "seconds"> = {},
): Promise<Omit<Outcome, "kind" | "seed" | "wrong" | "scene" | "floor">> {
  const goal = await readPicture(join(folder, "renders/goal/render1.png"));
  const base = join(folder, "blender_file.blend");
  const view: View = { name: "render1", camera: "Camera1", aspect: { width: goal.width, height: goal.height } };
  const task: Task = {
    mode: "blendergym",
    name: "bench",
    text: "",
    targets: [],
    start: null,
    base: null,
    prompt: "none",
  };
  const { io, put, text, notes } = engineIO(engine, task, base, scratch, [view]);
  task.start = await put(await readFile(join(folder, "start.py")));
  task.targets = [{ name: "render1", image: await put(await readFile(join(folder, "renders/goal/render1.png"))) }];
  const measure = async (code: string): Promise<number> =>
    photometricLoss(await readPicture(await render(engine, code, base, scratch, view)), goal);
  const losses = [await measure(await text(task.start))];
  const solver = createSolver(most === undefined ? {} : { limits: { seconds: most }, goesOn: true });
  const rounds: Round[] = [];
  let from: Program | null = null;
  let seconds = 0;
  for (let t = 1; t <= (most === undefined ? 10 : 1); t++) {
    const context: Context = {
      t,
      task,
      plan: null,
      analysis: null,
      rounds,
      best: null,
      from,
      note: null,
      candidates: 1,
    };
    const started = performance.now();
    const move = await solver.write(context, io);
    seconds += (performance.now() - started) / 1000;
    if (move.type === "end") {
      log(`  ${seconds.toFixed(0)} s: ${move.reason}`);
      break;
    }
    const { thought, code_diff, code } = move.candidates[0]!;
    if (everyRound) losses.push(await measure(code));
    log(`  ${seconds.toFixed(0)} s: round ${t}\n${thought.replace(/^/gm, "    ")}`);
    from = { t, candidate: 0, thought, code_diff, code: await put(code) };
    rounds.push({
      t,
      program: from,
      state: {
        t,
        candidate: 0,
        ok: true,
        renders: [],
        log: "",
        slot: "cpu",
        epoch: 0,
        seconds: { execute: 0, render: 0, total: 0 },
      },
      measures: null,
      feedback: null,
    });
  }
  if (!everyRound && from) losses.push(await measure(await text(from.code)));
  const done = notes.filter((note) => note.data.step === "done");
  const sum = (key: string) => done.reduce((total, note) => total + Number(note.data[key] ?? 0), 0);
  return { losses, seconds, renders: sum("renders"), cpu: sum("cpu") };
}

/** Photometric loss of a program against an example's goal picture. */
async function lossOf(engine: Engine, program: string, folder: string, scratch: string): Promise<number> {
  const goal = await readPicture(join(folder, "renders/goal/render1.png"));
  const view: View = { name: "render1", camera: "Camera1", aspect: { width: goal.width, height: goal.height } };
  const base = join(folder, "blender_file.blend");
  return photometricLoss(await readPicture(await render(engine, program, base, scratch, view)), goal);
}

const gain = (o: Outcome): number => 100 * (1 - Math.min(...o.losses) / o.losses[0]!);
/** The share of the removable loss that was removed, per cent. */
const removed = (o: Outcome): number =>
  (100 * (o.losses[0]! - Math.min(...o.losses))) / Math.max(1e-12, o.losses[0]! - o.floor);

export function table(outcomes: readonly Outcome[]): string {
  const lines = [
    "| kind | seeds | wrong numbers | PL x1000 start -> best (median) | PL falls by, median | worst | removed, median | worst | seconds, median | worst | processor s, median |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
  ];
  for (const kind of new Set(outcomes.map((o) => o.kind))) {
    const own = outcomes.filter((o) => o.kind === kind);
    const start = median(own.map((o) => o.losses[0]! * 1000));
    const best = median(own.map((o) => Math.min(...o.losses) * 1000));
    lines.push(
      `| ${kind} | ${own.length} | ${Math.min(...own.map((o) => o.wrong))}-${Math.max(...own.map((o) => o.wrong))} ` +
        `| ${start.toFixed(2)} -> ${best.toFixed(3)} | ${median(own.map(gain)).toFixed(1)} % ` +
        `| ${Math.min(...own.map(gain)).toFixed(1)} % | ${median(own.map(removed)).toFixed(1)} % ` +
        `| ${Math.min(...own.map(removed)).toFixed(1)} % | ${median(own.map((o) => o.seconds)).toFixed(0)} ` +
        `| ${Math.max(...own.map((o) => o.seconds)).toFixed(0)} | ${median(own.map((o) => o.cpu)).toFixed(0)} |`,
    );
  }
  return lines.join("\n");
}

interface Flags {
  kinds?: string[];
  range: "near" | "wide";
  scenes: string[];
  seeds: number;
  from: number;
  cache?: string;
  goalSamples: number;
  px: number;
  samples: number;
  verbose?: boolean;
  everyRound?: boolean;
  seconds?: number;
}

const among =
  (what: string, known: readonly string[]) =>
  (text: string): string[] => {
    const names = text.split(",");
    const unknown = names.filter((name) => !known.includes(name));
    if (unknown.length > 0)
      throw new InvalidArgumentError(`no ${what} ${unknown.join(", ")}; there are ${known.join(", ")}.`);
    return names;
  };

/** One example: made, solved and measured. Goal pictures of a kind, or of a wide scene, are kept in `cache`. */
async function measured(
  engine: Engine,
  what: { kind: string; seed: number; scene?: string },
  flags: Flags,
  { scratch, cache }: { scratch: string; cache: string },
): Promise<Outcome> {
  const name = what.scene === undefined ? what.kind : `wide-${what.scene}`;
  const kept = join(cache, `${name}-${flags.px}-${flags.goalSamples}.png`);
  const known = await stat(kept).then(
    () => true,
    () => false,
  );
  const out = join(scratch, `${name}-${what.kind}-${what.seed}`);
  const { goalSamples } = flags;
  const made = { ...what, out, goalSamples, startSamples: 1, px: at.px, ...(known ? { goal: kept } : {}) };
  const { wrong, goal } = await generate(engine, made);
  if (!known) await copyFile(join(out, "renders/goal/render1.png"), kept);
  const where = what.scene === undefined ? "" : ` ${what.scene}`;
  console.error(
    `${what.kind}${where} seed ${what.seed}: ${wrong.map((w) => `${w.label} ${w.goal} -> ${w.start}`).join(", ")}`,
  );
  const floor = await lossOf(engine, goal, out, scratch);
  const log = flags.verbose ? console.error : () => {};
  const solved = await solveExample(engine, out, scratch, log, flags);
  return { ...what, wrong: wrong.length, floor, ...solved };
}

/** Measures as `args` say. Returns the table. */
export async function solver(args: readonly string[]): Promise<string> {
  const flags = new Command("solver")
    .description("the solver alone, without a bus, over kinds of edits and seeds")
    .addOption(
      new Option("--kinds <LIST>", "kinds of edits, with commas; absent: all").argParser(among("kind", wideKinds)),
    )
    .addOption(new Option("--range <RANGE>", "how far off the starts are").choices(["near", "wide"]).default("near"))
    .addOption(
      new Option("--scenes <LIST>", "what wide draws are of, with commas")
        .argParser(among("scene", scenes))
        .default([...scenes], "all"),
    )
    .option("--seeds <N>", "how many seeds of each", whole(1), 5)
    .option("--from <N>", "the first seed", whole(0), 0)
    .option("--cache <DIR>", "keeps goal pictures for the next time")
    .option("--goal-samples <N>", "Cycles samples of a goal picture", whole(1), 512)
    .option("--px <N>", "size of what is compared", whole(16), 512)
    .option("--samples <N>", "Cycles samples of what is compared", whole(1), 64)
    .option("--every-round", "measure every round's program, not only the last")
    .option("--seconds <N>", "one call of this length, as behind a model, instead of rounds", whole(1))
    .option("--verbose", "say what every round did")
    .exitOverride(exitOnFlags)
    .parse(args, { from: "user" })
    .opts<Flags>();
  at = { px: flags.px, samples: flags.samples };
  const scratch = await mkdtemp(join(tmpdir(), "viga-bench-"));
  const cache = resolve(flags.cache ?? join(scratch, "goals"));
  await mkdir(cache, { recursive: true });
  const engine = await startBlender({ scratch });
  const outcomes: Outcome[] = [];
  try {
    const wide = flags.range === "wide";
    for (const kind of flags.kinds ?? (wide ? wideKinds : kinds)) {
      for (const scene of wide ? flags.scenes : [undefined]) {
        for (let seed = flags.from; seed < flags.from + flags.seeds; seed++) {
          const outcome = await measured(engine, { kind, seed, ...(scene === undefined ? {} : { scene }) }, flags, {
            scratch,
            cache,
          });
          outcomes.push(outcome);
          console.error(
            `  PL x1000 ${outcome.losses.map((l) => (l * 1000).toFixed(3)).join(" -> ")}, falls by ${gain(outcome).toFixed(1)} %, ` +
              `${removed(outcome).toFixed(1)} % of the removable (floor ${(outcome.floor * 1000).toFixed(3)}), ` +
              `${outcome.seconds.toFixed(0)} s, ${outcome.cpu.toFixed(0)} processor s, ${outcome.renders} small renders`,
          );
        }
      }
    }
    return table(outcomes);
  } finally {
    await engine.close();
    await rm(scratch, { recursive: true, force: true });
  }
}
