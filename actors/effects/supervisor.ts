import { VigaError } from "../../config/errors.ts";
import type { Measures, Program, Round, RunSpec, State } from "../../machines/domain/index.ts";
import type { ActorHost, Perform } from "../actor/host.ts";
import { runJob } from "../run/jobs.ts";
import { dropLease, grantLease, type LeaseWatch } from "../run/lease.ts";
import type { SlotWatch } from "../run/slots.ts";
import { stateOf } from "./executor.ts";
import { measureState } from "./measure.ts";

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
        const { best, start } = effect.input as { best: Round; start: Round | null };
        const finalBest = await finalState(host, spec, leases, best, "best");
        const same = start !== null && start.t === best.t;
        const finalStart = start?.state.ok && !same ? await finalState(host, spec, leases, start, "start") : null;
        return { best: finalBest, start: same ? finalBest : finalStart };
      }
      default:
        throw new VigaError("internal", `a supervisor cannot ${effect.kind}`);
    }
  };
}

/** Final pictures have eight times a program's time, and half an hour for a queue of other runs (seconds). */
const finalFactor = 8;
const finalSlack = 1800;

export interface FinalState {
  t: number;
  state: State;
  measures: Measures | null;
  /** The saved .blend (or deck, page), for the best. */
  saved: string | null;
}

/** Renders a round's program once more, at final quality. */
async function finalState(
  host: ActorHost,
  spec: RunSpec,
  leases: LeaseWatch,
  round: Round,
  which: "best" | "start",
): Promise<FinalState> {
  const program: Program | null = round.program;
  if (!program) throw new VigaError("internal", `round ${round.t} has no program`);
  const save = which === "best" ? spec.output : undefined;
  const answer = await runJob(
    { bus: host.options.bus, host, leases, engine: spec.engine },
    {
      op: "run",
      t: program.t,
      candidate: program.candidate,
      code: program.code,
      quality: spec.render.final,
      keep: false,
      ...(save === undefined ? {} : { save }),
    },
    { key: `final/${which}`, seconds: spec.limits.seconds * finalFactor + finalSlack, again: 2 },
  );
  const state = stateOf(program, answer);
  if (!state.ok) {
    throw new VigaError(
      "engine_failed",
      `the final render of round ${round.t} failed: ${state.error?.message ?? "no picture"}`,
      {
        hint: "lower render.final in the configuration, or raise limits.seconds",
      },
    );
  }
  const measures = await measureState(host, spec, state);
  return { t: round.t, state, measures, saved: save === undefined ? null : (answer.files[save] ?? null) };
}
