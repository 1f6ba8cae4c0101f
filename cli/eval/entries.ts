import { existsSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { VigaError } from "../../config/errors.ts";
import { modes } from "../../config/modes/index.ts";
import type { ModeDefinition } from "../../config/modes/mode.ts";
import type { Batch, BatchStatus, BatchTask } from "../../machines/domain/index.ts";
import { batchFile, readBatch } from "../launch/batch/batch-file.ts";
import type { Label } from "../launch/dataset/filter.ts";
import { groundTruthOf } from "../launch/dataset/ground-truth.ts";
import { runsIn } from "../launch/found-run.ts";

/** A run to score again, and what is known of its task beside its folder. */
export interface Entry {
  id: string;
  group: string;
  dir: string;
  /** As its batch has it; null: no batch, so only its own folder tells. */
  status: BatchStatus | null;
  reason: string | null;
  /** Folder or picture of its task in the data set; null where it is not known, or not on this machine. */
  source: string | null;
  /** Ground truth by the file's ending. */
  truth: ReadonlyMap<string, string>;
}

export interface Entries {
  mode: string;
  /** "batch" or "runs": what the folder holds. */
  kind: "batch" | "runs";
  entries: Entry[];
}

function truthOf(mode: ModeDefinition | undefined, source: string | null): Map<string, string> {
  const paths = mode === undefined || source === null ? [] : groundTruthOf(source, mode);
  return new Map(paths.map((path) => [extname(path).slice(1), path]));
}

function groupOf(task: BatchTask, by: Label | undefined): string {
  const value = by === undefined ? (task.type ?? task.level ?? task.setting) : task[by];
  return value ?? "all";
}

/** The batch of a folder; of the folder of an experiment's cell its part of the experiment. Directories become its own. */
async function batchAround(out: string): Promise<Batch | null> {
  if (existsSync(join(out, batchFile))) return readBatch(out);
  const above = dirname(out);
  if (!existsSync(join(above, batchFile))) return null;
  const whole = await readBatch(above);
  const cell = basename(out);
  const tasks = whole.tasks.filter(({ dir }) => dirname(dir) === cell);
  if (whole.resume === undefined || tasks.length === 0) return null;
  return { ...whole, tasks: tasks.map((task) => ({ ...task, dir: relative(cell, task.dir) })) };
}

/**
 * The runs of a folder: the tasks of its batch.json, those of an experiment's that lie in the folder of a cell, or every
 * run that lies in it.
 *
 * @throws VigaError not_found without a run, input_invalid for a damaged batch.json, or runs of several modes
 */
export async function entriesOf(out: string, by?: Label): Promise<Entries> {
  const found = await batchAround(out);
  if (found !== null) {
    const mode = modes.get(found.mode);
    const entries = found.tasks.map((task): Entry => {
      const path = resolve(found.data, task.source);
      const source = existsSync(path) ? path : null;
      const { id, status, reason = null } = task;
      const dir = join(out, task.dir);
      return { id, group: groupOf(task, by), dir, status, reason, source, truth: truthOf(mode, source) };
    });
    return { mode: found.mode, kind: "batch", entries };
  }
  const runs = await runsIn(out);
  if (runs.length === 0) {
    throw new VigaError("not_found", `${out} holds no run and no batch.json`, {
      hint: "give the output folder of a run, of viga batch, or one that holds runs",
    });
  }
  const names = [...new Set(runs.map(({ mode }) => mode ?? "unknown"))];
  if (names.length > 1) {
    throw new VigaError("input_invalid", `${out} holds runs of several modes: ${names.join(", ")}`, {
      hint: "their numbers do not compare: give the folder of one mode",
    });
  }
  const entries = runs
    .sort((a, b) => a.out.localeCompare(b.out, "en", { numeric: true }))
    .map((run): Entry => {
      const id = run.task ?? basename(run.out);
      return { id, group: "all", dir: run.out, status: null, reason: null, source: null, truth: new Map() };
    });
  return { mode: names[0]!, kind: "runs", entries };
}
