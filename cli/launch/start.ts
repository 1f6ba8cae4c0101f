import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { ArtifactStore } from "../../bridge/artifacts/store.ts";
import { writeBusFile } from "../../bridge/bus/address.ts";
import { checkScratchRoot, sweepScratch } from "../../bridge/processes/scratch.ts";
import { exitCodeOf, toVigaError, VigaError } from "../../config/errors.ts";
import type { ResolvedConfig } from "../../config/resolved.ts";
import { retirementLines } from "../../config/retired.ts";
import { loadTask } from "../../config/task.ts";
import type { RunResult, RunSpec } from "../../machines/domain/index.ts";
import { resultOf } from "../../observers/follow.ts";
import { printError } from "../print.ts";
import { batchFile, readBatch } from "./batch/batch-file.ts";
import { dropStore, openRunBus } from "./bus.ts";
import { checkPlayers } from "./check-players.ts";
import { checkTools } from "./check-tools.ts";
import { watchDisk } from "./disk.ts";
import { listForeignTools } from "./foreign-tools.ts";
import { type HostMode, type Hosts, startSlots } from "./hosts.ts";
import { isExported, leaveBus } from "./leave-bus.ts";
import { type RunObservers, runObservers } from "./observers.ts";
import { checkOut, defaultOut, findOut, pointLatest } from "./out.ts";
import { checkOwnFolder } from "./own-folder.ts";
import { owner, refuseLive } from "./owner.ts";
import { printPlan } from "./plan.ts";
import { playRun } from "./play-run.ts";
import { checkExecutors, lacks, preflight } from "./preflight.ts";
import { prepareRun } from "./prepare-run.ts";
import { loadSpec } from "./run-file.ts";
import { checkTrusted } from "./run-mark.ts";
import { tellWaits } from "./waits.ts";
import { eventsOf, writeAgain } from "./write-again.ts";

export interface StartOptions {
  hosts: HostMode;
  json: boolean;
  signal: AbortSignal;
}

/** Starts a run and follows it to its end. Returns the exit code. */
export async function startRun(
  config: ResolvedConfig,
  options: StartOptions & { out?: string; dryRun: boolean },
): Promise<number> {
  const task = await loadTask(config);
  for (const line of retirementLines(config)) printError(`warning: ${line}\n`);
  await checkTools(config);
  await checkPlayers(config, options.hosts);
  checkExecutors(config, options.hosts);
  const out = resolve(options.out ?? defaultOut(config.mode, task.name, new Date()));
  await checkOut(out);
  if (options.dryRun) {
    printPlan(config, task, await lacks(config, options.hosts), options.json);
    return 0;
  }
  await preflight(config, options.hosts);
  const skills = await listForeignTools(config, (line) => printError(`${line}\n`));
  const spec = await prepareRun(config, task, out, skills, options);
  return follow(spec, config, { ...options, fresh: true });
}

/**
 * Goes on with a run that was cut off, by Ctrl-C or by anything else; a finished one only shows its result again.
 * Returns the exit code.
 * @param options.trust start programs that the folder names, whoever wrote it
 */
export async function resumeRun(given: string, options: StartOptions & { trust?: boolean }): Promise<number> {
  const out = await findOut(given);
  if (existsSync(join(out, batchFile))) {
    const { resume } = await readBatch(out);
    throw new VigaError("input_invalid", `${given} holds ${resume === undefined ? "a batch" : "an experiment"}`, {
      hint: `go on with it: ${resume ?? `viga batch --resume ${given}`}`,
    });
  }
  await checkOwnFolder(out);
  const spec = await loadSpec(out);
  await checkTrusted(spec, options.trust === true);
  await refuseLive(spec.out, "run");
  await checkScratchRoot();
  const events = await eventsOf(spec.out);
  const result = events.map(resultOf).find((found) => found !== null);
  if (result) {
    if (!options.json) printError("this run is finished already; its result:\n");
    const observers = await runObservers(spec, options.json, { over: true });
    await writeAgain(events, observers.all);
    return conclude(spec, result, observers);
  }
  await refuseTaskOfBatch(spec.out);
  if (!options.json) printError(`continuing ${given}\n`);
  return follow(spec, configOf(spec), options);
}

