import { addAbortListener } from "node:events";
import { z } from "zod";
import type { Bus } from "../../bridge/bus/connection.ts";
import { deleteCell, readCell, readCells, watchCells, writeCell } from "../../bridge/bus/kv.ts";
import { pause } from "../../bridge/bus/timers.ts";
import { VigaError } from "../../config/errors.ts";
import { leaseKey } from "./bus-keys.ts";
import { type SlotEntry, type SlotWatch, slotTimeout } from "./slots.ts";

/** Who holds a run's scene. `epoch` grows with every grant: an answer with an older one is refused. */
export const lease = z.object({
  run: z.string(),
  engine: z.string(),
  slot: z.string(),
  epoch: z.number().int().positive(),
});
export type Lease = z.infer<typeof lease>;

/** Follows the lease of one run, for whoever sends jobs to the slot that holds its scene. */
export class LeaseWatch {
  #lease: Lease | null = null;
  readonly #waiting = new Set<() => void>();

  constructor(bus: Bus, run: string, signal: AbortSignal) {
    void watchCells<unknown>(bus, bus.slots, leaseKey(run), signal, (_, value) => {
      const parsed = lease.safeParse(value);
      if (!parsed.success || parsed.data.epoch <= (this.#lease?.epoch ?? 0)) return;
      this.#lease = parsed.data;
      for (const wake of this.#waiting) wake();
    }).catch(() => undefined);
  }

  get epoch(): number {
    return this.#lease?.epoch ?? 0;
  }

  /** The lease in force, as soon as there is one. */
  async current(signal: AbortSignal): Promise<Lease> {
    while (this.#lease === null) {
      await this.#change(signal);
      if (signal.aborted) throw new VigaError("interrupted", "stopped while waiting for a slot");
    }
    return this.#lease;
  }

  /** Resolves when a newer lease than `epoch` is in force. */
  async newerThan(epoch: number, signal: AbortSignal): Promise<void> {
    while (this.epoch <= epoch && !signal.aborted) await this.#change(signal);
  }

  /** Resolves at the next change or with the signal, and leaves nothing behind: leases hardly ever change. */
  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        stopping[Symbol.dispose]();
        resolve();
      };
      this.#waiting.add(wake);
      const stopping = addAbortListener(signal, wake);
    });
  }
}

/**
 * Grants the run's scene to a slot by compare-and-set, with a higher epoch than ever before. The slot with the fewest
 * leases wins; `avoid` (the slot just lost) only when it beats again and nothing else does.
 */
export async function grantLease(
  bus: Bus,
  slots: SlotWatch,
  request: { run: string; engine: string; avoid: string | null; waitSeconds: number },
  signal: AbortSignal,
): Promise<Lease> {
  const deadline = Date.now() + request.waitSeconds * 1000;
  for (;;) {
    if (signal.aborted) throw new VigaError("interrupted", "stopped while waiting for a slot");
    const alive = slots.alive(slotTimeout);
    const preferred = alive.filter((entry) => entry.slot !== request.avoid);
    const chosen = (preferred.length > 0 ? preferred : alive)[0];
    if (chosen) {
      const cell = await readCell<Lease>(bus.slots, leaseKey(request.run), signal);
      const next: Lease = {
        run: request.run,
        engine: request.engine,
        slot: (await leastLoaded(bus, preferred.length > 0 ? preferred : alive, signal)).slot,
        epoch: (cell.value?.epoch ?? 0) + 1,
      };
      if ((await writeCell(bus.slots, leaseKey(request.run), next, cell.revision, signal)) !== null) return next;
    }
    if (Date.now() > deadline) {
      throw new VigaError(
        "slot_unavailable",
        `no executor for ${request.engine} answered in ${request.waitSeconds} s`,
        {
          retry: "same",
          hint: "start one: viga executor --slot cpu (see viga doctor if it does not come up)",
        },
      );
    }
    await pause(50, signal);
  }
}

async function leastLoaded(bus: Bus, entries: SlotEntry[], signal: AbortSignal): Promise<SlotEntry> {
  const load = new Map(entries.map((entry) => [entry.slot, 0]));
  for (const { value } of await readCells<Lease>(bus, "slots", leaseKey("*"), signal)) {
    if (load.has(value.slot)) load.set(value.slot, (load.get(value.slot) ?? 0) + 1);
  }
  const sorted = entries.toSorted(
    (a, b) => (load.get(a.slot) ?? 0) - (load.get(b.slot) ?? 0) || a.slot.localeCompare(b.slot),
  );
  const first = sorted[0];
  if (!first) throw new VigaError("slot_unavailable", "no slot to choose from");
  return first;
}

/** Takes the lease back when a run is over: its slot ends the executor actor, and counts as free. */
export async function dropLease(bus: Bus, run: string, signal: AbortSignal): Promise<void> {
  await deleteCell(bus.slots, leaseKey(run), signal);
}
