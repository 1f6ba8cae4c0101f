import { join } from "node:path";
import { writeAtomic } from "../../../bridge/files/write-atomic.ts";
import { toVigaError, VigaError } from "../../../config/errors.ts";
import { loadExperiments } from "../../../config/experiment/load-experiment.ts";
import { plainJson } from "../../../config/plain-text.ts";
import type { BatchTask, ExperimentResult } from "../../../machines/domain/index.ts";
import { experimentPage } from "../../../observers/experiment/page.ts";
import { makeLog } from "../../log.ts";
import { print, printError } from "../../print.ts";
import { BatchFile } from "../batch/batch-file.ts";
import { playBatch } from "../batch/play-batch.ts";
import { createBatchProgress } from "../batch/progress.ts";
import { outcomeOf } from "../batch/scores.ts";
import { makeOut, pointLatest } from "../out.ts";
import { lacks } from "../preflight.ts";
import { ExperimentBudget } from "./budget.ts";
import { checkConfigs, checkFolder } from "./check-experiment.ts";
import { printDryRun } from "./dry-run.ts";
import { type OpenExperiment, openExperiment, shownPath } from "./open-experiment.ts";
import { resultOf } from "./result.ts";
import { markdownOf, writeResult } from "./result-tables.ts";
import { rowsOf } from "./run-list.ts";

export interface ExperimentOptions {
  out?: string;
  sets: string[];
  /** Labels of the cells to run; the others stay as they are. */
  only: Record<string, string>;
  workers?: number;
  retry: boolean;
  trust: boolean;
  dryRun: boolean;
  json: boolean;
  signal: AbortSignal;
}

/** Runs the experiments of a file, one after the other, as far as they are not finished. Returns the exit code. */
export async function startExperiments(given: string, options: ExperimentOptions): Promise<number> {
  const all = loadExperiments(given);
  if (options.out !== undefined && all.length > 1) {
    throw new VigaError(
      "input_invalid",
      `--out: ${given} holds ${all.length} experiments, each with a folder of its own`,
    );
  }
  let worst = 0;
  for (const loaded of all) {
    const { out, sets, only, retry } = options;
    const flags = [
      ...Object.entries(only).flatMap((label) => ["--only", label.join("=")]),
      ...(out === undefined ? [] : ["--out", out]),
      ...sets.flatMap((set) => ["--set", set]),
    ];
    const resume = ["viga experiment", ...[given, ...flags].map(quoted)].join(" ");
    const opened = await openExperiment(loaded, { sets, only, retry, resume, ...(out === undefined ? {} : { out }) });
    const code = options.dryRun ? await dryRun(opened, options.json) : await follow(opened, options);
    if (code === 130) return code;
    worst = Math.max(worst, code);
  }
  return worst;
}