/** A batch's runs go on where their bus is: its store holds what was under way. */
async function refuseTaskOfBatch(out: string): Promise<void> {
  // A run of an experiment lies in its cell's folder.
  for (const above of [dirname(out), dirname(dirname(out))]) {
    const found = await readBatch(above).catch(() => null);
    if (found?.tasks.some(({ dir }) => resolve(above, dir) === out) !== true) continue;
    const { resume } = found;
    const what = resume === undefined ? "a task of the batch" : "a run of the experiment";
    throw new VigaError("input_invalid", `this run is ${what} in ${shownPath(above)}`, {
      hint: `go on with the whole: ${resume ?? `viga batch --resume ${shownPath(above)}`}`,
    });
  }
}

/** The configuration a run was started with, which its spec keeps. */
function configOf(spec: RunSpec): LaunchConfig {
  const { executors, bus, programs } = spec.config as Partial<LaunchConfig>;
  if (!Array.isArray(executors)) throw new VigaError("input_invalid", `${spec.out}/run.json names no executors`);
  return { executors, bus: bus ?? {}, programs: programs ?? {} };
}

type LaunchConfig = Pick<ResolvedConfig, "executors" | "bus" | "programs">;

/**
 * Bus, slots and observers around one run.
 * @param options.fresh the folder was made just now, and holds nothing to keep when there is no bus to be had
 */
async function follow(
  spec: RunSpec,
  config: LaunchConfig,
  options: StartOptions & { fresh?: boolean },
): Promise<number> {
  await sweepScratch();
  const { signal, hosts: mode } = options;
  const observers = await runObservers(spec, options.json);
  const { log } = observers;
  const { url, creds } = config.bus;
  const ending = new AbortController();
  const stop = AbortSignal.any([signal, ending.signal]);
  const runBus = await openRunBus({
    name: `viga run ${spec.run}`,
    dir: spec.out,
    address: url === undefined ? undefined : { url, creds },
    natsServer: config.programs.nats_server,
    executors: { engine: spec.engine, slots: config.executors.map(({ slot }) => slot) },
    log,
  }).catch(async (error: unknown) => {
    if (options.fresh === true) await rm(spec.out, { recursive: true, force: true });
    throw error;
  });
  await pointLatest(spec.out).catch((error: unknown) => {
    // The run itself needs no link: this folder may be somebody else's.
    log(`output/latest does not point at this run: ${toVigaError(error).message}`);
  });
  let result: RunResult;
  let slots: Hosts | null = null;
  let exported = false;
  try {
    const others = runBus.others === undefined ? {} : { others: runBus.others };
    await writeBusFile(spec.out, { schema: 1, run: spec.run, ...runBus.address, ...others, ...owner() });
    const { engine, out } = spec;
    const { executors, programs } = config;
    slots = startSlots({ mode, bus: runBus.bus, engine, executors, programs, out, signal: stop, log });
    result = await playRun(runBus.bus, spec, {
      hosts: mode,
      observers: [...observers.all, tellWaits({ hosts: mode, out: shownPath(spec.out), log })],
      signal,
      log,
      broken: Promise.race([slots.broken, watchDisk(spec.out, stop).then(() => never)]),
    });
    exported = await isExported(spec);
    if (exported && !runBus.own) await leaveBus(runBus.bus, spec.run, config.bus, signal, log);
  } finally {
    ending.abort();
    await slots?.ended;
    await runBus.close();
    if (exported && runBus.own) await dropStore(spec.out);
    // Scratch folders of children that had to be killed.
    await sweepScratch();
  }
  return conclude(spec, result, observers);
}

/** Never settles. */
const never = new Promise<never>(() => undefined);

const shownPath = (out: string): string => relative(process.cwd(), out) || ".";

async function conclude(spec: RunSpec, result: RunResult, observers: RunObservers): Promise<number> {
  if (result.status === "done") await new ArtifactStore(join(spec.out, "artifacts")).dropTransient();
  await observers.finish(result, shownPath(spec.out));
  if (result.status === "interrupted") return 130;
  if (result.status === "done") return 0;
  return exitCodeOf(new VigaError("player_failed", result.error?.message ?? result.reason));
}
