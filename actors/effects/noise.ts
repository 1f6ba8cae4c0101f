import { toVigaError, VigaError } from "../../config/errors.ts";
import { evaluatorFor } from "../../evaluators/index.ts";
import {
  type DrawingNoise,
  exactDrawing,
  type Program,
  type RunSpec,
  type State,
} from "../../machines/domain/index.ts";
import type { ActorHost } from "../actor/host.ts";
import type { LeaseWatch } from "../run/lease.ts";
import { drawAgain } from "./draw-again.ts";

/** A seed of the renderer that is not the run's; the contract's largest is 2^31 - 1. */
const otherSeed = (seed: number): number => (seed + 1) % 2 ** 31;

/** A program that draws exactly (a black picture, a plain wall) says nothing of the next ones before this round. */
const exactFrom = 3;

/**
 * The noise of the run's previews: the round's first state that rendered is drawn once more with another seed. Null where
 * there is nothing to tell it from yet, or drawing again failed, which the tape says; the next round tries again.
 */
export async function measureNoise(
  host: ActorHost,
  spec: RunSpec,
  leases: LeaseWatch,
  key: string,
  round: { programs: readonly Program[]; states: readonly State[] },
): Promise<DrawingNoise | null> {
  const evaluator = await evaluatorFor(spec.measurement.evaluator);
  if (evaluator.noise === undefined) return exactDrawing;
  const first = round.states.find((state) => state.ok);
  const program = round.programs.find(({ candidate }) => candidate === first?.candidate);
  if (first === undefined || program === undefined || spec.task.targets.length === 0) return null;
  try {
    const options = { key: `${key}/again`, quality: spec.render.preview, renderSeed: otherSeed(spec.seed) };
    const again = await drawAgain(host, spec, leases, program, options);
    const noise = await evaluator.noise(first, again, spec.task, (ref) => host.options.store.get(ref));
    return noise?.floor === 0 && first.t < exactFrom ? null : noise;
  } catch (thrown) {
    if (host.signal.aborted) throw thrown;
    const { code, message } = toVigaError(thrown);
    const error = new VigaError(code, `the renderer's noise could not be measured: ${message}`).toData();
    await host.note("failed", { t: first.t, error }, `${key}/noise`);
    return null;
  }
}
