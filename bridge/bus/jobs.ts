import { addAbortListener } from "node:events";
import { AckPolicy, type ConsumerMessages, type JsMsg, NatsError, nanos } from "nats";
import { isApiError } from "./api-error.ts";
import type { Bus } from "./connection.ts";
import { persist } from "./persist.ts";
import { jobSubject, streams } from "./subjects.ts";
import { pause } from "./timers.ts";

/** Milliseconds after which a job whose worker fell silent is given out again; a live worker says so every second. */
const ackWait = 4000;
/** How often a job is given out before it counts as exhausted. */
export const maxDeliver = 3;

export interface JobDelivery {
  bytes: Uint8Array;
  /** 1 on the first delivery. */
  attempt: number;
}

/**
 * Serves a slot's queue, one job at a time, until aborted. The queue hands a job out again when this process dies
 * before `handle` has settled; `handle` must not throw.
 */
export async function serveJobs(
  bus: Bus,
  engine: string,
  slot: string,
  signal: AbortSignal,
  handle: (delivery: JobDelivery) => Promise<void>,
): Promise<void> {
  const durable = `${engine}-${slot}`;
  await persist(signal, () =>
    bus.jsm.consumers.add(streams.job, {
      durable_name: durable,
      filter_subject: jobSubject(engine, slot),
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ackWait),
      max_deliver: maxDeliver,
      max_ack_pending: 1,
    }),
  );
  while (!signal.aborted && !bus.nc.isClosed()) {
    const messages = await pull(bus, durable, signal);
    const stop = () => messages?.stop();
    const stopping = addAbortListener(signal, stop);
    try {
      // max_ack_pending 1: the server hands out the next job when this one is acknowledged.
      for await (const message of messages ?? []) {
        if (signal.aborted) break;
        await work(message, handle);
      }
    } catch {
      // The consumer went with the server; the durable one is found again.
    } finally {
      stopping[Symbol.dispose]();
      stop();
    }
  }
}

/**
 * Gives out at once again the job of a worker that died, instead of waiting until its time is up. Only for whoever
 * knows that no other process serves this slot.
 */
export async function releaseJob(bus: Bus, engine: string, slot: string, signal: AbortSignal): Promise<void> {
  const durable = `${engine}-${slot}`;
  const info = await persist(signal, async () => {
    try {
      return await bus.jsm.consumers.info(streams.job, durable);
    } catch (error) {
      if (isApiError(error, "consumerNotFound")) return null;
      throw error;
    }
  });
  if (info === null || info.num_ack_pending === 0) return;
  // max_ack_pending 1: what is pending is what was delivered last. Its reply subject, on which a worker would have
  // refused it, is made of these numbers (nats-server's own form since 2.2: delivery count, sequences, time, pending).
  const { stream_seq, consumer_seq } = info.delivered;
  bus.nc.publish(`$JS.ACK.${streams.job}.${durable}.1.${stream_seq}.${consumer_seq}.${Date.now()}000000.0`, "-NAK");
  await persist(signal, () => bus.nc.flush());
}

async function work(message: JsMsg, handle: (delivery: JobDelivery) => Promise<void>): Promise<void> {
  const alive = setInterval(() => message.working(), 1000);
  try {
    await handle({ bytes: message.data, attempt: message.info.redeliveryCount });
  } finally {
    clearInterval(alive);
  }
  // An acknowledgement lost with the server costs one repetition, whose answer is refused as late.
  await message.ackAck().catch(() => undefined);
}

async function pull(bus: Bus, durable: string, signal: AbortSignal): Promise<ConsumerMessages | null> {
  try {
    const consumer = await bus.js.consumers.get(streams.job, durable);
    return await consumer.consume({ max_messages: 1, expires: 5000, idle_heartbeat: 1000 });
  } catch {
    await pause(100, signal);
    return null;
  }
}

/**
 * Calls back for jobs that were given out `maxDeliver` times without an end, and takes them off the queue (a work
 * queue would keep them for ever).
 */
export async function watchExhausted(
  bus: Bus,
  signal: AbortSignal,
  on: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const advisories = bus.nc.subscribe(`$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.${streams.job}.>`);
  addAbortListener(signal, () => advisories.unsubscribe());
  for await (const advisory of advisories) {
    const seq = (advisory.json() as { stream_seq?: number }).stream_seq;
    if (seq === undefined) continue;
    try {
      const stored = await bus.jsm.streams.getMessage(streams.job, { seq });
      await on(stored.data);
      await bus.jsm.streams.deleteMessage(streams.job, seq);
    } catch (error) {
      if (!(error instanceof NatsError)) throw error;
      // Already gone: another supervisor took it.
    }
  }
}
