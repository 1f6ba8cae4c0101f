import { NatsError } from "nats";
import type { Bus } from "./connection.ts";
import { persist } from "./persist.ts";
import { buckets, streams } from "./subjects.ts";

/** Removes what a stream holds under a subject pattern; nobody who reads on is told. */
export async function purgeSubject(
  bus: Bus,
  stream: keyof typeof streams,
  pattern: string,
  signal?: AbortSignal,
): Promise<void> {
  await persist(signal, () => bus.jsm.streams.purge(streams[stream], { filter: pattern }));
}

/** Removes cells without a trace, unlike a deletion: for values, and traces of deletions, that nobody watches for. */
export async function purgeCells(
  bus: Bus,
  bucket: keyof typeof buckets,
  pattern: string,
  signal?: AbortSignal,
): Promise<void> {
  const name = buckets[bucket];
  await persist(signal, () => bus.jsm.streams.purge(`KV_${name}`, { filter: `$KV.${name}.${pattern}` }));
}

/** Bytes that all streams and buckets hold. */
export async function storedBytes(bus: Bus, signal?: AbortSignal): Promise<number> {
  const names = [...Object.values(streams), ...Object.values(buckets).map((bucket) => `KV_${bucket}`)];
  const infos = await Promise.all(names.map((name) => persist(signal, () => bus.jsm.streams.info(name))));
  return infos.reduce((sum, info) => sum + info.state.bytes, 0);
}

/** Takes the waiting jobs that `unwanted` picks off every queue. */
export async function dropJobs(
  bus: Bus,
  unwanted: (bytes: Uint8Array) => boolean,
  signal?: AbortSignal,
): Promise<void> {
  for (let from = 1; ; ) {
    const job = await persist(signal, () => nextJob(bus, from));
    if (job === null) return;
    from = job.seq + 1;
    if (unwanted(job.data)) await persist(signal, () => deleteJob(bus, job.seq));
  }
}

async function nextJob(bus: Bus, from: number): Promise<{ seq: number; data: Uint8Array } | null> {
  // The first one from there on, over gaps; the client's types know nothing of it.
  const query = { seq: from, next_by_subj: "viga.job.>" };
  try {
    return await bus.jsm.streams.getMessage(streams.job, query);
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

async function deleteJob(bus: Bus, seq: number): Promise<void> {
  try {
    await bus.jsm.streams.deleteMessage(streams.job, seq);
  } catch (error) {
    // Done meanwhile: a queue holds only what is left to do.
    if (!isGone(error)) throw error;
  }
}

const isGone = (error: unknown) =>
  error instanceof NatsError && (error.api_error?.code === 404 || /no message found/i.test(error.message));
