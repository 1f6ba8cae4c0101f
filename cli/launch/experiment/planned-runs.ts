import type { Cell, ExpandedExperiment } from "../../../config/experiment/cells.ts";
import type { ResolvedConfig } from "../../../config/resolved.ts";
import { orderedJson } from "./content-hash.ts";
import { asksModels, inputsOf, runKey, settingsHash, type TaskInputs } from "./run-key.ts";
import type { ExperimentTask } from "./tasks.ts";
import type { Versions } from "./versions.ts";

/** One run of an experiment: a task with a seed in a cell. */
export interface PlannedRun {
  /** Unique in the experiment. */
  id: string;
  cell: Cell;
  task: ExperimentTask;
  seed: number;
  config: ResolvedConfig;
  inputs: TaskInputs;
  key: string;
  /** Folder that it gets, relative to the experiment's. */
  dir: string;
}

/** As much of a key as stands in a folder's name. */
export const keyMark = (key: string): string => key.slice(0, 12);

/** The part of a key in the name of a run's folder, `<task>.<seed>.<key>`, behind it a number from the second attempt on. */
export const markIn = (dir: string): string | undefined => /\.([0-9a-f]{12})(?:\.\d+)?$/.exec(dir)?.[1];

/** Every run of an experiment, seed by seed, so that one that is cut off has something of each cell. */
export async function plannedRuns(
  { cells, seeds }: ExpandedExperiment,
  configs: ReadonlyMap<string, ResolvedConfig>,
  tasks: readonly ExperimentTask[],
  versions: Versions,
): Promise<PlannedRun[]> {
  const read = new Map<string, Promise<TaskInputs>>();
  const inputs = (config: ResolvedConfig, task: ExperimentTask) => {
    // Cells mostly read a task alike: it is read once.
    const { mode, init, prompt } = config;
    const how = orderedJson([task.id, mode, init, prompt, config.task]);
    const known = read.get(how) ?? inputsOf(config, task);
    read.set(how, known);
    return known;
  };
  const settings = new Map(
    await Promise.all([...configs].map(async ([id, config]) => [id, await settingsHash(config)] as const)),
  );
  const runs: PlannedRun[] = [];
  for (const seed of seeds) {
    for (const task of tasks) {
      for (const cell of cells) {
        const config = configs.get(cell.id)!;
        const found = await inputs(config, task);
        const key = runKey({
          versions,
          settings: settings.get(cell.id)!,
          inputs: found.hash,
          seed,
          models: asksModels(config),
        });
        const dir = `${cell.id}/${task.id}.${seed}.${keyMark(key)}`;
        const id = `${cell.id}.${task.id}.${seed}`;
        runs.push({ id, cell, task, seed, config: { ...config, seed }, inputs: found, key, dir });
      }
    }
  }
  return runs;
}
