import { relative } from "node:path";
import { toVigaError } from "../../../config/errors.ts";
import type { ResolvedConfig } from "../../../config/resolved.ts";
import { type LoadedTask, loadTask } from "../../../config/task.ts";
import { fileHash, hashOf, withoutPlaces } from "./content-hash.ts";
import type { ExperimentTask } from "./tasks.ts";
import type { Versions } from "./versions.ts";

/** Keys that say which task, where things are and what runs them; profiles that are used stand in their roles. */
const left: readonly string[] = ["task", "executors", "executors_from", "bus", "programs", "preset", "models", "seed"];

/** A configuration as far as a run's result depends on it. */
export async function settingsHash(config: ResolvedConfig): Promise<string> {
  const settings = Object.fromEntries(Object.entries(config).filter(([key]) => !left.includes(key)));
  return hashOf(await withoutPlaces(settings));
}

/** Whether a model plays, or listens: only then do prompts matter. */
export const asksModels = (config: ResolvedConfig): boolean =>
  [...Object.values(config.roles), ...Object.values(config.shadow)].some((role) => role?.spec.kind === "model");

/** Key of a run in the store: SHA-256 of everything that its result depends on. */
export function runKey(parts: {
  versions: Versions;
  settings: string;
  inputs: string;
  seed: number;
  models: boolean;
}): string {
  const { viga, engine, evaluator, prompts } = parts.versions;
  const { settings, inputs, seed } = parts;
  return hashOf({ viga, engine, evaluator, settings, inputs, seed, ...(parts.models ? { prompts } : {}) });
}

/** What a task is in a cell: the SHA-256 of its files, and the task itself; null where it cannot be read. */
export interface TaskInputs {
  hash: string;
  task: LoadedTask | null;
}

/** Reads a task as a cell's runs will, and hashes what they begin from. One that is broken is its run's error, later. */
export async function inputsOf(config: ResolvedConfig, { path, setting }: ExperimentTask): Promise<TaskInputs> {
  const source = { ...config.task, dir: path, ...(setting === undefined ? {} : { instruction: setting }) };
  try {
    const task = await loadTask({ ...config, task: source });
    const files = async (paths: readonly string[]) =>
      Promise.all(paths.map(async (file) => [relative(task.assetsRoot ?? "", file), await fileHash(file)]));
    const hash = hashOf({
      text: task.text,
      targets: await Promise.all(task.targets.map(async ({ name, path: file }) => [name, await fileHash(file)])),
      as_stored: task.targetsAsStored,
      views: task.views,
      start: task.start?.text ?? null,
      start_image: task.startImage === null ? null : await fileHash(task.startImage),
      base: task.base === null ? null : await fileHash(task.base),
      assets: await files(task.assets),
    });
    return { hash, task };
  } catch (thrown) {
    return { hash: hashOf({ unreadable: toVigaError(thrown).message }), task: null };
  }
}
