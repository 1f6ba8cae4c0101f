import type { MsgRequest } from "nats";
import type { BusAddress } from "./address.ts";
import { isApiError } from "./api-error.ts";
import { dial } from "./connection.ts";
import { persist } from "./persist.ts";
import { streams } from "./subjects.ts";
import { pause } from "./timers.ts";

/** One stored message, in stream order. */
export interface Stored {
  seq: number;
  subject: string;
  bytes: Uint8Array;
}

/** A bus as an observer's login sees it. */
export interface Reader {
  /** The run that began last; null: none has. */
  lastRun(signal: AbortSignal): Promise<string | null>;
  /** Highest sequence stored under a subject, 0 when there is none. */
  lastSequence(subject: string, signal: AbortSignal): Promise<number>;
  /** Events in order from `from` (a stream sequence), and what is published later, until the signal. */
  follow(subject: string, from: number, signal: AbortSignal): AsyncGenerator<Stored>;
  close(): Promise<void>;
}

/** Milliseconds after which an event that was stored unheard is looked for. */
const lookEvery = 1000;

/**
 * Connects without making anything: no stream, no bucket, no consumer. Stored events are read by their number, and a
 * subscription only says that there are more. Throws `bus_unreachable`.
 */
export async function openReader(address: BusAddress, options: { name: string }): Promise<Reader> {
  const nc = await dial(address, options.name, 5000);
  const jsm = await nc.jetstreamManager({ timeout: 1000, checkAPI: false });
  const get = (query: MsgRequest | { seq: number; next_by_subj: string }, signal: AbortSignal) =>
    persist(signal, async () => {
      try {
        return await jsm.streams.getMessage(streams.event, query as MsgRequest);
      } catch (error) {
        if (isApiError(error, "noMessageFound")) return null;
        throw error;
      }
    });
  return {
    async lastRun(signal) {
      const last = await get({ last_by_subj: "viga.evt.*.supervisor.run.started" }, signal);
      return last?.subject.split(".")[2] ?? null;
    },
    async lastSequence(subject, signal) {
      return (await get({ last_by_subj: subject }, signal))?.seq ?? 0;
    },
    async *follow(subject, from, signal) {
      let heard = Promise.withResolvers<void>();
      const more = nc.subscribe(subject, { callback: () => heard.resolve() });
      try {
        for (let next = Math.max(1, from); !signal.aborted; ) {
          heard = Promise.withResolvers<void>();
          const stored = await get({ seq: next, next_by_subj: subject }, signal);
          if (stored === null) {
            await Promise.race([heard.promise, pause(lookEvery, signal)]);
            continue;
          }
          next = stored.seq + 1;
          yield { seq: stored.seq, subject: stored.subject, bytes: stored.data };
        }
      } finally {
        more.unsubscribe();
      }
    },
    async close() {
      await nc.close();
    },
  };
}
