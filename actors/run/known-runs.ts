import type { Bus } from "../../bridge/bus/connection.ts";
import { parseEnvelope } from "../../bridge/bus/envelope.ts";
import { lastMessage } from "../../bridge/bus/follow.ts";
import { readCells } from "../../bridge/bus/kv.ts";
import { eventSubject, streams } from "../../bridge/bus/subjects.ts";
import { type RunSpec, runSpec } from "../../machines/domain/index.ts";
import { specKey } from "./bus-keys.ts";

/** How a run ended, and when (ISO 8601). */
export interface RunEnd {
  status: "done" | "failed";
  time: string;
}

/** A run that a bus knows of, and its end; null: it has none yet. */
export interface KnownRun {
  spec: RunSpec;
  ended: RunEnd | null;
}

/** The runs on a bus, the newest first. Runs of another version of viga are passed over. */
export async function knownRuns(bus: Bus, signal?: AbortSignal): Promise<KnownRun[]> {
  const found: KnownRun[] = [];
  for (const { value } of await readCells<unknown>(bus, "actors", specKey("*"), signal)) {
    const spec = runSpec.safeParse(value);
    if (spec.success) found.push({ spec: spec.data, ended: await endOf(bus, spec.data.run, signal) });
  }
  return found.sort((a, b) => b.spec.created.localeCompare(a.spec.created));
}

/** How a run ended, as its tape on the bus says; null while it has not. */
export async function endOf(bus: Bus, run: string, signal?: AbortSignal): Promise<RunEnd | null> {
  const subject = eventSubject(run, "supervisor", "run.finished");
  const bytes = await lastMessage(bus, streams.event, subject, signal);
  if (bytes === null) return null;
  const { data, time } = parseEnvelope(bytes);
  return { status: data.status === "done" ? "done" : "failed", time };
}

/** How far a run has come, as its last round on the bus says. */
export async function progressOf(
  bus: Bus,
  run: string,
  signal?: AbortSignal,
): Promise<{ rounds: number; loss: number | null }> {
  const bytes = await lastMessage(bus, streams.event, eventSubject(run, "memory", "round"), signal);
  if (bytes === null) return { rounds: 0, loss: null };
  const { round, best_loss } = parseEnvelope(bytes).data as { round?: { t?: unknown }; best_loss?: unknown };
  return {
    rounds: typeof round?.t === "number" ? round.t : 0,
    loss: typeof best_loss === "number" ? best_loss : null,
  };
}
