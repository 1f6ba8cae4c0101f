import { toVigaError, VigaError } from "../../config/errors.ts";
import { type Measures, noiseWith, type Round, type RunSpec, type State } from "../../machines/domain/index.ts";
import type { ActorHost } from "../actor/host.ts";
import type { LeaseWatch } from "../run/lease.ts";
import { redraw } from "./draw-again.ts";
import { measureState, noiseOf, samplesOf } from "./measure.ts";
import { takeHome } from "./take-home.ts";

/** Final pictures have eight times a program's time, and half an hour for a queue of other runs (seconds). */
const finalFactor = 8;
const finalSlack = 1800;

/** A round at final quality. */
export interface FinalState {
  t: number;
  state: State;
  measures: Measures | null;
  /** The saved .blend (or deck, page), for the best. */
  saved: string | null;
}

/** A run's final pictures; `contenders`: the rounds that the best was chosen among, by their final losses. */
export interface FinalPictures extends Record<string, unknown> {
  best: FinalState;
  start: FinalState | null;
  contenders: { t: number; loss: number | null }[];
  /** Files for use elsewhere, by name. */
  extras: Record<string, string>;
}

/**
 * Draws the best round, and those that noise leaves equal to it, at final quality: the one with the lowest final loss is
 * the run's result. A contender that cannot be drawn so is told on the tape and is none.
 *
 * @throws VigaError engine_failed when none of them can be drawn
 */
export async function finalPictures(
  host: ActorHost,
  spec: RunSpec,
  leases: LeaseWatch,
  { best, start, contenders }: { best: Round; start: Round | null; contenders: readonly Round[] },
): Promise<FinalPictures> {
  const drawn: FinalState[] = [];
  const failures: VigaError[] = [];
  for (const round of [best, ...contenders]) {
    try {
      drawn.push(await finalState(host, spec, leases, round, spec.output));
    } catch (thrown) {
      if (host.signal.aborted || contenders.length === 0) throw thrown;
      const error = toVigaError(thrown);
      failures.push(error);
      await host.note("failed", { t: round.t, error: error.toData() }, `final/${round.t}/failed`);
    }
  }
  const [first] = drawn;
  if (first === undefined) throw failures[0] ?? new VigaError("internal", "no round to draw at final quality");
  const chosen = drawn.reduce((known, one) => (lossOf(one) < lossOf(known) ? one : known), first);
  const code = [best, ...contenders].find(({ t }) => t === chosen.t)?.program?.code;
  const known = drawn.find(({ t }) => t === start?.t);
  return {
    best: chosen,
    start: known ?? (start?.state.ok ? await finalState(host, spec, leases, start) : null),
    contenders: drawn.map(({ t, measures }) => ({ t, loss: measures?.loss ?? null })),
    extras: code === undefined ? {} : await takeHome(host, spec, leases, { t: chosen.t, code }),
  };
}

const lossOf = ({ measures }: FinalState): number => measures?.loss ?? Number.POSITIVE_INFINITY;

/** Renders a round's program once more, at final quality. */
async function finalState(
  host: ActorHost,
  spec: RunSpec,
  leases: LeaseWatch,
  round: Round,
  save?: string,
): Promise<FinalState> {
  const { program } = round;
  if (!program) throw new VigaError("internal", `round ${round.t} has no program`);
  const { state, files } = await redraw(host, spec, leases, program, {
    key: `final/${round.t}`,
    quality: spec.render.final,
    seconds: spec.limits.seconds * finalFactor + finalSlack,
    again: 2,
    ...(save === undefined ? {} : { save }),
  });
  if (!state.ok) {
    throw new VigaError(
      "engine_failed",
      `the final render of round ${round.t} failed: ${state.error?.message ?? "no picture"}`,
      { hint: "lower render.final in the configuration, or raise limits.seconds" },
    );
  }
  const measures = await measureState(host, spec, state, round.measures && finalNoise(round.measures, spec));
  return { t: round.t, state, measures, saved: save === undefined ? null : (files[save] ?? null) };
}

function finalNoise(measures: Measures, { render: { preview, final } }: RunSpec) {
  return noiseWith(noiseOf(measures), samplesOf(final) / samplesOf(preview), (final.px / preview.px) ** 2);
}
