import { addAbortListener } from "node:events";
import type { KV } from "nats";
import { isApiError } from "./api-error.ts";
import type { Bus } from "./connection.ts";
import { persist } from "./persist.ts";
import { onReconnect } from "./reconnect.ts";
import { buckets } from "./subjects.ts";
import { pause } from "./timers.ts";

/** A JSON value in a bucket with the revision that compare-and-set needs. Revision 0: the key does not exist. */
export interface Cell<T> {
  value: T | null;
  revision: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export async function readCell<T>(kv: KV, key: string, signal?: AbortSignal): Promise<Cell<T>> {
  const entry = await persist(signal, () => kv.get(key));
  if (!entry) return { value: null, revision: 0 };
  if (entry.operation !== "PUT") return { value: null, revision: entry.revision };
  return { value: JSON.parse(decoder.decode(entry.value)) as T, revision: entry.revision };
}

/**
 * Writes when the cell is still at `revision`. Returns the new revision, or null when someone else wrote since.
 * A write whose answer was lost (the bus died in between) is recognised by its content and counts as done.
 */
export async function writeCell(
  kv: KV,
  key: string,
  value: unknown,
  revision: number,
  signal?: AbortSignal,
): Promise<number | null> {
  const text = JSON.stringify(value);
  const bytes = encoder.encode(text);
  try {
    return await persist(signal, () => (revision === 0 ? kv.create(key, bytes) : kv.update(key, bytes, revision)));
  } catch (error) {
    if (!isApiError(error, "wrongLastSequence")) throw error;
    const now = await persist(signal, () => kv.get(key));
    return now && decoder.decode(now.value) === text ? now.revision : null;
  }
}

/** Writes whatever stands there. */
export async function putCell(kv: KV, key: string, value: unknown, signal?: AbortSignal): Promise<number> {
  return persist(signal, () => kv.put(key, encoder.encode(JSON.stringify(value))));
}

/** Takes a value away; whoever watches its key is told. */
export async function deleteCell(kv: KV, key: string, signal?: AbortSignal): Promise<void> {
  await persist(signal, () => kv.delete(key));
}

/**
 * The values under a key pattern at this moment. Asked of the stream itself: `KV.keys()` of the client ends too early
 * with servers that count wrongly what is pending (2.9).
 */
export async function readCells<T>(
  bus: Bus,
  bucket: keyof typeof buckets,
  pattern: string,
  signal?: AbortSignal,
): Promise<{ key: string; value: T }[]> {
  const prefix = `$KV.${buckets[bucket]}.`;
  const { state } = await persist(signal, () =>
    bus.jsm.streams.info(`KV_${buckets[bucket]}`, { subjects_filter: `${prefix}${pattern}` }),
  );
  const keys = Object.keys(state.subjects ?? {}).map((subject) => subject.slice(prefix.length));
  const cells = await Promise.all(keys.map((key) => readCell<T>(bus[bucket], key, signal)));
  return keys.flatMap((key, index) => {
    const value = cells[index]?.value ?? null;
    return value === null ? [] : [{ key, value }];
  });
}

/**
 * Calls back for each present and future value under a key pattern until aborted. After a break in the connection it
 * begins anew, so that values which have not changed are told again.
 */
export async function watchCells<T>(
  bus: Bus,
  kv: KV,
  pattern: string,
  signal: AbortSignal,
  on: (key: string, value: T | null, revision: number) => void,
): Promise<void> {
  while (!signal.aborted && !bus.nc.isClosed()) {
    let stale = false;
    let stop = () => {};
    let stopping: Disposable | undefined;
    const watching = onReconnect(bus, () => {
      stale = true;
      stop();
    });
    try {
      const watch = await persist(signal, () => kv.watch({ key: pattern }));
      stop = () => watch.stop();
      stopping = addAbortListener(signal, stop);
      if (stale) stop();
      for await (const entry of watch) {
        if (signal.aborted) return;
        const value = entry.operation === "PUT" ? (JSON.parse(decoder.decode(entry.value)) as T) : null;
        on(entry.key, value, entry.revision);
      }
    } finally {
      watching.end();
      stopping?.[Symbol.dispose]();
      stop();
    }
    await pause(20, signal);
  }
}
