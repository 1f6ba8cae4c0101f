import { addAbortListener } from "node:events";
import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { serveSlot } from "../../actors/slot/slot.ts";
import type { Bus } from "../../bridge/bus/connection.ts";
import type { CapabilityCard, Engine, Isolation } from "../../bridge/engines/contract.ts";
import { openEngine } from "../../bridge/engines/open.ts";
import { makeScratch, sweepScratch } from "../../bridge/processes/scratch.ts";
import type { Gpu } from "../../config/executors.ts";
import type { ProgramPaths } from "../../config/programs.ts";

export interface SlotSettings {
  bus: Bus;
  engineName: string;
  slot: string;
  gpu: Gpu | null;
  isolation?: Isolation;
  programs?: ProgramPaths;
  signal: AbortSignal;
  log: (line: string) => void;
  onReady?: (card: CapabilityCard, pid: number | undefined) => void;
}

/** Starts an engine pinned to one device and serves a slot with it until aborted; leaves nothing behind. */
export async function runSlot(settings: SlotSettings): Promise<void> {
  const { bus, engineName, slot, gpu, signal, log } = settings;
  // What a killed predecessor could not take away; its successor starts on this host as a rule.
  await sweepScratch();
  const scratch = await makeScratch(slot);
  try {
    const starting = openEngine(engineName, {
      gpu,
      cpus: availableParallelism(),
      scratch,
      // Blender tells a line for every step of every render.
      ...(process.env.VIGA_DEBUG === undefined ? {} : { log }),
      ...(settings.isolation === undefined ? {} : { isolation: settings.isolation }),
      ...(settings.programs === undefined ? {} : { programs: settings.programs }),
    });
    const engine = await unlessAborted(starting, signal);
    if (engine === null) return;
    // A job at work would keep whoever pressed Ctrl-C waiting.
    const stopping = addAbortListener(signal, () => void engine.close());
    try {
      if (gpu !== null && engine.card.devices.every((device) => device === "CPU")) {
        log(
          `slot ${slot}: ${engine.card.engine} sees no GPU ${gpu} here and renders on the processor (viga doctor shows what is there)`,
        );
      }
      settings.onReady?.(engine.card, engine.pid);
      await serveSlot({ bus, engineName, slot, engine, scratch: join(scratch, "jobs"), signal, log });
    } finally {
      stopping[Symbol.dispose]();
      await engine.close();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Milliseconds that a Ctrl-C waits for an engine which is just coming up. */
const bootGrace = 500;

/** The engine; null when the signal came first. Then it goes as soon as it is up, or with this process. */
async function unlessAborted(starting: Promise<Engine>, signal: AbortSignal): Promise<Engine | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const stopping = addAbortListener(signal, () => setTimeout(() => resolve(null), bootGrace));
  try {
    const engine = await Promise.race([starting, late]);
    if (engine !== null) return engine;
  } finally {
    stopping[Symbol.dispose]();
  }
  void starting.then((engine) => engine.close()).catch(() => undefined);
  return null;
}
