import { setup } from "xstate";
import { controlled } from "./control.ts";
import type { ErrorData } from "./domain/index.ts";
import { type Effect, effectActions, perform, record, send } from "./effects.ts";
import { type Step, stepFor } from "./step.ts";
import type { SupervisorContext, SupervisorEvent } from "./supervisor-state.ts";

/**
 * The supervisor of a run: has the scene leased to a slot, starts memory, moves the lease when the slot is lost, has
 * the final pictures made when memory stops, gives the lease back, and says how the run ended.
 */
const builder = setup({
  types: { context: {} as SupervisorContext, events: {} as SupervisorEvent },
  actions: effectActions,
});

const step = stepFor<SupervisorContext, SupervisorEvent, ReturnType<typeof builder.enqueueActions>>((collect) =>
  builder.enqueueActions(collect),
);

const maxRecoveries = 5;
const leaseKey = (count: number) => `lease/${count}`;

const askLease = (context: SupervisorContext, avoid: string | null): Step<SupervisorContext> => ({
  patch: { leases: context.leases + 1 },
  effects: [perform(leaseKey(context.leases + 1), "lease", { avoid })],
});

const isLease = (context: SupervisorContext, event: SupervisorEvent) =>
  (event.type === "effect.done" || event.type === "effect.failed") && event.key === leaseKey(context.leases);

const takeLease = (event: SupervisorEvent) =>
  (event.type === "effect.done" ? event.output.lease : null) as { slot: string; epoch: number } | null;

const releaseKey = "release";

/** The way to every end: the lease goes back first, so that whoever hears of the end finds the slot free. */
const release = (ending: NonNullable<SupervisorContext["ending"]>, before: Effect[] = []): Step<SupervisorContext> => ({
  patch: { ending },
  effects: [...before, perform(releaseKey, "release", {})],
});

/** A lease that could not be given back is said, and is no reason to withhold a run's end. */
const finish = step(({ ending, stopped }, event) => ({
  effects: [
    ...(event.type === "effect.failed" ? [record("failed", { error: event.error })] : []),
    record("run.finished", { best_t: stopped?.best?.t ?? null, ...ending, usage: stopped?.usage ?? null }),
  ],
}));

/** A failed player or role ends the run as failed, yet its best program is finished and kept all the same. */
const failureOf = (context: SupervisorContext): ErrorData | null => {
  if (context.failure) return context.failure;
  const stopped = context.stopped;
  if (stopped?.reason === "player_failed" || stopped?.reason === "failures") {
    return (
      stopped.error ?? { code: "program_error", message: "every program of the last rounds failed", retry: "never" }
    );
  }
  return null;
};

const control = step((_, event) => {
  if (event.type !== "control") return {};
  const { verb, data } = event;
  const to = controlled(verb, data);
  return { effects: [record("control", { ...data, verb, understood: to !== null }), ...(to ? [to] : [])] };
});

const fail = step((_, event) =>
  event.type === "role.failed" || event.type === "effect.failed"
    ? { patch: { failure: event.error }, effects: [send("memory", { type: "stop", error: event.error })] }
    : {},
);

const recover = step((context, event) => {
  const why = event.type === "slot.lost" ? event.why : "its engine did not answer three times";
  const slot = event.type === "slot.lost" || event.type === "slot.failed" ? event.slot : "";
  const ask = askLease(context, slot);
  return {
    patch: { ...ask.patch, recoveries: context.recoveries + 1 },
    effects: [record("slot.lost", { slot, why }), ...(ask.effects ?? [])],
  };
});

const isOurSlot = ({ context, event }: { context: SupervisorContext; event: SupervisorEvent }) =>
  (event.type === "slot.failed" && event.slot === context.lease?.slot) ||
  (event.type === "slot.lost" && event.slot === context.lease?.slot && event.epoch === context.lease.epoch);

const keepStopped = step((_, event) => {
  if (event.type !== "stopped") return {};
  const { reason, why, error, best, start, contenders, usage } = event;
  return { patch: { stopped: { reason, why, error, best, start, contenders, usage } } };
});

const makeFinal = step((context) => {
  const { best, start, contenders } = context.stopped ?? {};
  return best ? { effects: [perform("final", "final", { best, start, contenders })] } : {};
});

const granted = step((_, event) => ({
  patch: { lease: takeLease(event) },
  effects: [record("lease.granted", { ...takeLease(event) })],
}));

const outOfSlots = step(() => {
  const message = `the run lost its slot ${maxRecoveries} times`;
  const error: ErrorData = { code: "slot_unavailable", message, retry: "never" };
  return release({ status: "failed", reason: "slot_lost", error });
});

