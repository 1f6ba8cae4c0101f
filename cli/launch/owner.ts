import { type BusFile, readBusFile } from "../../bridge/bus/address.ts";
import { identityOf, isAlive } from "../../bridge/processes/identity.ts";
import { VigaError } from "../../config/errors.ts";

/** This process, as bus.json names the owner of a run or batch. */
export function owner(): Pick<BusFile, "pid" | "process"> {
  const identity = identityOf();
  return { pid: process.pid, ...(identity === null ? {} : { process: identity }) };
}

/** Two processes on one run, or batch, would end each other's bus. Throws `input_invalid`. */
export async function refuseLive(out: string, what: "run" | "batch" | "experiment"): Promise<void> {
  const file = await readBusFile(out).catch(() => null);
  if (file?.process === undefined || isAlive(file.process) !== true) return;
  // What this process itself had begun there is over.
  if (file.process === identityOf()) return;
  throw new VigaError("input_invalid", `this ${what} is still going, in process ${file.pid}`, {
    hint: "follow it with viga observe, or end it first (Ctrl-C, or kill that process)",
  });
}
