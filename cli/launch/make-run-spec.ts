import { mkdir } from "node:fs/promises";
import type { ArtifactStore } from "../../bridge/artifacts/store.ts";
import { madeAssets } from "../../bridge/assets/roots.ts";
import { toToken } from "../../bridge/bus/subjects.ts";
import { modeOf } from "../../config/modes/index.ts";
import type { ResolvedConfig } from "../../config/resolved.ts";
import type { LoadedTask } from "../../config/task.ts";
import { evaluatorFor } from "../../evaluators/index.ts";
import { type RunSpec, runConfig, runSpecSchema, stages } from "../../machines/domain/index.ts";
import { version } from "../version.ts";
import { takePicture } from "./take-picture.ts";

/** Failed states in a row after which a run gives up. */
const maxFailures = 5;

/** Puts a task's inputs into the artifact store and writes down what every process must know of the run. */
export async function makeSpec(
  config: ResolvedConfig,
  task: LoadedTask & { given?: string[] },
  out: string,
  store: ArtifactStore,
  skills: NonNullable<RunSpec["skills"]>,
): Promise<RunSpec> {
  const definition = modeOf(config.mode);
  const now = new Date();
  const targets = await Promise.all(
    task.targets.map(async ({ name, path }) => ({ name, image: await takePicture(path, store, task.targetsAsStored) })),
  );
  // Jobs are lent the folder as it is when they begin: it is there before the first.
  if (config.assets.services.length > 0) await mkdir(madeAssets(out), { recursive: true });
  const plateau = config.stop.plateau === false ? { patience: 1_000_000, min_gain: 0 } : config.stop.plateau;
  const { usd, minutes } = config.stop.budget;
  return {
    schema: runSpecSchema,
    viga: version,
    run: `${toToken(task.name)}-${now.getTime().toString(36)}`,
    created: now.toISOString(),
    task: {
      mode: task.mode,
      name: task.name,
      text: task.text,
      targets,
      start: task.start === null ? null : await store.put(task.start.text),
      ...(task.startImage === null ? {} : { start_image: await takePicture(task.startImage, store, false) }),
      base: task.base === null ? null : { artifact: await store.putFile(task.base), path: task.base },
      ...(task.assetsRoot === null ? {} : { assets: { root: task.assetsRoot, files: task.assets } }),
      prompt: config.prompt,
      ...(task.given === undefined ? {} : { given: task.given }),
    },
    engine: definition.engine,
    output: definition.output,
    code_ending: definition.codeEnding,
    measurement: (await evaluatorFor(definition.evaluator)).measurement,
    approve: config.approve,
    memory: {
      window: config.memory.rounds,
      candidates: config.candidates,
      analyze: config.roles.verifier.analyze_target === true || (config.roles.verifier.calibrate ?? 0) > 0,
      ...(config.prompt === "staged" ? { stages: [...stages] } : {}),
      stop: {
        max_rounds: config.baseline === "one_shot" ? 1 : config.stop.max_rounds,
        plateau,
        budget: { ...(usd === undefined ? {} : { usd }), ...(minutes === undefined ? {} : { minutes }) },
        max_failures: maxFailures,
      },
    },
    views: task.views,
    render: config.render,
    limits: config.limits,
    seed: config.seed ?? 0,
    ...(Object.keys(skills).length === 0 ? {} : { skills }),
    out,
    config: runConfig.parse(plain(config)),
  };
}

function plain(value: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}