/** A word as a shell takes it. */
const quoted = (word: string): string => (/^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

async function dryRun({ loaded, list }: OpenExperiment, json: boolean): Promise<number> {
  const configs = new Map(list.entries.map(({ run }) => [run.cell.id, run.config]));
  const missing = await Promise.all([...configs.values()].map((config) => lacks(config, "inline")));
  printDryRun(loaded.file.name, list.entries, [...new Set(missing.flat())], json);
  return 0;
}

/** Milliseconds between two results on the way. */
const writeEvery = 2000;

/** Plays what is not finished, keeping the result true on the way. */
async function follow(opened: OpenExperiment, options: ExperimentOptions): Promise<number> {
  const { out, list, config, loaded } = opened;
  const { json, signal } = options;
  const isChosen = ({ id }: BatchTask) => opened.chosen.has(id);
  const open = list.batch.tasks.filter((task) => task.status === "unfinished" && isChosen(task));
  if (open.length === 0) return conclude(opened, [], options);
  const runs = new Map(list.entries.map(({ run }) => [run.id, run]));
  const distinct = new Map(open.map(({ id }) => [runs.get(id)!.cell.id, runs.get(id)!.config]));
  await checkFolder(out, list.batch.tasks, options.trust);
  const skills = await checkConfigs(
    [...distinct.values()],
    opened.tasks.map(({ path }) => path),
  );
  await makeOut(out);
  const file = new BatchFile(out, list.batch);
  await file.save();
  await writeResult(out, await resultNow(opened, []));
  const workers = options.workers ?? loaded.file.workers ?? 3 * Math.max(1, config.executors.length);
  const progress = createBatchProgress({
    out,
    batch: list.batch,
    workers,
    json,
    stream: json ? process.stdout : process.stderr,
  });
  const keep = makeLog("viga experiment", {
    prefix: false,
    print: (line) => (json ? printError(`${line}\n`) : progress.say(line)),
  });
  keep.keepIn(out);
  if (!json) progress.say(opening(opened, open.length, Math.min(workers, open.length)));
  await pointLatest(out).catch((error: unknown) => {
    keep(`output/latest does not point at this experiment: ${toVigaError(error).message}`);
  });
  const budget = new ExperimentBudget(loaded.file.budget);
  for (const { id, dir } of list.batch.tasks) budget.ended(id, list.ended.get(dir)?.usd ?? 0);
  let written = performance.now();
  try {
    await playBatch(file, {
      out,
      config,
      isChosen,
      settingsOf: ({ id }) => {
        const run = runs.get(id)!;
        return { config: run.config, skills: skills.get(distinct.get(run.cell.id)!) ?? {}, memo: join(out, "memo") };
      },
      workers,
      signal: AbortSignal.any([signal, budget.signal]),
      log: keep,
      began: progress.began,
      heard(task, event) {
        budget.heard(task.id, event);
        progress.heard(task, event);
      },
      async ended(task) {
        await progress.ended(task);
        const { usd } = await outcomeOf(join(out, task.dir));
        budget.ended(task.id, usd);
        if (performance.now() - written < writeEvery) return;
        written = performance.now();
        await writeResult(out, await resultNow(opened, []));
      },
    });
  } finally {
    budget.close();
    progress.close();
  }
  return conclude(opened, budget.why === null ? [] : [budget.why], options);
}

function opening({ list, loaded, config, out }: OpenExperiment, open: number, workers: number): string {
  const total = list.entries.length;
  const reused = list.entries.filter(({ place }) => place.kind !== "own").length;
  const slots = config.executors.map(({ slot }) => slot).join(", ") || "executors elsewhere";
  const known = reused === 0 ? "" : `, ${reused} reused`;
  return `${open} of ${total} runs of ${loaded.file.name}${known}, ${workers} at once on ${slots}; output: ${shownPath(out)}`;
}

async function resultNow(opened: OpenExperiment, more: readonly string[]): Promise<ExperimentResult> {
  const { loaded, expanded, tasks, config, started, out, list, versions } = opened;
  const runs = await rowsOf(out, list, versions);
  return resultOf({ loaded, expanded, tasks, mode: config.mode, started, runs, more });
}

/**
 * Writes and prints the result. Exit code: 0 all are done, or as many as the budget allows; 1 some failed; 130 interrupted.
 */
async function conclude(
  opened: OpenExperiment,
  more: readonly string[],
  { json, signal }: ExperimentOptions,
): Promise<number> {
  const { out, list } = opened;
  const result = await resultNow(opened, more);
  await writeResult(out, result);
  await writeAtomic(join(out, "experiment.html"), await experimentPage(result, out));
  const runs = result.cells.flatMap((cell) => cell.runs);
  const count = (...statuses: string[]) => runs.filter(({ status }) => statuses.includes(status)).length;
  const { resume } = list.batch;
  const shown = shownPath(out);
  if (signal.aborted && count("unfinished") > 0) {
    if (json) print(`${plainJson({ schema: 1, status: "interrupted", resume, unfinished: count("unfinished") })}\n`);
    else
      printError(`interrupted, ${count("unfinished")} of ${runs.length} runs unfinished; continue with: ${resume}\n`);
    return 130;
  }
  const failed = count("failed", "error");
  const again = failed === 0 ? null : `${resume} --retry failed`;
  if (json) print(`${plainJson({ ...result, out, ...(again === null ? {} : { retry: again }) })}\n`);
  else {
    print(`${markdownOf(result)}\n${join(shown, "experiment.html")}, experiment.json, .md, .csv\n`);
    if (again !== null) printError(`${failed} of ${runs.length} runs failed; once the cause is mended: ${again}\n`);
  }
  return failed === 0 ? 0 : 1;
}
