import { evaluatorFor } from "../../evaluators/index.ts";
import {
  type DrawingNoise,
  exactDrawing,
  type Measures,
  noiseAt,
  type Quality,
  type RunSpec,
  type State,
} from "../../machines/domain/index.ts";
import type { ActorHost } from "../actor/host.ts";

/**
 * Measures of one state by the run's evaluator, for rounds and for the final pictures alike; null when it failed.
 *
 * @param noise what drawing at the state's quality is known to scatter by; null where it is not known
 */
export async function measureState(
  host: ActorHost,
  spec: RunSpec,
  state: State,
  noise: DrawingNoise | null,
): Promise<Measures | null> {
  if (!state.ok) return null;
  const evaluator = await evaluatorFor(spec.measurement.evaluator);
  const measures = await evaluator.measure(state, spec.task, (ref) => host.options.store.get(ref));
  return measures && { ...measures, ...noiseAt(noise ?? exactDrawing, measures.loss) };
}

/** What measures say of the noise they were drawn with. */
export const noiseOf = ({ loss, noise, floor = 0 }: Measures): DrawingNoise => ({ loss, spread: noise, floor });

/** Samples for each pixel, of engines whose quality has any; 1 where it has none. */
export const samplesOf = ({ samples }: Quality): number => (typeof samples === "number" ? samples : 1);
