import { evaluatorFor } from "../../evaluators/index.ts";
import type { Measures, RunSpec, State } from "../../machines/domain/index.ts";
import type { ActorHost } from "../actor/host.ts";

/** Measures of one state by the run's evaluator, for rounds and for the final pictures alike; null when it failed. */
export async function measureState(host: ActorHost, spec: RunSpec, state: State): Promise<Measures | null> {
  if (!state.ok) return null;
  const evaluator = await evaluatorFor(spec.measurement.evaluator);
  return evaluator.measure(state, spec.task, (ref) => host.options.store.get(ref));
}
