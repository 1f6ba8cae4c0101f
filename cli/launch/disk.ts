import { statfs } from "node:fs/promises";
import { pause } from "../../bridge/bus/timers.ts";
import { VigaError } from "../../config/errors.ts";

/** A tape, a store and pictures cannot go on with fewer free bytes than this. */
const leastFree = 128 * 1024;
/** Milliseconds between looks. */
const lookEvery = 1000;

/**
 * Watches the disk of a run's folder: on a full one the bus stores nothing, and a run would wait for it without a word.
 * Rejects with `internal`, resolves when aborted.
 */
export async function watchDisk(out: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { bavail, blocks, bsize } = await statfs(out);
    // Some file systems count no blocks at all.
    if (blocks > 0 && bavail * bsize < leastFree) throw diskFull(out);
    await pause(lookEvery, signal);
  }
}

function diskFull(out: string): VigaError {
  return new VigaError("internal", `the disk is full: no space left for ${out}`, {
    hint: "free some space, then go on with viga run --resume, or give another --out",
  });
}
