import { setup } from "xstate";
import { failedRun, type Program, type State } from "./domain/index.ts";
import { type Effect, type EffectOutcome, effectActions, perform, record, send } from "./effects.ts";
import { stepFor } from "./step.ts";

/**
 * The executor of a run, at home on the slot that holds the run's scene. Takes a round's candidate programs, has each
 * executed and rendered, and hands the states on: to the verifier when one rendered, else straight to memory. A job
 * that crashes is run once more; then it is a failed state.
 */
export interface ExecutorContext {
  slot: string;
  epoch: number;
  t: number;
  programs: Program[];
  /** By candidate; null while the job is under way. */
  states: (State | null)[];
  /** Per candidate, how often its job was started. */
  attempts: number[];
  /** Rides along to memory. */
  extra: Record<string, unknown>;
  /** Rounds in a row in which no engine answered. */
  engineFailures: number;
}

export type ExecutorEvent =
  | { type: "program"; t: number; programs: Program[]; plan?: string; usage?: Record<string, number> }
  | { type: "drain" }
  | EffectOutcome;

const builder = setup({
  types: { context: {} as ExecutorContext, events: {} as ExecutorEvent, input: {} as { slot: string; epoch: number } },
  actions: effectActions,
});

const step = stepFor<ExecutorContext, ExecutorEvent, ReturnType<typeof builder.enqueueActions>>((collect) =>
  builder.enqueueActions(collect),
);

const maxAttempts = 2;
const maxEngineFailures = 3;

const executeKey = (t: number, candidate: number, attempt: number) => `execute/${t}/${candidate}/${attempt}`;

function execute(context: { t: number }, program: Program, attempt: number): Effect {
  return perform(executeKey(context.t, program.candidate, attempt), "execute", { t: context.t, program, attempt });
}

const take = step((_, event) => {
  if (event.type !== "program") return {};
  const { t, programs, type: _type, ...extra } = event;
  return {
    patch: { t, programs, extra, states: programs.map(() => null), attempts: programs.map(() => 1) },
    effects: [
      record("executing", { t, candidates: programs.length }),
      ...programs.map((program) => execute({ t }, program, 1)),
    ],
  };
});

/** Index of the candidate whose running attempt this outcome ends, or -1. */
function candidateOf(context: ExecutorContext, event: ExecutorEvent): number {
  if (event.type !== "effect.done" && event.type !== "effect.failed") return -1;
  return context.programs.findIndex(
    (program, index) =>
      context.states[index] === null &&
      event.key === executeKey(context.t, program.candidate, context.attempts[index] ?? 0),
  );
}

function stateOf(context: ExecutorContext, index: number, event: ExecutorEvent): State {
  if (event.type === "effect.done") return event.output.state as State;
  const message = event.type === "effect.failed" ? event.error.message : "no outcome";
  const hint = event.type === "effect.failed" ? event.error.hint : undefined;
  return {
    t: context.t,
    candidate: context.programs[index]?.candidate ?? 0,
    ...failedRun({ kind: "engine", type: "EngineError", message, ...(hint === undefined ? {} : { hint }) }),
    slot: context.slot,
    epoch: context.epoch,
  };
}

const settle = step((context, event) => {
  const index = candidateOf(context, event);
  const programOf = context.programs[index];
  if (!programOf) return {};
  const state = stateOf(context, index, event);
  const broken = state.error?.kind === "crash" || state.error?.kind === "engine";
  const attempts = [...context.attempts];
  if (broken && (attempts[index] ?? 0) < maxAttempts) {
    attempts[index] = (attempts[index] ?? 0) + 1;
    return {
      patch: { attempts },
      effects: [
        record("job.retried", { t: context.t, candidate: programOf.candidate, error: state.error }),
        execute(context, programOf, attempts[index] ?? 0),
      ],
    };
  }
  const states = context.states.with(index, state);
  const effects: Effect[] = [record("state", { state })];
  if (!state.ok) effects.push(record("job.failed", { t: context.t, candidate: state.candidate, error: state.error }));
  if (!states.every((item) => item !== null)) return { patch: { states }, effects };
  const body = { t: context.t, programs: context.programs, states, ...context.extra };
  const anyOk = states.some((item) => item.ok);
  effects.push(send(anyOk ? "verifier" : "memory", { type: anyOk ? "state" : "state.failed", ...body }));
  const engineFailures = states.every((item) => item.error?.kind === "engine") ? context.engineFailures + 1 : 0;
  if (engineFailures === maxEngineFailures)
    effects.push(send("supervisor", { type: "slot.failed", slot: context.slot }));
  return { patch: { states, engineFailures }, effects };
});

export const executorMachine = builder.createMachine({
  id: "executor",
  context: ({ input }) => ({
    slot: input.slot,
    epoch: input.epoch,
    t: -1,
    programs: [],
    states: [],
    attempts: [],
    extra: {},
    engineFailures: 0,
  }),
  initial: "ready",
  states: {
    ready: {
      always: { guard: ({ context }) => context.engineFailures >= maxEngineFailures, target: "quarantined" },
      on: {
        program: { guard: ({ context, event }) => event.t > context.t, target: "running", actions: take },
        drain: "draining",
      },
    },
    running: {
      always: { guard: ({ context }) => context.states.every((item) => item !== null), target: "ready" },
      on: {
        "effect.done": { actions: settle },
        "effect.failed": { actions: settle },
        drain: "draining",
      },
    },
    /** Ends what it has, takes nothing new. */
    draining: { on: { "effect.done": { actions: settle }, "effect.failed": { actions: settle } } },
    /** The engine did not answer three times: the supervisor moves the run to another slot. */
    quarantined: {
      on: { program: { guard: ({ context, event }) => event.t > context.t, target: "running", actions: take } },
    },
  },
});
