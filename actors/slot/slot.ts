import { randomBytes } from "node:crypto";
import { ArtifactStore } from "../../bridge/artifacts/store.ts";
import type { Bus } from "../../bridge/bus/connection.ts";
import { makeEnvelope, parseEnvelope } from "../../bridge/bus/envelope.ts";
import { releaseJob, serveJobs } from "../../bridge/bus/jobs.ts";
import { putCell, readCell, watchCells } from "../../bridge/bus/kv.ts";
import { publish } from "../../bridge/bus/publish.ts";
import { eventSubject, mailboxSubject } from "../../bridge/bus/subjects.ts";
import { pause } from "../../bridge/bus/timers.ts";
import type { Engine } from "../../bridge/engines/contract.ts";
import { identityOf, isAlive } from "../../bridge/processes/identity.ts";
import { toVigaError, VigaError } from "../../config/errors.ts";
import { type RunSpec, runSpec } from "../../machines/domain/index.ts";
import { executorMachine } from "../../machines/executor.ts";
import { executorMessage } from "../../machines/messages.ts";
import { ActorHost } from "../actor/host.ts";
import { executorEffects } from "../effects/executor.ts";
import { actorKey, leaseKey, slotKey, specKey } from "../run/bus-keys.ts";
import { type JobAnswer, type JobOrder, jobOrder } from "../run/jobs.ts";
import { type Lease, LeaseWatch, lease } from "../run/lease.ts";
import { type SlotEntry, SlotWatch, slotEntry } from "../run/slots.ts";
import type { FramesDrawn } from "./drawn-frames.ts";
import { KeptScenes } from "./kept-scenes.ts";
import { runOrder } from "./run-job.ts";

export interface SlotOptions {
  bus: Bus;
  engineName: string;
  slot: string;
  engine: Engine;
  /** Folder for job folders; emptied of each job when it ends. */
  scratch: string;
  signal: AbortSignal;
  log: (line: string) => void;
}

/** Milliseconds between heartbeats of a slot. */
const beatEvery = 1000;

/**
 * A slot at work: beats, serves its job queue one at a time, and is home to the executor actor of every run whose
 * scene is leased to it. Returns when aborted.
 */
export async function serveSlot(options: SlotOptions): Promise<void> {
  const { bus, engineName, slot, signal } = options;
  const instance = randomBytes(6).toString("hex");
  const self = identityOf();
  const entry: SlotEntry = {
    engine: engineName,
    slot,
    beat: 0,
    instance,
    ...(self === null ? {} : { process: self }),
    status: "ready",
    card: { ...options.engine.card },
  };
  const kept = new KeptScenes(options.engine);
  const specs = new Map<string, { spec: RunSpec; store: ArtifactStore }>();
  /** Executor actors that have not ended, with their runs. */
  const actors = new Map<ActorHost, string>();

  const specOf = async (run: string) => {
    const known = specs.get(run);
    if (known) return known;
    const cell = await readCell<unknown>(bus.actors, specKey(run), signal);
    if (cell.value === null) throw new VigaError("not_found", `no run ${run} on this bus`);
    const spec = runSpec.parse(cell.value);
    const found = { spec, store: new ArtifactStore(`${spec.out}/artifacts`) };
    specs.set(run, found);
    return found;
  };

  await takeOver(options);

  const beat = async () => {
    while (!signal.aborted) {
      entry.beat += 1;
      entry.runs = [...new Set(actors.values())];
      await putCell(bus.slots, slotKey(engineName, slot), entry, signal).catch(() => undefined);
      await pause(beatEvery, signal);
    }
  };

  const work = serveJobs(bus, engineName, slot, signal, async ({ bytes }) => {
    let order: JobOrder;
    try {
      order = jobOrder.parse(parseEnvelope(bytes).data);
    } catch (error) {
      options.log(`dropped a job that is none: ${toVigaError(error).message}`);
      return;
    }
    entry.status = "running";
    try {
      // Asked for together: the slot stands idle meanwhile.
      const [orphan, held] = await Promise.all([
        isOrphan(options, order),
        readCell<Lease>(bus.slots, leaseKey(order.run), signal),
      ]);
      if (orphan) return;
      const answer = await answerTo(options, kept, order, held.value, specOf);
      signal.throwIfAborted();
      if (answer === null) return;
      const data = JSON.parse(JSON.stringify(answer)) as Record<string, unknown>;
      const message = makeEnvelope({
        id: `${order.job}/done`,
        source: `slot/${slot}`,
        type: "job.done",
        subject: slot,
        data,
      });
      await publish(bus, mailboxSubject(order.run, order.role), message, signal);
    } catch (error) {
      // A job that was broken off stays on the queue, for whoever goes on with the run.
      if (signal.aborted) throw error;
      options.log(`job ${order.job}: ${toVigaError(error).message}`);
    } finally {
      entry.status = "ready";
    }
  });

  await Promise.all([beat(), work, hostExecutors(options, kept, specOf, actors, (run) => specs.delete(run))]);
}

