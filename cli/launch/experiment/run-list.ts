import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { type Batch, type BatchTask, batchSchema, type ExperimentRun } from "../../../machines/domain/index.ts";
import { batchFile, readBatch } from "../batch/batch-file.ts";
import { keepOutcome, outcomeNow, type RunOutcome } from "./outcome.ts";
import { keyMark, markIn, type PlannedRun } from "./planned-runs.ts";
import type { RunStore } from "./run-store.ts";
import type { Versions } from "./versions.ts";

/** Where a planned run stands: as a task of this experiment's own batch, or as another run that is the same. */
export type Place =
  | { kind: "own"; task: BatchTask }
  /** Finished in another experiment, or in this one under a name that it no longer has. */
  | { kind: "stored"; dir: string; outcome: RunOutcome }
  /** Another cell of this experiment comes to the same run. */
  | { kind: "twin"; of: PlannedRun };

export interface ListedRun {
  run: PlannedRun;
  place: Place;
}

/** The runs of an experiment with where each stands; its tasks are those of the batch that plays them. */
export interface RunList {
  entries: ListedRun[];
  batch: Batch;
  /** Outcomes of runs that have ended, by their folder: they are read once. */
  ended: Map<string, RunOutcome>;
}

/**
 * Finds every planned run: where the experiment's own batch left it, finished in the store, or still to be begun.
 * @param retries which of those that failed are begun again, each in a folder of its own
 */
export async function openRunList(
  out: string,
  planned: readonly PlannedRun[],
  store: RunStore,
  about: { mode: string; data: string; started: string; resume: string },
  retries: (run: PlannedRun) => boolean,
): Promise<RunList> {
  const before = existsSync(join(out, batchFile)) ? (await readBatch(out)).tasks : [];
  const byMark = new Map(before.map((task) => [markIn(task.dir), task]));
  const first = new Map<string, PlannedRun>();
  const entries: ListedRun[] = [];
  for (const run of planned) {
    const twin = first.get(run.key);
    if (twin !== undefined) {
      entries.push({ run, place: { kind: "twin", of: twin } });
      continue;
    }
    first.set(run.key, run);
    const known = byMark.get(keyMark(run.key));
    if (known !== undefined && !isGone(out, known)) {
      const task = { ...known, id: run.id, source: run.task.source };
      if (retries(run) && (task.status === "failed" || task.status === "error")) beginAgain(out, run, task);
      entries.push({ run, place: { kind: "own", task } });
      continue;
    }
    const stored = await store.find(run.key);
    if (stored !== null) {
      entries.push({ run, place: { kind: "stored", dir: relative(out, stored.dir), outcome: stored.outcome } });
      continue;
    }
    entries.push({ run, place: { kind: "own", task: newTask(out, run) } });
  }
  const tasks = entries.flatMap(({ place }) => (place.kind === "own" ? [place.task] : []));
  return { entries, batch: { schema: batchSchema, ...about, tasks }, ended: new Map() };
}

/** Its folder was removed since, by viga clean or by hand. */
const isGone = (out: string, { dir, status }: BatchTask): boolean =>
  (status === "done" || status === "failed") && !existsSync(join(out, dir, "run.json"));

function newTask(out: string, { id, dir, task }: PlannedRun): BatchTask {
  const { type, level, setting, topic, source } = task;
  const labels = Object.fromEntries(
    Object.entries({ type, level, setting, topic }).filter(([, value]) => value !== undefined),
  );
  const place = freeFolder(out, dir);
  return { id, ...labels, source, dir: place, status: "unfinished", attempts: 0, seconds: 0, start_hash: {} };
}

/** Opens a task that failed again; its next run gets a folder of its own, and the failed one stays as it is. */
function beginAgain(out: string, { dir }: PlannedRun, task: BatchTask): void {
  task.status = "unfinished";
  task.seconds = 0;
  delete task.reason;
  task.dir = freeFolder(out, dir);
}

/** A folder that holds no run: one whose bus is gone cannot be gone on with, and none is ever overwritten. */
function freeFolder(out: string, dir: string): string {
  let free = dir;
  for (let n = 2; existsSync(join(out, free, "run.json")); n++) free = `${dir}.${n}`;
  return free;
}

/** How every run stands now, by the id of its cell. */
export async function rowsOf(out: string, list: RunList, versions: Versions): Promise<Map<string, ExperimentRun[]>> {
  const own = new Map<string, { dir: string; outcome: RunOutcome }>();
  for (const { run, place } of list.entries) {
    if (place.kind === "twin") continue;
    if (place.kind === "stored") own.set(run.key, place);
    else {
      // The batch goes on meanwhile: what is read is of this moment.
      const task = { ...place.task };
      const isOver = task.status !== "unfinished";
      const outcome = isOver
        ? (list.ended.get(task.dir) ?? (await keepOutcome(out, run, task, versions)))
        : await outcomeNow(out, run, task, versions);
      if (isOver) list.ended.set(task.dir, outcome);
      own.set(run.key, { dir: task.dir, outcome });
    }
  }
  const cells = new Map<string, ExperimentRun[]>();
  for (const { run, place } of list.entries) {
    const { dir, outcome } = own.get(run.key)!;
    const { schema: _, ...numbers } = outcome;
    const row: ExperimentRun = { task: run.task.id, seed: run.seed, dir, reused: place.kind !== "own", ...numbers };
    cells.set(run.cell.id, [...(cells.get(run.cell.id) ?? []), row]);
  }
  return cells;
}
