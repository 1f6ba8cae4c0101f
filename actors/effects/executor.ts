import { runState } from "../../bridge/engines/contract.ts";
import { VigaError } from "../../config/errors.ts";
import type { Program, RunSpec, State } from "../../machines/domain/index.ts";
import type { Perform } from "../actor/host.ts";
import { type JobAnswer, runJob } from "../run/jobs.ts";
import type { LeaseWatch } from "../run/lease.ts";
import { type SlotWatch, slotTimeout } from "../run/slots.ts";

/** An answer may take longer than its program: pictures, a queue of other runs, an engine that starts again (seconds). */
const answerFactor = 4;
const answerSlack = 120;
export const answerSeconds = ({ limits }: RunSpec): number => limits.seconds * answerFactor + answerSlack;

/** Log of a state on the bus; the whole tail lies with the artifacts. */
const logOnBus = 4000;

/** Effects of the executor role: `execute` runs one candidate on a slot and makes a state of the answer. */
export function executorEffects(spec: RunSpec, leases: LeaseWatch, slots: SlotWatch): Perform {
  return async (effect, host) => {
    if (effect.kind !== "execute") throw new VigaError("internal", `an executor cannot ${effect.kind}`);
    const program = effect.input.program as Program;
    const answer = await runJob(
      { bus: host.options.bus, host, leases, slots, engine: spec.engine },
      {
        op: "run",
        t: program.t,
        candidate: program.candidate,
        code: program.code,
        quality: spec.render.preview,
        keep: true,
      },
      {
        key: effect.key,
        seconds: answerSeconds(spec),
        // The first candidate runs where the scene lives, the others wherever a slot is free.
        place: (held) => {
          const ready = slots
            .alive(slotTimeout)
            .map((entry) => entry.slot)
            .sort();
          const others = [held.slot, ...ready.filter((slot) => slot !== held.slot)];
          return others[program.candidate % others.length] ?? held.slot;
        },
      },
    );
    return { state: stateOf(program, answer) };
  };
}

/** Turns a slot's answer to a `run` into a state. Throws where the answer is none. */
export function stateOf(program: Program, answer: JobAnswer): State {
  const reply = runState.parse(answer.reply);
  const scene = answer.files["scene.json"];
  const renders = reply.renders.flatMap(({ name }) => {
    const image = answer.files[`${name}.png`];
    return image === undefined ? [] : [{ name, image }];
  });
  return {
    t: program.t,
    candidate: program.candidate,
    ok: reply.ok,
    renders,
    log: reply.log.slice(-logOnBus),
    ...(reply.error === undefined ? {} : { error: reply.error }),
    ...(scene === undefined ? {} : { scene }),
    ...((reply.checks?.length ?? 0) === 0 ? {} : { checks: reply.checks }),
    ...((reply.motion?.length ?? 0) === 0 ? {} : { motion: reply.motion }),
    slot: answer.slot,
    epoch: answer.epoch,
    seconds: reply.seconds,
  };
}
