import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { checkScratchRoot } from "../../../bridge/processes/scratch.ts";
import { toVigaError, VigaError } from "../../../config/errors.ts";
import { modeName, modeOf } from "../../../config/modes/index.ts";
import { plainJson } from "../../../config/plain-text.ts";
import type { ResolvedConfig } from "../../../config/resolved.ts";
import { retirementLines } from "../../../config/retired.ts";
import type { Batch, BatchTask, RunSpec } from "../../../machines/domain/index.ts";
import { makeLog } from "../../log.ts";
import { print, printError } from "../../print.ts";
import { checkPlayers } from "../check-players.ts";
import { checkTools } from "../check-tools.ts";
import { filterTasks, type TaskFilter } from "../dataset/filter.ts";
import { findTasks } from "../dataset/find-tasks.ts";
import { refuseOracles } from "../dataset/leaks.ts";
import { listForeignTools } from "../foreign-tools.ts";
import { defaultOut, existingFolder, makeOut, pointLatest } from "../out.ts";
import { checkOwnFolder } from "../own-folder.ts";
import { refuseLive } from "../owner.ts";
import { checkExecutors, preflight } from "../preflight.ts";
import { BatchFile, batchFile, newBatch, readBatch } from "./batch-file.ts";
import { playBatch } from "./play-batch.ts";
import { createBatchProgress } from "./progress.ts";
import { configOf, readRequest, writeRequest } from "./request.ts";
import { countsText, markdownOf, tableOf, writeTable } from "./table.ts";

export interface BatchStart {
  json: boolean;
  signal: AbortSignal;
  /** Tasks under way at once; absent: three for each executor, so that it has work while programs are written and measured. */
  workers?: number;
}

/** Starts a batch and follows it to its end. Returns the exit code. */
export async function startBatch(
  asked: { mode: string; data: string; filter: TaskFilter; config?: string; model?: string; sets: string[] },
  options: BatchStart & { out?: string },
): Promise<number> {
  const { mode, filter, config: layer, model, sets } = asked;
  const request = {
    mode,
    cwd: process.cwd(),
    sets,
    ...(layer === undefined ? {} : { config: layer }),
    ...(model === undefined ? {} : { model }),
    ...(options.workers === undefined ? {} : { workers: options.workers }),
  };
  const config = configOf(request);
  const data = resolve(asked.data);
  refuseOracles(config, data);
  const { tasks, empty } = await findTasks(data, modeOf(config.mode));
  const chosen = filterTasks(tasks, filter);
  const out = resolve(options.out ?? dirname(defaultOut(config.mode, "task", new Date())));
  await checkFree(out);
  for (const line of retirementLines(config)) printError(`warning: ${line}\n`);
  if (empty.length > 0 && !options.json) printError(`passed over, no files of a task in them: ${empty.join(", ")}\n`);
  const skills = await check(config);
  await makeOut(out);
  await writeRequest(out, request, config);
  const batch = newBatch(config.mode, data, chosen);
  await new BatchFile(out, batch).save();
  return follow(out, batch, config, skills, options);
}

/**
 * Goes on with a batch: what is unfinished, and with `retry` what failed too, each in a folder of its own. What has ended
 * is not touched. Returns the exit code.
 */
export async function resumeBatch(
  given: string,
  options: BatchStart & { retry: boolean; trust: boolean; mode?: string },
): Promise<number> {
  const out = existingFolder(given);
  const batch = await readBatch(out);
  if (options.mode !== undefined && modeName(options.mode) !== batch.mode) {
    throw new VigaError("input_invalid", `${given} is a batch of ${batch.mode}, not of ${options.mode}`, {
      hint: `viga batch ${batch.mode} --resume ${given}`,
    });
  }
  await refuseLive(out, "batch");
  if (batch.resume !== undefined) {
    throw new VigaError("input_invalid", `${given} holds an experiment`, { hint: `go on with it: ${batch.resume}` });
  }
  await checkOwnFolder(out);
  const { request, config } = await readRequest(out, options.trust);
  if (options.retry) for (const task of batch.tasks) retry(out, task);
  const skills = await check(config);
  const workers = options.workers ?? request.workers;
  return follow(out, batch, config, skills, { ...options, ...(workers === undefined ? {} : { workers }) });
}

