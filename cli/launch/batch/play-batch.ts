import { retireForgotten, sweepBus } from "../../../actors/run/retention.ts";
import { writeBusFile } from "../../../bridge/bus/address.ts";
import { sweepScratch } from "../../../bridge/processes/scratch.ts";
import { toVigaError } from "../../../config/errors.ts";
import { modeOf } from "../../../config/modes/index.ts";
import type { ResolvedConfig } from "../../../config/resolved.ts";
import type { BatchTask } from "../../../machines/domain/index.ts";
import type { TapeEvent } from "../../../observers/observer.ts";
import { dropStore, openRunBus, type RunBus } from "../bus.ts";
import { watchDisk } from "../disk.ts";
import { type Hosts, startSlots } from "../hosts.ts";
import { isExported, keepOf } from "../leave-bus.ts";
import { owner } from "../owner.ts";
import type { BatchFile } from "./batch-file.ts";
import { BatchBroken, playTask, type TaskSettings } from "./play-task.ts";

export interface BatchOptions {
  /** Folder of the batch. */
  out: string;
  /** Bus, executors and programs, which all tasks share. */
  config: ResolvedConfig;
  /** Which of the unfinished tasks are played; absent: all. */
  isChosen?: (task: BatchTask) => boolean;
  /** What the run of a task is made with. */
  settingsOf: (task: BatchTask) => TaskSettings;
  /** Tasks under way at once. */
  workers: number;
  signal: AbortSignal;
  log: (line: string) => void;
  began: (task: BatchTask) => void;
  heard: (task: BatchTask, event: TapeEvent) => void;
  /** Also for a task that was cut off. */
  ended: (task: BatchTask) => Promise<void>;
}

/**
 * Plays every unfinished task of a batch: one bus, its slots, and so many tasks at once that share them. What was cut
 * off goes first. Returns when all have ended, or with the signal. Throws where the batch cannot go on (no bus, no
 * executor, a full disk); whatever was under way then stays unfinished.
 */
export async function playBatch(file: BatchFile, options: BatchOptions): Promise<void> {
  const { out, config, signal, log } = options;
  await sweepScratch();
  const { url, creds } = config.bus;
  const { engine } = modeOf(config.mode);
  const runBus = await openRunBus({
    name: "viga batch",
    dir: out,
    address: url === undefined ? undefined : { url, creds },
    natsServer: config.programs.nats_server,
    executors: { engine, slots: config.executors.map(({ slot }) => slot) },
    log,
  });
  const ending = new AbortController();
  const stop = AbortSignal.any([signal, ending.signal]);
  let broken: unknown = null;
  const breakOff = (error: unknown) => {
    if (!stop.aborted) broken = error;
    ending.abort();
  };
  let slots: Hosts | null = null;
  try {
    const others = runBus.others === undefined ? {} : { others: runBus.others };
    await writeBusFile(out, { schema: 1, run: null, ...runBus.address, ...others, ...owner() });
    const { executors, programs } = config;
    // Processes of their own: a slot whose job has ended must not wait for what this one does for other tasks.
    slots = startSlots({ mode: "processes", bus: runBus.bus, engine, executors, programs, out, signal: stop, log });
    slots.broken.catch(breakOff);
    watchDisk(out, stop).catch(breakOff);
    await playTasks(file, runBus, options, stop, breakOff);
    if (!runBus.own && !stop.aborted) await leaveShared(runBus, config, stop, log);
  } finally {
    ending.abort();
    await slots?.ended;
    await runBus.close();
    const isOver = file.batch.tasks.every(({ status }) => status !== "unfinished");
    if (runBus.own && isOver) await dropStore(out);
    await sweepScratch();
  }
  if (broken !== null) throw broken;
}

/**
 * Plays the unfinished tasks on a bus whose slots somebody serves.
 * @param breakOff hears what keeps all of them from going on, and ends `stop`
 */
export async function playTasks(
  file: BatchFile,
  runBus: RunBus,
  options: BatchOptions,
  stop: AbortSignal,
  breakOff: (error: unknown) => void,
): Promise<void> {
  const { out, settingsOf, workers, log, isChosen = () => true } = options;
  const open = file.batch.tasks.filter((task) => task.status === "unfinished" && isChosen(task));
  const queue = [...open.filter(({ attempts }) => attempts > 0), ...open.filter(({ attempts }) => attempts === 0)];
  const turns = new Turns();
  const work = async () => {
    for (let task = queue.shift(); task !== undefined && !stop.aborted; task = queue.shift()) {
      const placed = await turns.next();
      if (stop.aborted) return placed();
      options.began(task);
      const heard = (at: BatchTask, event: TapeEvent) => {
        if (event.type === "lease.granted") placed();
        options.heard(at, event);
      };
      // Of its own, so that nothing of a run stays with the batch's signal when it is over.
      const own = AbortSignal.any([stop]);
      await playTask({ out, file, settingsOf, runBus, log, heard }, task, own)
        .catch((error: unknown) => breakOff(error instanceof BatchBroken ? error.cause : error))
        .finally(placed);
      await options.ended(task);
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, queue.length) }, work));
}

/** One after the other: runs that ask for a slot at the same moment would all see the same one as the freest. */
class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Waits for its turn. The function returned ends it; called again it does nothing. */
  async next(): Promise<() => void> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    return resolve;
  }
}

/** Takes off a bus that others use what is old, once, after all runs. */
async function leaveShared({ bus }: RunBus, config: ResolvedConfig, signal: AbortSignal, log: (line: string) => void) {
  try {
    await retireForgotten(bus, isExported, { signal });
    await sweepBus(bus, keepOf(config.bus), { signal });
  } catch (error) {
    if (!signal.aborted) log(`cannot clean up the bus: ${toVigaError(error).message}`);
  }
}
