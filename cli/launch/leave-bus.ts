import { type Keep, retireForgotten, retireRun, sweepBus } from "../../actors/run/retention.ts";
import type { Bus } from "../../bridge/bus/connection.ts";
import { toVigaError } from "../../config/errors.ts";
import type { ResolvedConfig } from "../../config/resolved.ts";
import type { RunSpec } from "../../machines/domain/index.ts";
import { tapeEnd } from "../../observers/tape.ts";
import { loadSpec } from "./run-file.ts";

/** What a shared bus keeps, by the settings of whoever leaves it. */
export const keepOf = ({ keep_hours: hours = 24, max_bytes: maxBytes }: ResolvedConfig["bus"]): Keep => ({
  hours,
  maxBytes,
});

/** True when the run is finished and its tape lies whole in its folder, on this host. */
export async function isExported(spec: RunSpec): Promise<boolean> {
  const there = await loadSpec(spec.out).catch(() => null);
  return there?.run === spec.run && (await tapeEnd(spec.out)) !== null;
}

/**
 * Leaves a bus that others use as they want to find it, when `run` is finished and exported: takes off what it needs no
 * more, does so for runs of this host whose launcher died before it could, and drops what is old. Never throws: the
 * results are safe.
 */
export async function leaveBus(
  bus: Bus,
  run: string,
  settings: ResolvedConfig["bus"],
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  try {
    await retireRun(bus, run, signal);
    await retireForgotten(bus, isExported, { signal });
    await sweepBus(bus, keepOf(settings), { signal });
  } catch (error) {
    // What is left over goes when a later run ends.
    if (!signal.aborted) log(`cannot clean up the bus: ${toVigaError(error).message}`);
  }
}
