import { assetSettings } from "../../../bridge/assets/roots.ts";
import type { Model } from "../../../bridge/models/contract.ts";
import { toVigaError } from "../../../config/errors.ts";
import { modeOf } from "../../../config/modes/index.ts";
import type { SolverLimits } from "../../../config/refine.ts";
import type { Context, RunSpec } from "../../../machines/domain/index.ts";
import type { EngineFacts } from "../../../prompts/index.ts";
import { type GeneratorMove, type GeneratorPlayer, type PlayerIO, type SceneRef, sceneOf } from "../player.ts";
import { defaultLimits, type LoopLimits, toolLoop } from "./loop.ts";
import { comparisonParts } from "./prompt/explicit-comparison.ts";
import { openingOf, type Sight } from "./prompt/opening.ts";
import { picturesOf, promptOf, withRefining } from "./prompt/system.ts";
import { assetTool } from "./tools/asset-tool.ts";
import { engineTools } from "./tools/definitions.ts";
import { type Draft, generatorTools, programFromText, type Written } from "./tools/generator-tools.ts";
import { type OfferedTool, pickTools } from "./tools/tool.ts";

export interface ModelGeneratorOptions {
  model: Model;
  mode: string;
  /** Names of the tools to offer; absent: the mode's own. execute_code is always among them. */
  tools?: readonly string[];
  /** The run whose libraries and services of assets it may use; absent: none. */
  assets?: RunSpec;
  /** Tools beyond the built-in ones (a skill's), offered when `tools` names them. */
  extra?: readonly OfferedTool[];
  limits?: Partial<LoopLimits>;
  /** `one_shot`: one program from the task alone. `memoryless`: task, current program and last feedback only. */
  baseline?: "one_shot" | "memoryless";
  /** Overrides the profile's temperature; candidates beyond the first are asked more warmly. */
  temperature?: number;
  maxTokens?: number;
  /** Ask over target, last and last but one picture whether they approach the target. */
  explicitComparison?: boolean;
  /** What the executor said of itself, for the facts in the prompt. */
  card?: EngineFacts | null;
  /** What the solver that refines the numbers of what it writes is held to, for the prompt to say so; null: there is none. */
  refined?: SolverLimits | null;
}

/** Directions for candidates beyond the first, so that N programs are not one program N times. */
const directions = [
  "Settle the largest difference first, with one bold change.",
  "Change as few numbers as possible, and those by what the measurements call for.",
  "Question what the earlier programs took for granted and try another construction for what looks worst.",
  "Care for light and materials before shapes.",
  "Care for position, size and view before everything else.",
  "Work on two differences at once.",
  "Undo the last change if it did harm, and take the opposite direction.",
] as const;

const warmest = 1.2;

/**
 * A generator played by a model: it may plan and query, then hands in one program per candidate. The move depends on
 * the context and the recorded replies alone, so a turn that starts over after a crash ends the same.
 *
 * @throws VigaError config_invalid for a mode or prompt that does not exist
 */
