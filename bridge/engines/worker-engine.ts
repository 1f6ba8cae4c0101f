import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { toVigaError, VigaError } from "../../config/errors.ts";
import { failedRun, type ProgramError, type Quality } from "../../machines/domain/index.ts";
import { isRunning } from "../processes/identity.ts";
import { Deaths, type RestartPolicy, restartOnDeath } from "../processes/restart.ts";
import {
  type CapabilityCard,
  callRequest,
  type Engine,
  type Limits,
  type OpReply,
  opReply,
  probeRequest,
  type RunState,
  runRequest,
  runState,
} from "./contract.ts";
import { startWorker, type Worker, type WorkerOptions } from "./worker.ts";

export interface WorkerEngineOptions {
  /** Folder for the engine's private files; made if absent. What the engine puts there goes with close(). */
  scratch: string;
  /** How a worker is started in a private folder of its own. */
  launch: (own: string) => WorkerOptions;
  /** The engine's own schema of a picture's quality. */
  quality: z.ZodType<Quality>;
}

const plainReply = z.object({ ok: z.boolean(), snapshot: z.string().nullable().optional() });

/** Beyond its own deadline a job gets this long before its whole engine is ended. */
const graceMs = 60_000;
/**
 * Deaths in a row: an answered job forgets them. An engine that starts and dies in its jobs is started for each of them
 * (the programs may be what ends it), ever later; one that does not start six times fails the job that waits for it.
 */
const restartPolicy: RestartPolicy = { first: 100, most: 10_000, window: Number.POSITIVE_INFINITY, limit: 6 };

/**
 * An engine whose jobs are done by a worker process. `run` requests are served one at a time, probes and calls beside
 * them. When the process dies, its pending jobs settle with error kind "crash" and the next job starts a fresh one.
 * Throws engine_failed when the first worker does not start.
 */
export async function openWorkerEngine(options: WorkerEngineOptions): Promise<Engine> {
  const scratch = resolve(options.scratch);
  await mkdir(scratch, { recursive: true });
  await clearStale(scratch);
  const open = async (): Promise<Started> => {
    const own = await mkdtemp(join(scratch, `engine-${process.pid}-`));
    try {
      const worker = await startWorker(options.launch(own));
      void worker.ended.then(() => remove(own));
      return { worker, own };
    } catch (error) {
      await remove(own);
      throw error;
    }
  };
  return new WorkerEngine(await open(), open, options.quality);
}

interface Started {
  worker: Worker;
  own: string;
}

/** Processes that were just killed may still be writing: a few attempts. */
async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }).catch(() => {});
}

/** Private folders of engines whose node process was killed before it could remove them. */
async function clearStale(scratch: string): Promise<void> {
  for (const name of await readdir(scratch)) {
    const pid = /^engine-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) await remove(join(scratch, name));
  }
}

class WorkerEngine implements Engine {
  card: CapabilityCard;
  private worker: Worker | undefined;
  private own: string;
  private starting: Promise<Worker> | undefined;
  private readonly deaths = new Deaths(restartPolicy);
  private readonly closing = new AbortController();
  private lastRun: Promise<unknown> = Promise.resolve();
  private readonly open: () => Promise<Started>;
  private readonly quality: z.ZodType<Quality>;

  constructor(first: Started, open: () => Promise<Started>, quality: z.ZodType<Quality>) {
    this.open = open;
    this.quality = quality;
    this.own = first.own;
    this.card = first.worker.card;
    this.adopt(first.worker);
  }

  get pid(): number | undefined {
    return this.worker?.pid;
  }

  private adopt(worker: Worker): void {
    this.worker = worker;
    this.card = worker.card;
    void worker.ended.then(() => {
      if (this.worker === worker) this.worker = undefined;
      this.deaths.add();
    });
  }

  /** The live worker, or a fresh one after a pause that grows with each death in a row. */
  private async live(): Promise<Worker> {
    if (this.closing.signal.aborted) throw closed();
    if (this.worker !== undefined) return this.worker;
    this.starting ??= this.restart().finally(() => {
      this.starting = undefined;
    });
    return await this.starting;
  }

