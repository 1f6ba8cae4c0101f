import { VigaError } from "../../config/errors.ts";
import type { Observer, TapeEvent } from "../../observers/observer.ts";
import { readTape } from "../../observers/tape.ts";

/** The tape as far as it was written; none when the run was killed before its first event. */
export async function eventsOf(out: string): Promise<TapeEvent[]> {
  return readTape(out).catch((error: unknown) => {
    if (error instanceof VigaError && error.code === "not_found") return [];
    throw error;
  });
}

/** Writes the files of a run that is over again: it may have been killed after its last event and before its last file. */
export async function writeAgain(events: readonly TapeEvent[], observers: readonly Observer[]): Promise<void> {
  for (const event of events) for (const observer of observers) await observer.on(event);
  for (const observer of observers) await observer.close();
}