/** Opens a task that failed again; its next run gets a folder of its own, and the failed one stays as it is. */
function retry(out: string, task: BatchTask): void {
  if (task.status !== "failed" && task.status !== "error") return;
  task.status = "unfinished";
  task.seconds = 0;
  delete task.reason;
  for (let n = 2; existsSync(join(out, task.dir, "run.json")); n++) task.dir = `${task.id}.${n}`;
}

/** A batch never mixes with what lies in a folder already. Throws `input_invalid`. */
async function checkFree(out: string): Promise<void> {
  if (existsSync(join(out, batchFile))) {
    throw new VigaError("input_invalid", `${out} already holds a batch`, {
      hint: `go on with it: viga batch --resume ${out}, or give another --out`,
    });
  }
  const names = await readdir(out).catch(() => []);
  if (names.length === 0) return;
  throw new VigaError("input_invalid", `${out} is not empty: it holds ${names[0]}`, { hint: "give another --out" });
}

type Skills = NonNullable<RunSpec["skills"]>;

/** Everything that would keep every task from being played, before anything is made. -> the tools of users' own servers. */
async function check(config: ResolvedConfig): Promise<Skills> {
  await checkScratchRoot();
  await checkTools(config);
  await checkPlayers(config, "inline");
  checkExecutors(config, "inline");
  await preflight(config, "inline");
  return listForeignTools(config, (line) => printError(`${line}\n`));
}

const shownPath = (out: string): string => relative(process.cwd(), out) || ".";

async function follow(
  out: string,
  batch: Batch,
  config: ResolvedConfig,
  skills: Skills,
  options: BatchStart,
): Promise<number> {
  const { json, signal } = options;
  const workers = options.workers ?? 3 * Math.max(1, config.executors.length);
  const progress = createBatchProgress({ out, batch, workers, json, stream: json ? process.stdout : process.stderr });
  const keep = makeLog("viga batch", {
    prefix: false,
    print: (line) => (json ? printError(`${line}\n`) : progress.say(line)),
  });
  keep.keepIn(out);
  const left = batch.tasks.filter(({ status }) => status === "unfinished").length;
  if (!json) {
    const slots = config.executors.map(({ slot }) => slot).join(", ") || "executors elsewhere";
    progress.say(
      `${left} of ${batch.tasks.length} tasks of ${batch.mode}, ${Math.min(workers, left)} at once on ${slots}; output: ${shownPath(out)}`,
    );
  }
  await pointLatest(out).catch((error: unknown) => {
    // The batch itself needs no link: this folder may be somebody else's.
    keep(`output/latest does not point at this batch: ${toVigaError(error).message}`);
  });
  try {
    if (left > 0) {
      const { began, heard, ended } = progress;
      await playBatch(new BatchFile(out, batch), {
        out,
        config,
        settingsOf: () => ({ config, skills }),
        workers,
        signal,
        log: keep,
        began,
        heard,
        ended,
      });
    }
  } finally {
    progress.close();
  }
  return conclude(out, batch, json, signal);
}

/** Writes and prints the table. Exit code: 0 all done, 1 some failed, 130 interrupted. */
async function conclude(out: string, batch: Batch, json: boolean, signal: AbortSignal): Promise<number> {
  const table = await tableOf(out, batch);
  await writeTable(out, table);
  const shown = shownPath(out);
  const { unfinished, done } = table.counts;
  const resume = `viga batch --resume ${shown}`;
  if (unfinished > 0 && signal.aborted) {
    if (json) print(`${plainJson({ schema: 1, status: "interrupted", resume, counts: table.counts })}\n`);
    else printError(`interrupted, ${countsText(table)}; continue with: ${resume}\n`);
    return 130;
  }
  const retry = done < table.rows.length ? `${resume} --retry failed` : null;
  if (json) print(`${plainJson({ ...table, out, ...(retry === null ? {} : { retry }) })}\n`);
  else {
    print(`${markdownOf(table)}\n${join(shown, "tasks.md")}, tasks.csv, tasks.json\n`);
    if (retry !== null) printError(`not all are done; once the cause is mended: ${retry}\n`);
  }
  return done === table.rows.length ? 0 : 1;
}