  private async restart(): Promise<Worker> {
    const { signal } = this.closing;
    const fresh = await restartOnDeath(this.open, { deaths: this.deaths, signal });
    if (signal.aborted) await fresh?.worker.stop();
    if (fresh === undefined || signal.aborted) throw closed();
    this.own = fresh.own;
    this.adopt(fresh.worker);
    return fresh.worker;
  }

  /** One job on the live worker; a job whose engine dies or hangs settles as an error of kind crash, timeout or engine. */
  private async settle(request: Record<string, unknown> & { limits: Limits }, signal?: AbortSignal): Promise<object> {
    let worker: Worker;
    try {
      worker = await this.live();
    } catch (error) {
      return failure("engine", "EngineUnavailable", toVigaError(error).message);
    }
    let late = false;
    const timer = setTimeout(
      () => {
        late = true;
        worker.kill();
      },
      request.limits.seconds * 1000 + graceMs,
    );
    try {
      if (signal?.aborted) return failure("engine", "Cancelled", "whoever asked for the job cancelled it");
      const reply = z.looseObject({}).parse(await worker.ask(request, signal));
      this.deaths.forget();
      return reply;
    } catch (error) {
      if (!(error instanceof VigaError)) return unreadable();
      return late
        ? failure("timeout", "Timeout", "the engine did not answer in time and was ended")
        : failure("crash", "EngineEnded", "the engine's process ended during the job");
    } finally {
      clearTimeout(timer);
    }
  }

  async run(request: Parameters<Engine["run"]>[0], signal?: AbortSignal): Promise<RunState> {
    const checked = runRequest.parse({ ...request, quality: this.quality.parse(request.quality), op: "run" });
    const mine = this.lastRun.then(() => this.settle(checked, signal));
    this.lastRun = mine;
    return readable(runState, await mine);
  }

  async probe(request: Parameters<Engine["probe"]>[0]): Promise<OpReply> {
    return this.operation(probeRequest.parse({ ...request, op: "probe" }));
  }

  async call(request: Parameters<Engine["call"]>[0]): Promise<OpReply> {
    return this.operation(callRequest.parse({ ...request, op: "call" }));
  }

  private async operation(request: Record<string, unknown> & { limits: Limits }): Promise<OpReply> {
    return readable(opReply, await this.settle(request), { seconds: 0 });
  }

  async snapshot(scene: string): Promise<string> {
    const reply = plainReply.parse(await (await this.live()).ask({ op: "snapshot", scene }));
    if (reply.ok && typeof reply.snapshot === "string") return reply.snapshot;
    throw new VigaError("not_found", `no scene ${scene} is kept`, { hint: "run a program with `keep` first" });
  }

  async restore(scene: string, snapshot: string): Promise<void> {
    const reply = plainReply.parse(await (await this.live()).ask({ op: "restore", scene, snapshot }));
    if (reply.ok) return;
    throw new VigaError("not_found", `there is no snapshot ${snapshot}`, {
      hint: "snapshots go with their engine's process, and the oldest of more than 32 are let go: run the program again",
    });
  }

  async drop(scene: string): Promise<void> {
    // An engine that has ended took its scenes with it; one that ends now does so too.
    await this.worker?.ask({ op: "drop", scene }).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.worker?.stop();
    await remove(this.own);
  }
}

function closed(): VigaError {
  return new VigaError("engine_failed", "the engine is closed");
}

/** A reply as the contract has it; one that is not is a failed state in plain words, as the program may have forged it. */
function readable<T>(shape: z.ZodType<T>, reply: object, more: object = {}): T {
  const read = shape.safeParse({ ...more, ...reply });
  return read.success ? read.data : shape.parse({ ...more, ...unreadable() });
}

const unreadable = (): Record<string, unknown> =>
  failure("output", "ReplyUnreadable", "what the job said about itself is not what a job says");

function failure(kind: ProgramError["kind"], type: string, message: string): Record<string, unknown> {
  const hint = "run it again; a program that keeps ending the engine asks too much of it";
  const { seconds: _, ...failed } = failedRun({ kind, type, message, hint });
  return failed;
}
