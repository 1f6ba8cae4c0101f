import { rm } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { ArtifactStore } from "../../bridge/artifacts/store.ts";
import { readBusFile, writeBusFile } from "../../bridge/bus/address.ts";
import { identityOf, isAlive } from "../../bridge/processes/identity.ts";
import { checkScratchRoot, sweepScratch } from "../../bridge/processes/scratch.ts";
import { exitCodeOf, toVigaError, VigaError } from "../../config/errors.ts";
import type { ResolvedConfig } from "../../config/resolved.ts";
import { retirementLines } from "../../config/retired.ts";
import { loadTask } from "../../config/task.ts";
import type { RunResult, RunSpec } from "../../machines/domain/index.ts";
import { resultOf } from "../../observers/follow.ts";
import type { TapeEvent } from "../../observers/observer.ts";
import { readTape } from "../../observers/tape.ts";
import { printError } from "../print.ts";
import { dropStore, openRunBus } from "./bus.ts";
import { checkPlayers } from "./check-players.ts";
import { checkTools } from "./check-tools.ts";
import { watchDisk } from "./disk.ts";
import { listForeignTools } from "./foreign-tools.ts";
import { type HostMode, type Hosts, startSlots } from "./hosts.ts";
import { isExported, leaveBus } from "./leave-bus.ts";
import { makeSpec } from "./make-run-spec.ts";
import { type RunObservers, runObservers } from "./observers.ts";
import { checkOut, defaultOut, findOut, makeOut, pointLatest } from "./out.ts";
import { checkOwnFolder } from "./own-folder.ts";
import { printPlan } from "./plan.ts";
import { playRun } from "./play-run.ts";
import { checkExecutors, lacks, preflight } from "./preflight.ts";
import { loadSpec, writeSpec } from "./run-file.ts";
import { checkTrusted } from "./run-mark.ts";
import { makeStartScene, startFrom } from "./start-scene.ts";
import { tellWaits } from "./waits.ts";

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
  const scene = config.init === "sam3d" ? await makeStartScene(config, task, options) : null;
  await makeOut(out);
  const store = new ArtifactStore(join(out, "artifacts"));
  const begun = scene === null ? task : await startFrom(scene, task, out);
  const spec = await makeSpec(config, begun, out, store, skills);
  await writeSpec(spec);
  return follow(spec, config, { ...options, fresh: true });
}

/**
 * Goes on with a run that was cut off, by Ctrl-C or by anything else; a finished one only shows its result again.
 * Returns the exit code.
 * @param options.trust start programs that the folder names, whoever wrote it
 */
export async function resumeRun(given: string, options: StartOptions & { trust?: boolean }): Promise<number> {
  const out = await findOut(given);
  await checkOwnFolder(out);
  const spec = await loadSpec(out);
  await checkTrusted(spec, options.trust === true);
  await refuseLive(spec.out);
  await checkScratchRoot();
  const events = await eventsOf(spec.out);
  const result = events.map(resultOf).find((found) => found !== null);
  if (result) {
    if (!options.json) printError("this run is finished already; its result:\n");
    // It may have been killed after its last event and before its last file.
    const observers = await runObservers(spec, options.json, { over: true });
    for (const event of events) for (const observer of observers.all) await observer.on(event);
    for (const observer of observers.all) await observer.close();
    return conclude(spec, result, observers);
  }
  if (!options.json) printError(`continuing ${given}\n`);
  return follow(spec, configOf(spec), options);
}

/** Two processes on one run would end each other's bus. */
async function refuseLive(out: string): Promise<void> {
  const file = await readBusFile(out).catch(() => null);
  if (file?.process === undefined || isAlive(file.process) !== true) return;
  throw new VigaError("input_invalid", `this run is still going, in process ${file.pid}`, {
    hint: "follow it with viga observe, or end it first (Ctrl-C, or kill that process)",
  });
}

/** The tape as far as it was written; none when the run was killed before its first event. */
async function eventsOf(out: string): Promise<TapeEvent[]> {
  return readTape(out).catch((error: unknown) => {
    if (error instanceof VigaError && error.code === "not_found") return [];
    throw error;
  });
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
    await writeBusFile(spec.out, { schema: 1, run: spec.run, ...runBus.address, ...others, ...ourselves() });
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

function ourselves(): { pid: number; process?: string } {
  const identity = identityOf();
  return { pid: process.pid, ...(identity === null ? {} : { process: identity }) };
}

const shownPath = (out: string): string => relative(process.cwd(), out) || ".";

async function conclude(spec: RunSpec, result: RunResult, observers: RunObservers): Promise<number> {
  if (result.status === "done") await new ArtifactStore(join(spec.out, "artifacts")).dropTransient();
  await observers.finish(result, shownPath(spec.out));
  if (result.status === "interrupted") return 130;
  if (result.status === "done") return 0;
  return exitCodeOf(new VigaError("player_failed", result.error?.message ?? result.reason));
}
