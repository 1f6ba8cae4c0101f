import type { Bus } from "../../bridge/bus/connection.ts";
import { readCell } from "../../bridge/bus/kv.ts";
import { VigaError } from "../../config/errors.ts";
import { type RunSpec, runSpec } from "../../machines/domain/index.ts";
import { specKey } from "./bus-keys.ts";

/** A run's specification, off the bus. Throws `not_found`. */
export async function readSpec(bus: Bus, run: string, signal?: AbortSignal): Promise<RunSpec> {
  const cell = await readCell<unknown>(bus.actors, specKey(run), signal);
  if (cell.value === null)
    throw new VigaError("not_found", `no run ${run} on this bus`, { hint: "viga observe lists the runs" });
  return runSpec.parse(cell.value);
}
