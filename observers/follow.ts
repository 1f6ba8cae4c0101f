import type { ArtifactStore } from "../bridge/artifacts/store.ts";
import type { Bus } from "../bridge/bus/connection.ts";
import { parseEnvelope } from "../bridge/bus/envelope.ts";
import { follow } from "../bridge/bus/follow.ts";
import { internalize } from "../bridge/bus/offload.ts";
import type { Stored } from "../bridge/bus/reader.ts";
import { streams } from "../bridge/bus/subjects.ts";
import { toVigaError } from "../config/errors.ts";
import { type RunResult, runResult } from "../machines/domain/index.ts";
import type { Observer, TapeEvent } from "./observer.ts";

/** A stored event as observers see it; texts that travelled as artifacts are back in place. */
export async function toTapeEvent(stored: Stored, store: ArtifactStore | null): Promise<TapeEvent> {
  const message = parseEnvelope(stored.bytes);
  const [run = "", role = ""] = message.subject.split("/");
  const data = store === null ? message.data : ((await internalize(message.data, store)) as Record<string, unknown>);
  return { seq: stored.seq, id: message.id, time: message.time, run, role, type: message.type, data };
}

/** How the run ended, when this is the event that says so. */
export function resultOf(event: TapeEvent): RunResult | null {
  if (event.type !== "run.finished") return null;
  const { best_t, ...data } = event.data;
  return runResult.parse({ ...data, bestT: best_t ?? null });
}

/** Plays a run's events, from the first, to every observer; resolves with the run's end. */
export async function followTape(
  bus: Bus,
  run: string,
  store: ArtifactStore,
  observers: readonly Observer[],
  signal: AbortSignal,
  log: (line: string) => void = () => undefined,
): Promise<RunResult> {
  for await (const stored of follow(bus, streams.event, `viga.evt.${run}.>`, 1, signal)) {
    const event = await toTapeEvent(stored, store);
    for (const observer of observers) {
      try {
        await observer.on(event);
      } catch (error) {
        // A full disk must not end the run: the tape is safe on the bus and a resume writes it all again.
        log(`cannot write what event ${event.seq} says: ${toVigaError(error).message}`);
      }
    }
    const result = resultOf(event);
    if (result !== null) return result;
  }
  return { status: "interrupted", reason: "interrupted", error: null, bestT: null };
}
