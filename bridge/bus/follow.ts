import { addAbortListener } from "node:events";
import { AckPolicy, type ConsumerMessages, DeliverPolicy, nanos } from "nats";
import { isApiError } from "./api-error.ts";
import type { Bus } from "./connection.ts";
import { persist } from "./persist.ts";
import type { Stored } from "./reader.ts";
import { onReconnect } from "./reconnect.ts";
import { pause } from "./timers.ts";

/**
 * Reads a stream's subject in order from `from` (a stream sequence) and goes on with what is published later, for
 * ever. Position is the caller's: it keeps the last sequence it has dealt with, so nothing needs an acknowledgement
 * and nothing is delivered twice to one reader. A lost connection or a killed server costs a pause.
 */
export async function* follow(
  bus: Bus,
  stream: string,
  filter: string,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<Stored> {
  let next = Math.max(1, from);
  while (!signal.aborted && !bus.nc.isClosed()) {
    let messages: ConsumerMessages;
    try {
      messages = await persist(signal, () => open(bus, stream, filter, next));
    } catch {
      await pause(100, signal);
      continue;
    }
    const stop = () => messages.stop();
    const stopping = addAbortListener(signal, stop);
    const watching = onReconnect(bus, stop);
    try {
      let delivered = 0;
      for await (const message of messages) {
        if (signal.aborted) break;
        delivered += 1;
        // A gap: something was sent to us and lost. A new consumer starts at the last place that is sure.
        if (message.info.deliverySequence !== delivered) break;
        next = message.seq + 1;
        yield { seq: message.seq, subject: message.subject, bytes: message.data };
      }
    } catch {
      // The consumer is gone (server restarted); a new one starts at the same place.
    } finally {
      watching.end();
      stopping[Symbol.dispose]();
      messages.stop();
    }
    await pause(20, signal);
  }
}

/** A consumer that lives as long as somebody reads it; nothing is acknowledged, so nothing is ever sent again. */
async function open(bus: Bus, stream: string, filter: string, from: number): Promise<ConsumerMessages> {
  const info = await bus.jsm.consumers.add(stream, {
    filter_subject: filter,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: from,
    ack_policy: AckPolicy.None,
    inactive_threshold: nanos(30_000),
    mem_storage: true,
  });
  const consumer = await bus.js.consumers.get(stream, info.name);
  return consumer.consume({ max_messages: 256, expires: 5000, idle_heartbeat: 1000 });
}

/** Highest sequence stored under a subject, 0 when there is none. */
export async function lastSequence(bus: Bus, stream: string, subject: string, signal?: AbortSignal): Promise<number> {
  return (await lastStored(bus, stream, subject, signal))?.seq ?? 0;
}

/** The last message stored under a subject; null when there is none. */
export async function lastMessage(
  bus: Bus,
  stream: string,
  subject: string,
  signal?: AbortSignal,
): Promise<Uint8Array | null> {
  return (await lastStored(bus, stream, subject, signal))?.data ?? null;
}

async function lastStored(bus: Bus, stream: string, subject: string, signal?: AbortSignal) {
  return persist(signal, async () => {
    try {
      return await bus.jsm.streams.getMessage(stream, { last_by_subj: subject });
    } catch (error) {
      if (isApiError(error, "noMessageFound")) return null;
      throw error;
    }
  });
}
