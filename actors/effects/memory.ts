import { VigaError } from "../../config/errors.ts";
import type { RunSpec } from "../../machines/domain/index.ts";
import type { CompareInput, CompareOutput } from "../../machines/memory/state.ts";
import type { Perform } from "../actor/host.ts";
import type { LeaseWatch } from "../run/lease.ts";
import { carefulQuality, drawCarefully } from "./careful.ts";
import { samplesOf } from "./measure.ts";

/** Effects of the memory role: `compare` draws rounds with more samples whose losses differ by less than their noise. */
export function memoryEffects(spec: RunSpec, leases: LeaseWatch): Perform {
  return async (effect, host) => {
    if (effect.kind !== "compare") throw new VigaError("internal", `memory cannot ${effect.kind}`);
    const { rounds } = effect.input as unknown as CompareInput;
    const quality = carefulQuality(spec.render.preview);
    if (quality === null) throw new VigaError("engine_failed", `${spec.engine} has no samples to draw more of`);
    const careful: CompareOutput["careful"] = [];
    for (const round of rounds) {
      careful.push(await drawCarefully(host, spec, leases, round, { key: `${effect.key}/${round.t}`, quality }));
    }
    return { samples: samplesOf(quality), careful } satisfies CompareOutput;
  };
}