/** The job that a killed predecessor left half done is given out again, if that is sure to be dead. */
async function takeOver({ bus, engineName, slot, signal }: SlotOptions): Promise<void> {
  const cell = await readCell<unknown>(bus.slots, slotKey(engineName, slot), signal);
  const before = slotEntry.safeParse(cell.value);
  if (!before.success || before.data.process === undefined) return;
  if (isAlive(before.data.process) === false) await releaseJob(bus, engineName, slot, signal);
}

/** True when the actor that asked has died since, and its successor asks anew. */
async function isOrphan({ bus, signal }: SlotOptions, order: JobOrder): Promise<boolean> {
  if (order.incarnation === undefined) return false;
  const actor = await readCell<{ incarnation?: unknown }>(bus.actors, actorKey(order.run, order.role), signal);
  const now = actor.value?.incarnation;
  return typeof now === "number" && now > order.incarnation;
}

/** Does a job, unless its lease is no longer the one in force; null when the run has ended and nobody waits. */
async function answerTo(
  options: SlotOptions,
  kept: KeptScenes,
  order: JobOrder,
  held: Lease | null,
  specOf: (run: string) => Promise<{ spec: RunSpec; store: ArtifactStore }>,
): Promise<JobAnswer | null> {
  const head = { job: order.job, slot: options.slot, epoch: order.epoch };
  if (held === null) return null;
  if (held.epoch > order.epoch) {
    return { ...head, refused: "the scene is leased elsewhere by now", reply: {}, files: {} };
  }
  const { spec, store } = await specOf(order.run);
  const tell = (frames: FramesDrawn) => void tellFrames(options, order, frames).catch(() => undefined);
  return { ...head, ...(await runOrder(options.engine, kept, order, spec, store, options.scratch, tell)) };
}

/** How far an animation is drawn, for whoever watches; one that is lost costs a line. */
async function tellFrames({ bus, slot, signal }: SlotOptions, order: JobOrder, frames: FramesDrawn) {
  const id = `${order.job}/frames/${frames.drawn}`;
  const message = makeEnvelope({ id, source: `slot/${slot}`, type: "progress", subject: slot, data: { frames } });
  await publish(bus, eventSubject(order.run, order.role, "progress"), message, signal);
}

/**
 * Starts the executor actor of each run leased to this slot, and ends it when the lease moves or goes.
 * @param forget called when a run's lease is gone for good
 */
async function hostExecutors(
  options: SlotOptions,
  kept: KeptScenes,
  specOf: (run: string) => Promise<{ spec: RunSpec; store: ArtifactStore }>,
  actors: Map<ActorHost, string>,
  forget: (run: string) => void,
): Promise<void> {
  const { bus, slot, engineName, signal } = options;
  const hosted = new Map<string, { epoch: number; stop: AbortController }>();
  const slots = new SlotWatch(bus, engineName, signal);

  const start = async (held: Lease) => {
    const stop = new AbortController();
    hosted.set(held.run, { epoch: held.epoch, stop });
    const ending = AbortSignal.any([signal, stop.signal]);
    const { spec, store } = await specOf(held.run);
    const leases = new LeaseWatch(bus, held.run, ending);
    const host = new ActorHost({
      bus,
      store,
      run: held.run,
      role: "executor",
      machine: executorMachine,
      messages: executorMessage,
      input: { slot, epoch: held.epoch },
      perform: executorEffects(spec, leases, slots),
      signal: ending,
    });
    actors.set(host, held.run);
    try {
      await host.serve();
    } finally {
      // Ends its LeaseWatch too when the actor could not go on.
      stop.abort();
      actors.delete(host);
    }
  };

  await watchCells<unknown>(bus, bus.slots, "lease.*", signal, (key, value) => {
    const run = key.slice("lease.".length);
    const parsed = lease.safeParse(value);
    const ours = parsed.success && parsed.data.slot === slot && parsed.data.engine === engineName ? parsed.data : null;
    if (value === null) void kept.end(run);
    const current = hosted.get(run);
    if (current && current.epoch !== ours?.epoch) {
      current.stop.abort();
      hosted.delete(run);
    }
    if (value === null) forget(run);
    if (ours && hosted.get(run)?.epoch !== ours.epoch) {
      void start(ours).catch((error: unknown) => {
        // One whose lease has moved or gone was stopped on purpose: no news of it.
        if (signal.aborted || hosted.get(run)?.epoch !== ours.epoch) return;
        hosted.delete(run);
        options.log(`executor of ${run}: ${toVigaError(error).message}`);
      });
    }
  });
}
