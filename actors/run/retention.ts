import { z } from "zod";
import type { Bus } from "../../bridge/bus/connection.ts";
import { parseEnvelope } from "../../bridge/bus/envelope.ts";
import { putCell, readCells } from "../../bridge/bus/kv.ts";
import { dropJobs, purgeCells, purgeSubject, storedBytes } from "../../bridge/bus/retention.ts";
import type { RunSpec } from "../../machines/domain/index.ts";
import { actorKey, endedKey, leaseKey, specKey } from "./bus-keys.ts";
import { jobOrder } from "./jobs.ts";
import { knownRuns } from "./known-runs.ts";

/** A finished run whose tape lies safe in its folder, and since when. Only such a run is ever dropped from a bus. */
export const endedRun = z.object({ run: z.string(), ended: z.iso.datetime() });
export type EndedRun = z.infer<typeof endedRun>;

/** How long a shared bus keeps the events of ended runs: hours, and bytes of all streams together. */
export interface Keep {
  hours: number;
  maxBytes?: number | undefined;
}

/**
 * Takes what only a run under way needs off the bus: mailboxes, actor records, jobs nobody waits for. Its events stay
 * until a sweep. To be called once the run is finished and its tape exported, and no role of it runs any more.
 */
export async function retireRun(bus: Bus, run: string, signal?: AbortSignal): Promise<void> {
  await putCell(bus.actors, endedKey(run), { run, ended: new Date().toISOString() } satisfies EndedRun, signal);
  await dropLeftovers(bus, run, signal);
}

/**
 * Retires the runs whose launcher died before it could: finished a while ago, and `exported` says that the tape is safe.
 * Younger ones are left to their launchers, whose roles may still be ending.
 */
export async function retireForgotten(
  bus: Bus,
  exported: (spec: RunSpec) => Promise<boolean>,
  options: { now?: number; signal?: AbortSignal } = {},
): Promise<void> {
  const { now = Date.now(), signal } = options;
  const retired = new Set((await endedRuns(bus, signal)).map(({ run }) => run));
  for (const { spec, ended } of await knownRuns(bus, signal)) {
    const isForgotten = ended !== null && now - Date.parse(ended.time) >= straggling && !retired.has(spec.run);
    if (isForgotten && (await exported(spec))) await retireRun(bus, spec.run, signal);
  }
}

/**
 * Drops the events of ended runs that are older than `keep.hours`, and of the oldest others while the bus holds more
 * than `keep.maxBytes`. A run that is not ended is never touched, whatever its size. Returns the runs dropped.
 */
export async function sweepBus(
  bus: Bus,
  keep: Keep,
  options: { now?: number; signal?: AbortSignal } = {},
): Promise<string[]> {
  const { now = Date.now(), signal } = options;
  const dropped: string[] = [];
  for (const { run, ended } of await endedRuns(bus, signal)) {
    const age = now - Date.parse(ended);
    const isStraggling = age < straggling;
    if (isStraggling) await dropLeftovers(bus, run, signal);
    const tooLarge = async () => keep.maxBytes !== undefined && (await storedBytes(bus, signal)) > keep.maxBytes;
    if (age < keep.hours * 3_600_000 && !(await tooLarge())) continue;
    await dropEvents(bus, run, signal);
    if (!isStraggling) await dropMarks(bus, run, signal);
    dropped.push(run);
  }
  return dropped;
}

/**
 * Milliseconds after a run's end in which a process elsewhere may still say something of it, or not have heard that its
 * lease is gone: until then the traces of both stay.
 */
const straggling = 10 * 60_000;

/** Ended runs, the one that ended first in front. */
async function endedRuns(bus: Bus, signal?: AbortSignal): Promise<EndedRun[]> {
  const found: EndedRun[] = [];
  for (const { value } of await readCells<unknown>(bus, "actors", endedKey("*"), signal)) {
    const parsed = endedRun.safeParse(value);
    if (parsed.success) found.push(parsed.data);
  }
  return found.sort((a, b) => a.ended.localeCompare(b.ended));
}

async function dropLeftovers(bus: Bus, run: string, signal?: AbortSignal): Promise<void> {
  await purgeSubject(bus, "mailbox", `viga.mbx.${run}.*`, signal);
  await purgeCells(bus, "actors", actorKey(run, "*"), signal);
  await dropJobs(bus, (bytes) => isJobOf(run, bytes), signal);
}

async function dropEvents(bus: Bus, run: string, signal?: AbortSignal): Promise<void> {
  await dropLeftovers(bus, run, signal);
  await purgeSubject(bus, "event", `viga.evt.${run}.>`, signal);
  await purgeSubject(bus, "deadLetter", `viga.dlq.${run}.*`, signal);
  await purgeCells(bus, "actors", specKey(run), signal);
}

/** The last that a bus knows of a run. */
async function dropMarks(bus: Bus, run: string, signal?: AbortSignal): Promise<void> {
  await purgeCells(bus, "slots", leaseKey(run), signal);
  await purgeCells(bus, "actors", endedKey(run), signal);
}

function isJobOf(run: string, bytes: Uint8Array): boolean {
  try {
    const order = jobOrder.safeParse(parseEnvelope(bytes).data);
    return order.success && order.data.run === run;
  } catch {
    return false;
  }
}
