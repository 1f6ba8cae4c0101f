import { VigaError } from "../../config/errors.ts";
import type { Program, Quality, RunSpec, State } from "../../machines/domain/index.ts";
import type { ActorHost } from "../actor/host.ts";
import { runJob } from "../run/jobs.ts";
import type { LeaseWatch } from "../run/lease.ts";
import { answerSeconds, stateOf } from "./executor.ts";

/** How a program is drawn that has been drawn before: beside the run's live scene, which stays as it is. */
export interface Redraw {
  /** Unique and stable within the actor. */
  key: string;
  quality: Quality;
  /** Longest wait for the answer, in seconds. */
  seconds: number;
  /** How often the job is tried again when its slot is lost. */
  again: number;
  /** Another seed of the renderer's sampling. */
  renderSeed?: number;
  /** File that the state is saved as. */
  save?: string;
}

/** A program's state when it is drawn once more, failed or not, and the artifacts of the files it saved. */
export async function redraw(
  host: ActorHost,
  spec: RunSpec,
  leases: LeaseWatch,
  program: Program,
  { key, seconds, again, ...how }: Redraw,
): Promise<{ state: State; files: Record<string, string> }> {
  const { t, candidate, code } = program;
  const answer = await runJob(
    { bus: host.options.bus, host, leases, engine: spec.engine },
    { op: "run", t, candidate, code, keep: false, ...how },
    { key, seconds, again },
  );
  return { state: stateOf(program, answer), files: answer.files };
}

/**
 * Draws a program once more within a round's time.
 *
 * @throws VigaError engine_failed when it does not render this time
 */
export async function drawAgain(
  host: ActorHost,
  spec: RunSpec,
  leases: LeaseWatch,
  program: Program,
  options: Pick<Redraw, "key" | "quality" | "renderSeed">,
): Promise<State> {
  const { state } = await redraw(host, spec, leases, program, { ...options, seconds: answerSeconds(spec), again: 1 });
  if (state.ok) return state;
  const why = state.error?.message ?? "no picture";
  throw new VigaError("engine_failed", `round ${program.t} could not be drawn again: ${why}`);
}
