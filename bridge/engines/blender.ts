import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { toVigaError, VigaError } from "../../config/errors.ts";
import { failedRun, type ProgramError, quality } from "../../machines/domain/index.ts";
import { workerScript } from "../../skills/blender/entry.ts";
import { Deaths, type RestartPolicy, restartOnDeath } from "../processes/restart.ts";
import {
  type CapabilityCard,
  callRequest,
  type Engine,
  type Isolation,
  type Limits,
  type OpenOptions,
  type OpReply,
  opReply,
  probeRequest,
  type RunState,
  runRequest,
  runState,
} from "./contract.ts";
import { locateBlender } from "./locate.ts";
import { startWorker, type Worker } from "./worker.ts";

export interface BlenderOptions {
  /** Number of the one GPU this engine's process may see; null or absent: none. */
  gpu?: number | null;
  /** Processors the engine and its jobs share; default: all. */
  cpus?: number;
  /** "auto" takes the best the boot self-test found; a name forces one. */
  isolation?: Isolation | "auto";
  /** The blender program; default: VIGA_BLENDER, else PATH. */
  blender?: string;
  /** Folder for the engine's private files; made if absent. What the engine puts there goes with close(). */
  scratch: string;
  /** Files and folders outside job folders that programs may read (assets). */
  readable?: string[];
  /** Lines the engine's own process prints. */
  log?: (line: string) => void;
}

/** Blender's own part of a picture's quality: path-tracing samples, and the renderer. */
const blenderQuality = quality.extend({
  samples: z.number().int().min(1).max(65536).default(16),
  renderer: z.enum(["CYCLES", "WORKBENCH", "EEVEE"]).optional(),
});

const plainReply = z.object({ ok: z.boolean(), snapshot: z.string().nullable().optional() });

/** The engine as `openEngine` starts it. */
export function openBlender({ programs, ...options }: OpenOptions): Promise<Engine> {
  return startBlender({ ...options, ...(programs?.blender === undefined ? {} : { blender: programs.blender }) });
}

/** Beyond its own deadline a job gets this long before its whole engine is ended. */
const graceMs = 60_000;
/**
 * Deaths in a row: an answered job forgets them. A Blender that starts and dies in its jobs is started for each of them
 * (the programs may be what ends it), ever later; one that does not start six times fails the job that waits for it.
 */
const restartPolicy: RestartPolicy = { first: 100, most: 10_000, window: Number.POSITIVE_INFINITY, limit: 6 };

/**
 * Starts a Blender engine. Throws dependency_missing, engine_failed.
 * `run` requests are served one at a time; probes and calls beside them, at most `cpus` jobs at once. When the engine's
 * process dies, its pending jobs settle with error kind "crash" and the next job starts a fresh one.
 */
export async function startBlender(options: BlenderOptions): Promise<Engine> {
  const blender = await locateBlender(options.blender);
  await mkdir(options.scratch, { recursive: true });
  const cpus = Math.max(1, options.cpus ?? availableParallelism());
  await clearStale(resolve(options.scratch));
  const open = async (): Promise<{ worker: Worker; own: string }> => {
    const own = await mkdtemp(join(resolve(options.scratch), `engine-${process.pid}-`));
    try {
      const worker = await startWorker({
        blender,
        script: workerScript,
        gpu: options.gpu ?? null,
        cpus,
        isolation: options.isolation ?? "auto",
        own,
        readable: (options.readable ?? []).map((path) => resolve(path)),
        log: options.log ?? (() => {}),
      });
      void worker.ended.then(() => remove(own));
      return { worker, own };
    } catch (error) {
      await remove(own);
      throw error;
    }
  };
  const first = await open();
  return new BlenderEngine(first, open);
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

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

class BlenderEngine implements Engine {
  card: CapabilityCard;
  private worker: Worker | undefined;
  private own: string;
  private starting: Promise<Worker> | undefined;
  private readonly deaths = new Deaths(restartPolicy);
  private readonly closing = new AbortController();
  private lastRun: Promise<unknown> = Promise.resolve();
  private readonly open: () => Promise<{ worker: Worker; own: string }>;

  constructor(first: { worker: Worker; own: string }, open: () => Promise<{ worker: Worker; own: string }>) {
    this.open = open;
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
  private async settle(request: Record<string, unknown> & { limits: Limits }): Promise<object> {
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
      const reply = z.looseObject({}).parse(await worker.ask(request));
      this.deaths.forget();
      return reply;
    } catch (error) {
      if (!(error instanceof VigaError)) throw error;
      return late
        ? failure("timeout", "Timeout", "the engine did not answer in time and was ended")
        : failure("crash", "EngineEnded", "the engine's process ended during the job");
    } finally {
      clearTimeout(timer);
    }
  }

  async run(request: Parameters<Engine["run"]>[0]): Promise<RunState> {
    const checked = runRequest.parse({ ...request, quality: blenderQuality.parse(request.quality), op: "run" });
    const mine = this.lastRun.then(() => this.settle(checked));
    this.lastRun = mine;
    return runState.parse(await mine);
  }

  async probe(request: Parameters<Engine["probe"]>[0]): Promise<OpReply> {
    return opReply.parse({ seconds: 0, ...(await this.settle(probeRequest.parse({ ...request, op: "probe" }))) });
  }

  async call(request: Parameters<Engine["call"]>[0]): Promise<OpReply> {
    return opReply.parse({ seconds: 0, ...(await this.settle(callRequest.parse({ ...request, op: "call" }))) });
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

function failure(kind: ProgramError["kind"], type: string, message: string): Record<string, unknown> {
  const hint = "run it again; a program that keeps ending the engine asks too much of it";
  const { seconds: _, ...failed } = failedRun({ kind, type, message, hint });
  return failed;
}
