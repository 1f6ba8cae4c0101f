import { VigaError } from "../../config/errors.ts";
import type { Program, State } from "../../machines/domain/index.ts";
import type { ActorHost, Perform } from "../actor/host.ts";
import { type JobAnswer, runJob } from "../run/jobs.ts";
import { type LeaseWatch, type SlotWatch, slotTimeout } from "../run/lease.ts";
import type { RunSpec } from "../run/run-spec.ts";

/** Log of a state on the bus; the whole tail lies with the artifacts. */
const logOnBus = 4000;

/** Effects of the executor role: `execute` runs one candidate on a slot and makes a state of the answer. */
export function executorEffects(spec: RunSpec, leases: LeaseWatch, slots: SlotWatch): Perform {
  return async (effect, host) => {
    if (effect.kind !== "execute") throw new VigaError("internal", `an executor cannot ${effect.kind}`);
    const program = effect.input.program as Program;
    const answer = await runJob(
      { bus: host.options.bus, host, leases, engine: spec.engine },
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
        seconds: spec.seconds * 4 + 120,
        // The first candidate runs where the scene lives, the others wherever a slot is free.
        spread: (held) => {
          const ready = slots
            .alive(slotTimeout)
            .map((entry) => entry.slot)
            .sort();
          const others = [held.slot, ...ready.filter((slot) => slot !== held.slot)];
          return others[program.candidate % others.length] ?? held.slot;
        },
      },
    );
    return { state: await stateOf(host, program, answer) };
  };
}

/** Turns a slot's answer to a `run` into a state. */
export async function stateOf(_host: ActorHost, program: Program, answer: JobAnswer): Promise<State> {
  const reply = answer.reply as unknown as {
    ok: boolean;
    renders: { name: string }[];
    log: string;
    error?: State["error"];
    seconds: State["seconds"];
  };
  const scene = answer.files["scene.json"];
  const renders = reply.renders.flatMap(({ name }) => {
    const image = answer.files[name];
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
    slot: answer.slot,
    epoch: answer.epoch,
    seconds: reply.seconds,
  };
}
