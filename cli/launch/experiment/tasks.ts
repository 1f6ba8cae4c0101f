import { existsSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import { VigaError } from "../../../config/errors.ts";
import type { DatasetTasks } from "../../../config/experiment/experiment-file.ts";
import { type LoadedExperiment, placeOf, refuse } from "../../../config/experiment/load-experiment.ts";
import { modeOf } from "../../../config/modes/index.ts";
import { taskName } from "../../../config/task.ts";
import { filterTasks } from "../dataset/filter.ts";
import type { FoundTask } from "../dataset/find-tasks.ts";
import { findTasks } from "../dataset/find-tasks.ts";

/** A task of an experiment; `source` is relative to the experiment file's folder. */
export type ExperimentTask = FoundTask;

/** The tasks that an experiment's file names. Throws `config_invalid`, and as `findTasks` and `filterTasks` do. */
export async function experimentTasks(loaded: LoadedExperiment, mode: string): Promise<ExperimentTask[]> {
  const { file, folder, layer } = loaded;
  const found: ExperimentTask[] = [];
  for (const [index, source] of file.tasks.entries()) {
    const at = ["tasks", index];
    if (typeof source !== "string") {
      found.push(
        ...(await datasetTasks(source, folder, mode).catch((thrown: unknown) => {
          if (!(thrown instanceof VigaError)) throw thrown;
          const message = `${placeOf(layer, at)}: tasks: ${thrown.message.replace(/^--data /, "")}`;
          const { code, hint } = thrown;
          throw new VigaError(code, message, { cause: thrown, ...(hint === undefined ? {} : { hint }) });
        })),
      );
      continue;
    }
    const path = resolve(folder, source);
    if (!existsSync(path)) refuse(layer, [{ path: at, message: `there is no task folder ${source}` }]);
    found.push({ id: taskName(path), source: relative(folder, path), path });
  }
  return unique(found, (source) => refuse(layer, [{ path: ["tasks"], message: `${source} is named twice` }]));
}

async function datasetTasks(source: DatasetTasks, folder: string, mode: string): Promise<ExperimentTask[]> {
  const { data, task, type, level, topic, setting, ids } = source;
  const root = resolve(folder, data);
  const { tasks } = await findTasks(root, modeOf(mode));
  const chosen = filterTasks(tasks, { task, id: ids, type, level, topic, setting });
  return chosen.map((one) => ({ ...one, source: relative(folder, one.path) }));
}

/** Tasks whose ids tell them apart: folders of one name get that of the folder around them as well. */
function unique(tasks: readonly ExperimentTask[], refuseTwin: (source: string) => never): ExperimentTask[] {
  const count = (id: string) => tasks.filter((task) => task.id === id).length;
  const named = tasks.map((task) =>
    count(task.id) === 1 ? task : { ...task, id: taskName(`${basename(dirname(task.path))}-${basename(task.path)}`) },
  );
  const twin = named.find((task, index) => named.findIndex(({ id }) => id === task.id) < index);
  return twin === undefined ? named : refuseTwin(twin.source);
}
