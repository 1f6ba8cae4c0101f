import { VigaError } from "../../config/errors.ts";
import type { Round, RunSpec } from "../../machines/domain/index.ts";
import type { Perform } from "../actor/host.ts";
import { dropLease, grantLease, type LeaseWatch } from "../run/lease.ts";
import type { SlotWatch } from "../run/slots.ts";
import { finalPictures } from "./final.ts";

/** Seconds to wait for a slot to come up (a cold Blender with its self-test). */
const slotWait = 90;

/** Effects of the supervisor role: grant the scene's lease, make the final pictures, give the lease back. */
export function supervisorEffects(spec: RunSpec, leases: LeaseWatch, slots: SlotWatch): Perform {
  const ending = new AbortController();
  const granting = new Set<Promise<unknown>>();
  return async (effect, host) => {
    switch (effect.kind) {
      case "lease": {
        const avoid = effect.input.avoid as string | null;
        const request = { run: spec.run, engine: spec.engine, avoid, waitSeconds: slotWait };
        const signal = AbortSignal.any([host.signal, ending.signal]);
        const granted = grantLease(host.options.bus, slots, request, signal);
        granting.add(granted);
        return { lease: await granted.finally(() => granting.delete(granted)) };
      }
      case "release": {
        // A grant still under way (the slot was lost at the very end) would bring the lease back.
        ending.abort();
        await Promise.allSettled(granting);
        await dropLease(host.options.bus, spec.run, host.signal);
        return {};
      }
      case "final": {
        const ended = effect.input as { best: Round; start: Round | null; contenders: Round[] };
        return await finalPictures(host, spec, leases, ended);
      }
      default:
        throw new VigaError("internal", `a supervisor cannot ${effect.kind}`);
    }
  };
}
