import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { dropLease } from "../../../actors/run/lease.ts";
import { retireRun } from "../../../actors/run/retention.ts";
import { ArtifactStore } from "../../../bridge/artifacts/store.ts";
import { writeBusFile } from "../../../bridge/bus/address.ts";
import { toVigaError, type VigaError } from "../../../config/errors.ts";
import { modeOf } from "../../../config/modes/index.ts";
import type { ResolvedConfig } from "../../../config/resolved.ts";
import { loadTask } from "../../../config/task.ts";
import type { BatchTask, RunResult, RunSpec } from "../../../machines/domain/index.ts";
import { resultOf } from "../../../observers/follow.ts";
import type { Observer, TapeEvent } from "../../../observers/observer.ts";
import type { RunBus } from "../bus.ts";
import { leaksOf } from "../dataset/leaks.ts";
import { isExported } from "../leave-bus.ts";
import { folderObservers, sideBySideOf } from "../observers.ts";
import { owner } from "../owner.ts";
import { playRun } from "../play-run.ts";
import { prepareRun } from "../prepare-run.ts";
import { loadSpec } from "../run-file.ts";
import { eventsOf, writeAgain } from "../write-again.ts";
import type { BatchFile } from "./batch-file.ts";

/** What the run of a task is made with. */
export interface TaskSettings {
  config: ResolvedConfig;
  /** Tools of users' own servers. */
  skills: NonNullable<RunSpec["skills"]>;
  /** Folder in which runs share what they have drawn; absent: it shares nothing. */
  memo?: string;
}

/** What all tasks of a batch share. */
export interface BatchStage {
  /** Folder of the batch. */
  out: string;
  file: BatchFile;
  settingsOf: (task: BatchTask) => TaskSettings;
  runBus: RunBus;
  log: (line: string) => void;
  /** Hears every event of a run under way. */
  heard: (task: BatchTask, event: TapeEvent) => void;
}

/** Errors of what all tasks share: none of them would fare better, and this one is not to blame. */
const shared: ReadonlySet<string> = new Set(["bus_unreachable", "dependency_missing", "sandbox_unavailable"]);

/** Thrown where a batch cannot go on; the task stays unfinished. */
export class BatchBroken extends Error {
  override readonly name = "BatchBroken";
  constructor(cause: VigaError) {
    super(cause.message, { cause });
  }
}

/** Milliseconds between two notes of how long a run under way has taken. */
const noteEvery = 5000;

/**
 * Plays one task of a batch to its end, or goes on where it was cut off, and keeps batch.json true: whatever happens to
 * this process, the file says no more than was done. A task that fails is no error of the batch.
 * Throws `BatchBroken`, and what keeps batch.json from being written.
 */
export async function playTask(stage: BatchStage, task: BatchTask, signal: AbortSignal): Promise<void> {
  const { file, out } = stage;
  const dir = join(out, task.dir);
  const before = task.seconds;
  const began = performance.now();
  const spent = () => Number((before + (performance.now() - began) / 1000).toFixed(1));
  let spec: RunSpec;
  try {
    if (existsSync(join(dir, "run.json"))) spec = await loadSpec(dir);
    else {
      await file.change(task, { attempts: task.attempts + 1 });
      spec = await begin(stage, task, dir, signal);
      const warnings = await leaksOf(sourceOf(stage, task), modeOf(file.batch.mode), task.setting);
      if (warnings.length > 0) await file.change(task, { warnings });
    }
  } catch (thrown) {
    if (signal.aborted) return;
    const error = toVigaError(thrown);
    const hint = error.hint === undefined ? "" : ` (${error.hint})`;
    return file.change(task, { status: "error", reason: `${error.message}${hint}`, seconds: spent() });
  }
  await file.change(task, { start_hash: startOf(spec) });
  let noted = performance.now();
  const watch: Observer = {
    on(event) {
      stage.heard(task, event);
      if (event.type !== "round" || performance.now() - noted < noteEvery) return;
      noted = performance.now();
      return file.change(task, { seconds: spent() });
    },
    close: async () => undefined,
  };
  const result = await played(stage, spec, watch, signal);
  if (result.status === "interrupted") return file.change(task, { seconds: spent() });
  const reason = result.error?.message ?? result.reason;
  await file.change(task, { status: result.status, reason, seconds: spent() });
}

const sourceOf = ({ file }: BatchStage, task: BatchTask) => join(file.batch.data, task.source);

/** Loads the task and makes its run's folder. */
async function begin(stage: BatchStage, task: BatchTask, dir: string, signal: AbortSignal): Promise<RunSpec> {
  const { config, skills, memo } = stage.settingsOf(task);
  const source = {
    ...config.task,
    dir: sourceOf(stage, task),
    ...(task.setting === undefined ? {} : { instruction: task.setting }),
  };
  const loaded = await loadTask({ ...config, task: source });
  // Slides of ten decks have the same folder names: the id is what tells runs apart.
  return prepareRun({ ...config, task: source }, { ...loaded, name: task.id }, dir, skills, {
    signal,
    json: false,
    ...(memo === undefined ? {} : { memo }),
  });
}

/** Hashes of what a run starts from, as its artifacts have them. */
function startOf({ task }: RunSpec): BatchTask["start_hash"] {
  return {
    ...(task.start === null ? {} : { start: task.start }),
    ...(task.start_image === undefined ? {} : { start_image: task.start_image }),
    ...(task.base === null ? {} : { [basename(task.base.path)]: task.base.artifact }),
  };
}

async function played(stage: BatchStage, spec: RunSpec, watch: Observer, signal: AbortSignal): Promise<RunResult> {
  const { runBus, log } = stage;
  const events = await eventsOf(spec.out);
  const ended = events.map(resultOf).find((found) => found !== null);
  if (ended) {
    await writeAgain(events, await folderObservers(spec));
    await conclude(stage, spec, ended, signal);
    return ended;
  }
  const { address, others } = runBus;
  await writeBusFile(spec.out, {
    schema: 1,
    run: spec.run,
    ...address,
    ...(others === undefined ? {} : { others }),
    ...owner(),
  });
  try {
    const result = await playRun(runBus.bus, spec, {
      hosts: "inline",
      observers: [...(await folderObservers(spec)), watch],
      signal,
      log: (line) => log(`${spec.task.name}: ${line}`),
    });
    if (result.status !== "interrupted") await conclude(stage, spec, result, signal);
    return result;
  } catch (thrown) {
    const error = toVigaError(thrown);
    if (shared.has(error.code)) throw new BatchBroken(error);
    log(`${spec.task.name}: ${error.message}`);
    // Its supervisor did not come to it.
    await dropLease(runBus.bus, spec.run, signal).catch(() => undefined);
    return { status: "failed", reason: error.code, error: { message: error.message }, bestT: null };
  }
}

/** Finishes a run's folder, and takes what only a run under way needs off the bus. */
async function conclude(stage: BatchStage, spec: RunSpec, result: RunResult, signal: AbortSignal): Promise<void> {
  const { bus } = stage.runBus;
  if (result.status === "done") await new ArtifactStore(join(spec.out, "artifacts")).dropTransient();
  await sideBySideOf(spec);
  if (!(await isExported(spec))) return;
  await retireRun(bus, spec.run, signal).catch((error: unknown) => {
    // The results are safe; what is left over costs some space until the batch ends.
    if (!signal.aborted) stage.log(`cannot clean up the bus: ${toVigaError(error).message}`);
  });
}
