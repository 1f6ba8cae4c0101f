import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { serveSlot } from "../../actors/slot/slot.ts";
import type { Bus } from "../../bridge/bus/connection.ts";
import { startBlender } from "../../bridge/engines/blender.ts";
import type { CapabilityCard, Isolation } from "../../bridge/engines/contract.ts";
import { VigaError } from "../../config/errors.ts";

export interface SlotSettings {
  bus: Bus;
  engineName: string;
  slot: string;
  gpu: number | null;
  isolation?: Isolation;
  signal: AbortSignal;
  log: (line: string) => void;
  onReady?: (card: CapabilityCard, pid: number | undefined) => void;
}

/** Starts an engine pinned to one device and serves a slot with it until aborted; leaves nothing behind. */
export async function runSlot(settings: SlotSettings): Promise<void> {
  const { bus, engineName, slot, gpu, signal, log } = settings;
  if (engineName !== "blender") {
    throw new VigaError("config_invalid", `no engine "${engineName}" yet`, {
      hint: "modes blendergym and static_scene run on blender",
    });
  }
  const scratch = await mkdtemp(join(tmpdir(), `viga-${slot}-`));
  try {
    const engine = await startBlender({
      gpu,
      cpus: availableParallelism(),
      scratch: join(scratch, "engine"),
      // Blender tells a line for every step of every render.
      ...(process.env.VIGA_DEBUG === undefined ? {} : { log }),
      ...(settings.isolation === undefined ? {} : { isolation: settings.isolation }),
    });
    try {
      settings.onReady?.(engine.card, engine.pid);
      await serveSlot({ bus, engineName, slot, engine, scratch: join(scratch, "jobs"), signal, log });
    } finally {
      await engine.close();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