const ended = (withPictures: boolean) =>
  step((context, event) => {
    const failed = event.type === "effect.failed" ? event.error : failureOf(context);
    const reason = context.stopped?.reason ?? "failed";
    const final = withPictures && event.type === "effect.done" ? event.output : null;
    const best = final?.best as { t: number } | undefined;
    const made = final === null ? [] : [record("final", final)];
    const status = failed ? "failed" : "done";
    return release({ status, reason, error: failed, ...(best && { best_t: best.t }) }, made);
  });

export const supervisorMachine = builder.createMachine({
  id: "supervisor",
  context: {
    task: null,
    memory: null,
    facts: {},
    lease: null,
    leases: 0,
    recoveries: 0,
    stopped: null,
    failure: null,
    ending: null,
  },
  initial: "idle",
  on: {
    control: { actions: control },
    "role.restarted": {
      actions: step((_, event) =>
        event.type === "role.restarted"
          ? { effects: [record("role.restarted", { role: event.role, reason: event.reason })] }
          : {},
      ),
    },
    "role.failed": { actions: fail },
  },
  states: {
    idle: {
      on: {
        begin: {
          target: "starting",
          actions: step((context, event) => {
            if (event.type !== "begin") return {};
            const ask = askLease(context, null);
            return {
              patch: { task: event.task, memory: event.memory, facts: event.facts, ...ask.patch },
              effects: [record("run.started", { task: event.task, ...event.facts }), ...(ask.effects ?? [])],
            };
          }),
        },
      },
    },
    starting: {
      on: {
        "effect.done": {
          guard: ({ context, event }) => isLease(context, event),
          target: "running",
          actions: step((context, event) => ({
            patch: { lease: takeLease(event) },
            effects: [
              record("lease.granted", { ...takeLease(event) }),
              send("memory", { type: "start", task: context.task, options: context.memory }),
            ],
          })),
        },
        "effect.failed": {
          guard: ({ context, event }) => isLease(context, event),
          target: "releasing",
          actions: ended(false),
        },
      },
    },
    running: {
      on: {
        stopped: [
          { guard: worthFinishing, target: "finishing", actions: [keepStopped, makeFinal] },
          { target: "releasing", actions: [keepStopped, endedWithoutResult()] },
        ],
        "slot.lost": { guard: isOurSlot, target: "recovering", actions: recover },
        "slot.failed": { guard: isOurSlot, target: "recovering", actions: recover },
      },
    },
    recovering: {
      on: {
        stopped: { actions: keepStopped },
        "effect.done": [
          {
            // Memory stopped while the lease was moving: only the final pictures are left to make.
            guard: ({ context, event }) => isLease(context, event) && context.stopped !== null,
            target: "finishing",
            actions: [granted, makeFinal],
          },
          { guard: ({ context, event }) => isLease(context, event), target: "running", actions: granted },
        ],
        "effect.failed": {
          guard: ({ context, event }) => isLease(context, event),
          target: "releasing",
          actions: ended(false),
        },
      },
      always: { guard: ({ context }) => context.recoveries > maxRecoveries, target: "releasing", actions: outOfSlots },
    },
    finishing: {
      on: {
        "effect.done": { guard: ({ event }) => event.kind === "final", target: "releasing", actions: ended(true) },
        "effect.failed": {
          guard: ({ event }) => event.kind === "final",
          target: "releasing",
          actions: ended(false),
        },
        "slot.lost": {
          guard: isOurSlot,
          actions: step((context, event) => (event.type === "slot.lost" ? askLease(context, event.slot) : {})),
        },
      },
    },
    releasing: {
      on: {
        "effect.done": [
          { guard: hasReleased("done"), target: "done", actions: finish },
          { guard: hasReleased("failed"), target: "failed", actions: finish },
        ],
        "effect.failed": [
          { guard: hasReleased("done"), target: "done", actions: finish },
          { guard: hasReleased("failed"), target: "failed", actions: finish },
        ],
      },
    },
    done: {},
    failed: {},
  },
});

/** A run that failed with nothing but its start ends at once: there is no result to make pictures of. */
function worthFinishing({ context, event }: { context: SupervisorContext; event: SupervisorEvent }): boolean {
  if (event.type !== "stopped" || event.best === null) return false;
  const failed = context.failure !== null || event.reason === "player_failed" || event.reason === "failures";
  return !(failed && event.best.t === 0);
}

function hasReleased(status: "done" | "failed") {
  return ({ context, event }: { context: SupervisorContext; event: SupervisorEvent }) =>
    (event.type === "effect.done" || event.type === "effect.failed") &&
    event.key === releaseKey &&
    context.ending?.status === status;
}

function endedWithoutResult() {
  return step((context) => {
    const error = failureOf(context) ??
      context.stopped?.error ?? {
        code: "player_failed",
        message: "the run ended before any program rendered",
        retry: "never" as const,
      };
    return release({ status: "failed", reason: context.stopped?.reason ?? "failed", error });
  });
}
