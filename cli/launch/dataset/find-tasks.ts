import { existsSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { VigaError } from "../../../config/errors.ts";
import type { DatasetLayout, ModeDefinition, TaskLayout } from "../../../config/modes/mode.ts";
import { taskName } from "../../../config/task.ts";
import { detectMode } from "../../../config/task-files.ts";
import type { BatchTask } from "../../../machines/domain/index.ts";

/** A task as its dataset names it, before anything in it was read. */
export interface FoundTask extends Pick<BatchTask, "id" | "type" | "level" | "setting" | "topic" | "source"> {
  /** Absolute path of its folder or picture. */
  path: string;
}

/** What a dataset's folder holds: its tasks, and folders that could be tasks and hold nothing of one. */
export interface FoundTasks {
  tasks: FoundTask[];
  /** Relative to the dataset's folder. */
  empty: string[];
}

/** Folders that no dataset means as a task. */
const passedOver = /^(?:\.|__pycache__$|node_modules$)/;

/**
 * Finds the tasks of a dataset as it lies on disk, in number order; where instructions come in several settings, one for
 * each. Opens nothing but folders. Throws `not_found` for a folder that is missing or holds no task, `input_invalid` for
 * a mode without a dataset and for two tasks of one name.
 */
export async function findTasks(data: string, mode: ModeDefinition): Promise<FoundTasks> {
  const { dataset } = mode.layout;
  if (dataset === undefined) {
    throw new VigaError("input_invalid", `mode ${mode.name} has no datasets: no layout of one is known`, {
      hint: "run its tasks one by one: viga run TASK_DIR",
    });
  }
  if (statSync(data, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new VigaError("not_found", `--data ${data}: there is no such folder`, {
      hint: publishedHint(dataset),
    });
  }
  const inner = dataset.within === undefined ? data : join(data, dataset.within);
  const root = existsSync(inner) ? inner : data;
  const places = await placesIn(root, dataset.path, mode.layout.kind === "file");
  const settings = Object.keys(mode.layout.instructions ?? {});
  const full = places.filter(({ path }) => mode.layout.kind === "file" || holdsSomething(path, mode.layout));
  const tasks = full.flatMap(({ names, labels, path }): FoundTask[] => {
    const source = relative(data, path);
    const id = taskName(names.join("-").replace(/\.png$/i, ""));
    if (settings.length === 0) return [{ id, ...labels, source, path }];
    return settings.map((setting) => ({ id: `${id}-${setting}`, ...labels, setting, source, path }));
  });
  if (tasks.length === 0) throw nothingThere(data, mode, dataset);
  refuseTwins(tasks);
  return { tasks, empty: places.filter((place) => !full.includes(place)).map(({ path }) => relative(data, path)) };
}

interface Place {
  /** Names from the dataset's folder down. */
  names: string[];
  labels: Record<string, string>;
  path: string;
}

/** Everything below `root` that lies where tasks lie, by the patterns of its names. */
async function placesIn(root: string, path: readonly RegExp[], flat: boolean): Promise<Place[]> {
  const [pattern, ...deeper] = path;
  if (pattern === undefined) return [];
  const entries = await readdir(root, { withFileTypes: true });
  const isLast = deeper.length === 0;
  const wanted = entries.filter((entry) =>
    isLast && flat ? /\.png$/i.test(entry.name) : entry.isDirectory() || isLinkedFolder(join(root, entry.name)),
  );
  const names = wanted.map(({ name }) => name).filter((name) => !passedOver.test(name));
  const found: Place[] = [];
  for (const name of names.sort((a, b) => a.localeCompare(b, "en", { numeric: true }))) {
    const match = pattern.exec(name);
    const labels = labelsOf(match);
    const here = join(root, name);
    // A last name of no known pattern may still be a task: what lies in it says so.
    if (isLast) found.push({ names: [name], labels, path: here });
    else if (match !== null) {
      const below = await placesIn(here, deeper, flat);
      found.push(
        ...below.map((place) => ({ ...place, names: [name, ...place.names], labels: { ...labels, ...place.labels } })),
      );
    }
  }
  return found;
}

const isLinkedFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

const labelsOf = (match: RegExpExecArray | null): Record<string, string> =>
  Object.fromEntries(Object.entries(match?.groups ?? {}).filter(([, value]) => value !== undefined));

/** Whether a folder holds any of what a task's folder holds: one with a file missing is a task, and broken. */
function holdsSomething(path: string, layout: TaskLayout): boolean {
  const files = [layout.start, layout.base, layout.text, ...layout.targets].flatMap((file) => file?.from ?? []);
  const texts = Object.values(layout.instructions ?? {}).map(({ text }) => text);
  return [...files, ...texts, ...layout.truth].some((name) => existsSync(join(path, name)));
}

function refuseTwins(tasks: readonly FoundTask[]): void {
  const seen = new Map<string, FoundTask>();
  for (const task of tasks) {
    const twin = seen.get(task.id);
    if (twin !== undefined) {
      throw new VigaError("input_invalid", `${twin.source} and ${task.source} would both be task ${task.id}`, {
        hint: "rename one of the two",
      });
    }
    seen.set(task.id, task);
  }
}

function nothingThere(data: string, mode: ModeDefinition, dataset: DatasetLayout): VigaError {
  const shown = detectMode(resolve(data));
  const single = shown === undefined ? "" : `; the folder is itself a task of ${shown}: viga run ${data}`;
  return new VigaError("not_found", `--data ${data}: no task of ${mode.name} lies there${single}`, {
    hint: publishedHint(dataset),
  });
}

function publishedHint({ published }: DatasetLayout): string {
  const names = Object.keys(published);
  return names.length === 0
    ? "give the folder that holds a folder for each task"
    : `give the dataset's folder; viga dataset fetch ${names.join(" | ")} says where it comes from`;
}
