import { toVigaError, VigaError } from "../../config/errors.ts";
import { type Measures, noiseWith, type Quality, type Round, type RunSpec } from "../../machines/domain/index.ts";
import type { CompareOutput } from "../../machines/memory/state.ts";
import type { ActorHost } from "../actor/host.ts";
import type { LeaseWatch } from "../run/lease.ts";
import { drawAgain } from "./draw-again.ts";
import { measureState, noiseOf, samplesOf } from "./measure.ts";

/** A careful picture has so many times the preview's samples, */
const more = 4;
/** and at most so many, unless the preview itself has them. */
const most = 64;

export const carefulSamples = (samples: number): number =>
  samples < most ? Math.min(more * samples, most) : 2 * samples;

/** The preview with more samples; null where the engine's quality has none. */
export function carefulQuality(preview: Quality): Quality | null {
  const { samples } = preview;
  return typeof samples === "number" ? { ...preview, samples: carefulSamples(samples) } : null;
}

/** One round's careful measures; a program that does not render this time is no reason to lose the others'. */
export async function drawCarefully(
  host: ActorHost,
  spec: RunSpec,
  leases: LeaseWatch,
  { t, program, measures }: Pick<Round, "t" | "program" | "measures">,
  options: { key: string; quality: Quality },
): Promise<CompareOutput["careful"][number]> {
  if (program === null || measures === null) throw new VigaError("internal", `round ${t} cannot be drawn again`);
  try {
    const state = await drawAgain(host, spec, leases, program, options);
    const factor = samplesOf(options.quality) / samplesOf(spec.render.preview);
    const drawn = await measureState(host, spec, state, noiseWith(noiseOf(measures), factor));
    return { t, measures: drawn && { ...drawn, floor: floorBetween(measures, drawn, factor) } };
  } catch (thrown) {
    if (host.signal.aborted) throw thrown;
    return { t, measures: null, error: toVigaError(thrown).message };
  }
}

/**
 * What sampling still adds to the careful loss. Unlike the run's noise, which another program showed, this is the
 * program's own: of what was added to the preview's loss, all but one part in `factor` went away.
 */
function floorBetween(preview: Measures, careful: Measures, factor: number): number {
  return Math.min(careful.loss, Math.max(0, preview.loss - careful.loss) / (factor - 1));
}
