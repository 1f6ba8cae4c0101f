import { z } from "zod";
import type { Bus } from "../../bridge/bus/connection.ts";
import { watchCells } from "../../bridge/bus/kv.ts";
import { pause } from "../../bridge/bus/timers.ts";

/** A slot's own entry, renewed every second: its beat is its heartbeat, its card what it can do. */
export const slotEntry = z.object({
  engine: z.string(),
  slot: z.string(),
  beat: z.number().int(),
  instance: z.string(),
  /** The process that serves the slot (bridge/processes); absent where the system does not say. */
  process: z.string().optional(),
  status: z.enum(["ready", "running", "draining", "gone"]),
  /** Runs whose executor actor lives here. */
  runs: z.array(z.string()).optional(),
  card: z.record(z.string(), z.unknown()),
});
export type SlotEntry = z.infer<typeof slotEntry>;

/** The slots known on the bus and when each was last heard of, by this process's own clock. */
export class SlotWatch {
  readonly #slots = new Map<string, { entry: SlotEntry; heard: number }>();

  constructor(bus: Bus, engine: string, signal: AbortSignal) {
    void watchCells<unknown>(bus, bus.slots, `slot.${engine}.*`, signal, (key, value) => {
      const parsed = slotEntry.safeParse(value);
      if (parsed.success) this.#slots.set(key, { entry: parsed.data, heard: Date.now() });
      else this.#slots.delete(key);
    }).catch(() => undefined);
  }

  /** Slots that can take work: heard of within `within` ms. An entry from before this process counts from its start. */
  alive(within: number): SlotEntry[] {
    const now = Date.now();
    return [...this.#slots.values()]
      .filter(({ entry, heard }) => now - heard <= within && (entry.status === "ready" || entry.status === "running"))
      .map(({ entry }) => entry);
  }

  isAlive(slot: string): boolean {
    return this.alive(slotTimeout).some((entry) => entry.slot === slot);
  }

  /** Resolves when a slot has not been heard of for long, or with the signal. */
  async lost(slot: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.isAlive(slot)) await pause(slotTimeout / 10, signal);
  }

  find(slot: string): { entry: SlotEntry; heard: number } | undefined {
    return [...this.#slots.values()].find(({ entry }) => entry.slot === slot);
  }
}

/** Milliseconds without a beat after which a slot counts as lost. */
export const slotTimeout = 6000;
