import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { VigaError } from "../../../config/errors.ts";
import { type ExpandedExperiment, expandExperiment, matches, unknownLabels } from "../../../config/experiment/cells.ts";
import { type LoadedExperiment, refuse } from "../../../config/experiment/load-experiment.ts";
import type { ResolvedConfig } from "../../../config/resolved.ts";
import { batchFile } from "../batch/batch-file.ts";
import { cellConfigs } from "./cell-configs.ts";
import { plannedRuns } from "./planned-runs.ts";
import { resultFile, startedAt } from "./result.ts";
import { openRunList, type RunList } from "./run-list.ts";
import { RunStore } from "./run-store.ts";
import { type ExperimentTask, experimentTasks } from "./tasks.ts";
import { type Versions, versionsOf } from "./versions.ts";

/** An experiment that was read, with every run of it and where each stands. Nothing was started. */
export interface OpenExperiment {
  loaded: LoadedExperiment;
  expanded: ExpandedExperiment;
  tasks: ExperimentTask[];
  /** Of the first cell: mode, bus, executors and programs, which all share. */
  config: ResolvedConfig;
  versions: Versions;
  list: RunList;
  /** Ids of the runs that may be played. */
  chosen: ReadonlySet<string>;
  out: string;
  started: string;
}

/** Reads what an experiment's file comes to. Throws `config_invalid`, `input_invalid`, `not_found`, `dependency_missing`. */
export async function openExperiment(
  loaded: LoadedExperiment,
  options: {
    out?: string;
    sets: readonly string[];
    only: Readonly<Record<string, string>>;
    retry: boolean;
    resume: string;
  },
): Promise<OpenExperiment> {
  const whole = expandExperiment(loaded);
  const out = resolve(options.out ?? join("output", "experiments", loaded.file.name));
  if (existsSync(join(out, batchFile)) && !existsSync(join(out, resultFile))) {
    throw new VigaError("input_invalid", `${out} holds a batch that is no experiment`, { hint: "give another --out" });
  }
  const configs = cellConfigs(loaded, whole, options.sets);
  const config = configs.get(whole.cells[0]!.id)!;
  const other = [...configs.values()].find(({ mode }) => mode !== config.mode);
  if (other !== undefined) {
    const message = `cells of several modes (${config.mode}, ${other.mode}) cannot be compared: one experiment each`;
    refuse(loaded.layer, [{ path: ["matrix"], message }]);
  }
  const tasks = await experimentTasks(loaded, config.mode);
  const versions = await versionsOf(config);
  const runs = await plannedRuns(whole, configs, tasks, versions);
  const chosen = runs.filter(({ cell }) => matches(cell.values, options.only));
  checkOnly(whole, options.only, chosen.length);
  const started = await startedAt(out);
  const about = { mode: config.mode, data: loaded.folder, started, resume: options.resume };
  const store = await RunStore.open(out);
  const list = await openRunList(out, runs, store, about, (run) => options.retry && chosen.includes(run));
  return {
    loaded,
    expanded: whole,
    tasks,
    config,
    versions,
    list,
    chosen: new Set(chosen.map(({ id }) => id)),
    out,
    started,
  };
}

function checkOnly({ axes }: ExpandedExperiment, only: Readonly<Record<string, string>>, found: number): void {
  const [problem] = unknownLabels(only, axes, []);
  if (problem !== undefined) throw new VigaError("input_invalid", `--only: ${problem.message}`);
  if (found === 0) throw new VigaError("input_invalid", "--only: the file excludes every such cell");
}

/** A path as people see it: relative to where they are. */
export const shownPath = (path: string): string => relative(process.cwd(), path) || ".";
