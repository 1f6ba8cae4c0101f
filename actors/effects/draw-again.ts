import { VigaError } from "../../config/errors.ts";
import type { Program, Quality, RunSpec, State } from "../../machines/domain/index.ts";
import type { ActorHost } from "../actor/host.ts";
import { runJob } from "../run/jobs.ts";
import type { LeaseWatch } from "../run/lease.ts";
import { answerSeconds, stateOf } from "./executor.ts";

/**
 * Draws a program that has been drawn before once more, beside the run's live scene.
 *
 * @param options.key unique and stable within the actor
 * @param options.renderSeed another seed of the renderer's sampling
 * @throws VigaError engine_failed when it does not render this time
 */
export async function drawAgain(
  host: ActorHost,
  spec: RunSpec,
  leases: LeaseWatch,
  program: Program,
  options: { key: string; quality: Quality; renderSeed?: number },
): Promise<State> {
  const { key, quality, renderSeed } = options;
  const { t, candidate, code } = program;
  const answer = await runJob(
    { bus: host.options.bus, host, leases, engine: spec.engine },
    { op: "run", t, candidate, code, quality, keep: false, ...(renderSeed === undefined ? {} : { renderSeed }) },
    { key, seconds: answerSeconds(spec), again: 1 },
  );
  const state = stateOf(program, answer);
  if (state.ok) return state;
  throw new VigaError("engine_failed", `round ${t} could not be drawn again: ${state.error?.message ?? "no picture"}`);
}