export function createModelGenerator(options: ModelGeneratorOptions): GeneratorPlayer {
  const { model, mode } = options;
  const definition = modeOf(mode);
  promptOf({ mode, role: "generator", setting: "none", style: model.state.style, tools: [] });
  const limits: LoopLimits = { ...defaultLimits, ...options.limits };
  const sight: Sight = options.baseline ?? "full";

  async function write(
    context: Context,
    io: PlayerIO,
    index: number,
  ): Promise<{ written: Written; plan: string | null }> {
    const draft: Draft = {
      context,
      io,
      language: definition.language,
      base: await baseOf(context, io),
      undone: [],
      plan: null,
      assets: [],
    };
    const given = await givenScene(context, draft.base.code, io);
    // The prompt setting names the tool, and a library is there to be looked through.
    const assets = context.task.prompt === "get_asset" || hasAssets(options) ? ["get_better_assets"] : [];
    const names = offeredNames(options.tools ?? [...definition.skills.generator, ...assets], sight);
    const known: OfferedTool<Written>[] = [
      ...generatorTools(draft),
      ...engineTools("generator", definition.engine, () => sceneOf(draft.base.program, context) ?? given),
      ...(options.assets === undefined
        ? []
        : [assetTool(options.assets, context.analysis, (asset) => draft.assets.push(asset))]),
      ...(options.extra ?? []),
    ];
    const tools = pickTools(names, known, "generator");
    const extra =
      index === 0
        ? null
        : `You write variant ${index + 1} of ${context.candidates}. ${directions[(index - 1) % directions.length]}`;
    const temperature = temperatureOf(options.temperature ?? model.profile.temperature, index);
    const opening = await openingOf(draft, sight, extra);
    // Numbers are refined against a target picture only.
    const refined = context.task.targets.length > 0 ? (options.refined ?? null) : null;
    // Before the last part, which asks for the program.
    if (options.explicitComparison) opening.parts.splice(-1, 0, ...(await comparisonParts(context, io)));
    const { result } = await toolLoop<Written>({
      io,
      model,
      key: `write/${index}`,
      t: context.t,
      finals: ["execute_code", "end_process"],
      tools,
      system: (style, specs) =>
        withRefining(
          promptOf({
            mode,
            role: "generator",
            setting: context.task.prompt,
            style,
            tools: specs,
            card: options.card ?? null,
            base: context.task.base !== null,
            pictures: picturesOf(io),
          }),
          refined,
        ),
      opening: [opening],
      fromText: (text) => programFromText(draft, text),
      limits,
      ...(temperature === null ? {} : { temperature }),
      ...(options.maxTokens === undefined ? {} : { maxTokens: options.maxTokens }),
    });
    return { written: result, plan: draft.plan };
  }

  return {
    name: model.name,
    async write(context, io): Promise<GeneratorMove> {
      if (sight === "one_shot" && context.rounds.some((round) => round.t > 0)) {
        return { type: "end", reason: "one_shot: the only program was written in round 1" };
      }
      const all = Array.from({ length: context.candidates }, (_, index) => write(context, io, index));
      const settled = await Promise.allSettled(all);
      const turns = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      const failures = settled.flatMap((one) => (one.status === "rejected" ? [toVigaError(one.reason)] : []));
      const interrupted =
        failures.find((error) => error.code === "interrupted") ?? (turns.length === 0 ? failures[0] : undefined);
      if (interrupted) throw interrupted;
      for (const error of failures) io.note("candidate.failed", { t: context.t, error: error.toData() });
      return moveOf(turns);
    },
  };
}

/** Whether the run's configuration names libraries or services. */
function hasAssets({ assets }: ModelGeneratorOptions): boolean {
  if (assets === undefined) return false;
  const { folders, services } = assetSettings(assets);
  return folders.length > 0 || services.length > 0;
}

/** Tools of a baseline are those that do not stretch its memory: a plan or an earlier program would. */
function offeredNames(names: readonly string[], sight: Sight): string[] {
  if (sight === "one_shot") return ["execute_code"];
  const kept = sight === "memoryless" ? names.filter((name) => !["make_plan", "undo_last_step"].includes(name)) : names;
  return ["execute_code", ...kept];
}

/** N turns as one move: the programs, each once; the end only when more than half of the candidates want it. */
function moveOf(turns: readonly { written: Written; plan: string | null }[]): GeneratorMove {
  const programs = turns.flatMap(({ written }) => (written.type === "program" ? [written] : []));
  const ends = turns.flatMap(({ written }) => (written.type === "end" ? [written.reason] : []));
  if (ends.length > programs.length || programs.length === 0) return { type: "end", reason: ends[0] ?? "no program" };
  const plan = turns.map((turn) => turn.plan).find((made) => made !== null);
  const different = programs.filter((one, index) => programs.findIndex((other) => other.code === one.code) === index);
  // What one candidate fetched is there for whoever goes on from another.
  const fetched = new Map(programs.flatMap(({ assets = [] }) => assets).map((asset) => [asset.path, asset]));
  const assets = fetched.size === 0 ? {} : { assets: [...fetched.values()] };
  return {
    type: "programs",
    candidates: different.map(({ type: _, ...candidate }) => ({ ...candidate, ...assets })),
    ...(plan ? { plan } : {}),
  };
}

/** The program that the next one is made from: memory's choice, else the task's start program, else none. */
async function baseOf(context: Context, io: PlayerIO): Promise<Draft["base"]> {
  if (context.from !== null)
    return { t: context.from.t, code: await io.text(context.from.code), program: context.from };
  if (context.task.start !== null) return { t: 0, code: await io.text(context.task.start), program: null };
  return { t: 0, code: "", program: null };
}

/** The scene that is given before any program changes it: a base alone, as a program of nothing leaves it. */
async function givenScene({ task }: Context, code: string, io: PlayerIO): Promise<SceneRef | null> {
  return task.base !== null && code === "" ? { t: 0, candidate: 0, code: await io.put(""), slot: "" } : null;
}

/** Null where the endpoint takes no temperature. */
function temperatureOf(base: number | null, index: number): number | null {
  if (base === null || index === 0) return base;
  return Math.max(base, Math.min(warmest, base + 0.25 * index));
}
