import { join } from "node:path";
import { ArtifactStore } from "../bridge/artifacts/store.ts";
import { readBusFile } from "../bridge/bus/address.ts";
import { observer } from "../bridge/bus/credentials.ts";
import { openReader } from "../bridge/bus/reader.ts";
import { VigaError } from "../config/errors.ts";
import { toTapeEvent } from "./follow.ts";
import type { TapeEvent } from "./observer.ts";
import { readTape, tapeEnd } from "./tape.ts";

/**
 * The events of the run in an output folder, from its first, as they come; ends with the run, or with the signal. Of a run
 * that is over they come from its tape. It only reads: nothing is made on the bus.
 *
 * @throws VigaError not_found where the folder holds no run, bus_unreachable where its bus does not answer
 */
export async function* observeRun(
  out: string,
  signal: AbortSignal = new AbortController().signal,
): AsyncGenerator<TapeEvent> {
  if ((await tapeEnd(out)) !== null) {
    yield* await readTape(out);
    return;
  }
  const { url, run, token, creds, others } = await readBusFile(out);
  const own = others?.[observer];
  const reader = await openReader(
    { url, creds, ...(own === undefined ? { token } : { user: observer, token: own }) },
    { name: "viga/observer" },
  );
  try {
    const name = run ?? (await reader.lastRun(signal));
    if (name === null) throw new VigaError("not_found", `no run has begun on the bus of ${out}`);
    const store = new ArtifactStore(join(out, "artifacts"));
    for await (const stored of reader.follow(`viga.evt.${name}.>`, 1, signal)) {
      const event = await toTapeEvent(stored, store);
      yield event;
      if (event.type === "run.finished") return;
    }
  } finally {
    await reader.close();
  }
}
