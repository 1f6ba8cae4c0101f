import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { checkBase, type LoadedPicture, loadPicture, loadProgram, loadText } from "../../../config/check-inputs.ts";
import { toVigaError } from "../../../config/errors.ts";
import type { LayoutFile, ModeDefinition } from "../../../config/modes/mode.ts";
import { isFolder, picturesIn } from "../../../config/task-files.ts";
import { pythonFaults } from "./check-programs.ts";
import { type FoundTask, findTasks } from "./find-tasks.ts";
import { leaksOf } from "./leaks.ts";

/** Something wrong with a dataset. `source`: the task or folder, relative to the dataset's own. */
export interface DatasetProblem {
  source: string;
  text: string;
}

export interface DatasetReport {
  schema: 1;
  mode: string;
  data: string;
  tasks: number;
  /** What keeps a task from being run as it is meant. */
  problems: DatasetProblem[];
  /** What whoever reads its scores must know. */
  warnings: DatasetProblem[];
}

/** Looks at every file of every task, and tells all that is wrong at once. Starts nothing. Throws as `findTasks` does. */
export async function checkDataset(data: string, mode: ModeDefinition): Promise<DatasetReport> {
  const { tasks, empty } = await findTasks(data, mode);
  const problems = empty.map((source) => ({ source, text: `holds no file of a task of ${mode.name}` }));
  const warnings: DatasetProblem[] = [];
  const goals: { source: string; picture: LoadedPicture }[] = [];
  const programs: { source: string; path: string }[] = [];
  // Settings of one task share its folder: their files are looked at once.
  for (const task of new Map(tasks.map((one) => [one.path, one])).values()) {
    const look = new Look(task, mode);
    await look.all();
    problems.push(...look.problems);
    goals.push(...look.goals);
    programs.push(...look.programs);
    if (look.problems.length === 0) {
      const leaks = await leaksOf(task.path, mode);
      warnings.push(...leaks.map((text) => ({ source: task.source, text })));
    }
  }
  problems.push(...(await brokenPrograms(programs)), ...oddSizes(goals, mode));
  const byPlace = (a: DatasetProblem, b: DatasetProblem) => a.source.localeCompare(b.source, "en", { numeric: true });
  return { schema: 1, mode: mode.name, data, tasks: tasks.length, problems: problems.sort(byPlace), warnings };
}

/** One task's files, one after the other, whatever is wrong with those before. */
class Look {
  readonly problems: DatasetProblem[] = [];
  readonly goals: { source: string; picture: LoadedPicture }[] = [];
  readonly programs: { source: string; path: string }[] = [];
  readonly #task: FoundTask;
  readonly #mode: ModeDefinition;
  readonly #root: string;
  readonly #id: string;

  constructor(task: FoundTask, mode: ModeDefinition) {
    this.#task = task;
    this.#mode = mode;
    const flat = mode.layout.kind === "file";
    this.#root = flat ? dirname(task.path) : task.path;
    this.#id = flat ? basename(task.path, ".png") : "";
  }

  async all(): Promise<void> {
    const { layout } = this.#mode;
    for (const path of await this.#find(layout.start)) {
      await this.#try(() => loadProgram(path));
      if (path.endsWith(".py")) this.programs.push({ source: this.#task.source, path });
    }
    for (const path of await this.#find(layout.base)) await this.#try(() => checkBase(path));
    const texts = Object.values(layout.instructions ?? {}).map(({ text }) => ({ from: [text], required: true }));
    for (const file of texts.length > 0 ? texts : [layout.text]) {
      for (const path of await this.#find(file)) await this.#text(path, file?.required === true);
    }
    const pictures: LoadedPicture[] = [];
    for (const target of layout.targets) {
      for (const path of await this.#find(target)) await this.#try(async () => pictures.push(await loadPicture(path)));
    }
    this.goals.push(...pictures.map((picture) => ({ source: this.#task.source, picture })));
    const needsText = this.#mode.needs.target === "or_text" && layout.text !== null;
    if (needsText && pictures.length === 0 && (await this.#find(layout.text)).length === 0) {
      this.#tell("has neither a target picture nor a text");
    }
  }

  #tell(text: string): void {
    this.problems.push({ source: this.#task.source, text });
  }

  async #try(work: () => Promise<unknown>): Promise<void> {
    await work().catch((error: unknown) => this.#tell(this.#short(toVigaError(error).message)));
  }

  /** Paths as they are below the task. */
  #short(text: string): string {
    return text.replaceAll(`${this.#root}/`, "");
  }

  async #text(path: string, required: boolean): Promise<void> {
    await this.#try(async () => {
      if (required && (await loadText(path, "task text")).trim() === "") this.#tell(`${basename(path)} is empty`);
    });
  }

  /** The first of a layout's files that is there; a missing one is told where the layout asks for it. */
  async #find(file: LayoutFile | null): Promise<string[]> {
    if (file === null) return [];
    const names = file.from.map((name) => name.replace("{id}", this.#id));
    for (const name of names) {
      const path = join(this.#root, name);
      if (name.endsWith("/")) {
        const found = isFolder(path) ? await picturesIn(path) : [];
        if (found.length > 0) return found;
      } else if (existsSync(path)) return [path];
    }
    if (file.required) this.#tell(`has no ${names.join(" or ")}`);
    return [];
  }
}

async function brokenPrograms(programs: readonly { source: string; path: string }[]): Promise<DatasetProblem[]> {
  const texts = await Promise.all(programs.map(({ path }) => readFile(path, "utf8").catch(() => "")));
  const faults = await pythonFaults(texts);
  if (faults === null)
    return [{ source: ".", text: "start programs could not be parsed: python3 is missing or fails" }];
  return programs.flatMap(({ source, path }, n) => {
    const fault = faults[n];
    return fault === null || fault === undefined ? [] : [{ source, text: `${basename(path)} is broken: ${fault}` }];
  });
}

/** Where a dataset's goals are all of one size, one that is not was drawn for something else. */
function oddSizes(
  goals: readonly { source: string; picture: LoadedPicture }[],
  mode: ModeDefinition,
): DatasetProblem[] {
  if (mode.layout.dataset?.sameSize !== true) return [];
  const sizeOf = ({ width, height }: LoadedPicture) => `${width} x ${height}`;
  const counts = new Map<string, number>();
  for (const { picture } of goals) counts.set(sizeOf(picture), (counts.get(sizeOf(picture)) ?? 0) + 1);
  const [usual] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
  return goals
    .filter(({ picture }) => sizeOf(picture) !== usual)
    .map(({ source, picture }) => ({
      source,
      text: `${relative(dirname(dirname(dirname(picture.path))), picture.path)} is ${sizeOf(picture)}, most goals here are ${usual}`,
    }));
}
