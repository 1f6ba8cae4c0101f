import { setup } from "xstate";
import { type ErrorData, noUsage, type Round } from "../domain/index.ts";
import { effectActions, record, send } from "../effects.ts";
import { stepFor } from "../step.ts";
import { contendersOf } from "./comparing.ts";
import { addRound, addUsage, askFor, isComparison, settleComparison } from "./deciding.ts";
import { bestOf, noProgress } from "./progress.ts";
import { firstStage } from "./staging.ts";
import type { MemoryContext, MemoryEvent, StopReason } from "./state.ts";
import type { Stop } from "./stopping.ts";

/** Memory: keeps every round, knows the best, decides what the generator sees and whether the run goes on. */
const builder = setup({
  types: { context: {} as MemoryContext, events: {} as MemoryEvent },
  actions: effectActions,
});

const step = stepFor<MemoryContext, MemoryEvent, ReturnType<typeof builder.enqueueActions>>((collect) =>
  builder.enqueueActions(collect),
);

/** Why the last program did not render, for a run that ends without a picture. */
function lastFailure(rounds: readonly Round[]): ErrorData | null {
  const error = rounds.at(-1)?.state?.error;
  if (!error) return null;
  const message = error.kind === "engine" ? error.message : `no program rendered; the last failed: ${error.message}`;
  const code = error.kind === "engine" ? "engine_failed" : "program_error";
  return { code, message, retry: "never", ...(error.hint === undefined ? {} : { hint: error.hint }) };
}

const takeFeedback = step((context, event) => {
  if (event.type !== "feedback") return {};
  const { t, program, state, measures, feedback, error } = event;
  const failures = feedback === null ? context.judgeFailures + 1 : 0;
  return addRound(context, event, { t, program, state, measures, feedback }, { failures, error: error ?? null });
});

const takeFailure = step((context, event) => {
  if (event.type !== "state.failed") return {};
  const [program, state] = [event.programs[0] ?? null, event.states[0]];
  if (!state) return {};
  const { judgeFailures: failures, error } = context;
  return addRound(context, event, { t: event.t, program, state, measures: null, feedback: null }, { failures, error });
});

/** What whoever ended the run said of it. */
function wordsOf(event: MemoryEvent): string {
  if (event.type === "generator.end") return event.reason;
  if ("error" in event && event.error) return event.error.message;
  return event.type === "stop" ? "somebody asked for it" : "";
}

const takeStart = step((_, event) =>
  event.type === "start"
    ? {
        patch: {
          task: event.task,
          options: event.options,
          startedAt: event.at ?? "",
          t: event.task.start === null ? 1 : 0,
          stage: firstStage(event.options),
        },
        effects: event.options.analyze ? [send("verifier", { type: "analyze", task: event.task })] : [],
      }
    : {},
);

const begin = step((context) => ({ effects: askFor(context) }));
const stopWith = (reason: StopReason) =>
  step((context, event) => ({
    patch: {
      reason,
      why: wordsOf(event),
      usage: addUsage(context.usage, "usage" in event ? event.usage : undefined),
      error: "error" in event ? (event.error ?? null) : context.error,
    },
  }));

/** A stop that does not wait for more samples: the round under comparison is decided by what is known. */
const stopComparing = step((context, event) => {
  if (event.type !== "stop") return {};
  const stop: Stop = { reason: "stopped", why: wordsOf(event) };
  const { patch, effects = [] } = settleComparison(context, event, stop);
  return { patch: { ...patch, error: event.error ?? null }, effects };
});

/** A message about the round under way; anything older was dealt with before. */
const isCurrent = ({ context, event }: { context: MemoryContext; event: MemoryEvent }) =>
  "t" in event && event.t === context.t;

/** What may come at any time while a run goes on. */
const controls = {
  pause: { actions: step(() => ({ patch: { paused: true }, effects: [record("paused", {})] })) },
  resume: {
    guard: ({ context }: { context: MemoryContext }) => context.paused,
    actions: step((context) => {
      const next = { ...context, paused: false };
      // Ask again only when the round before has come back: otherwise the answer is still on its way.
      const waiting = context.t > 0 && context.rounds.at(-1)?.t === context.t - 1;
      return { patch: { paused: false }, effects: [record("resumed", {}), ...(waiting ? askFor(next) : [])] };
    }),
  },
  retune: {
    actions: step((context, event) => {
      if (event.type !== "retune" || !context.options) return {};
      const options = {
        ...context.options,
        ...(event.candidates === undefined ? {} : { candidates: event.candidates }),
        stop: { ...context.options.stop, ...event.stop },
      };
      return { patch: { options }, effects: [record("retuned", { options })] };
    }),
  },
};

export const memoryMachine = builder.createMachine({
  id: "memory",
  context: {
    options: null,
    task: null,
    t: 0,
    rounds: [],
    best: null,
    progress: noProgress,
    stage: null,
    comparing: null,
    plan: null,
    analysis: null,
    usage: noUsage,
    noise: 0,
    startedAt: "",
    paused: false,
    reason: null,
    why: "",
    error: null,
    judgeFailures: 0,
  },
  initial: "waiting",
  states: {
    waiting: {
      on: {
        start: [
          { guard: ({ event }) => event.options.analyze, target: "analyzing", actions: takeStart },
          { target: "deciding", actions: [takeStart, begin] },
        ],
      },
    },
    analyzing: {
      on: {
        analysis: {
          target: "deciding",
          actions: [
            step((context, event) =>
              event.type === "analysis"
                ? {
                    patch: {
                      analysis: event.text === "" ? null : event.text,
                      noise: event.noise ?? 0,
                      usage: addUsage(context.usage, event.usage),
                    },
                  }
                : {},
            ),
            begin,
          ],
        },
        "verifier.failed": { target: "stopped", actions: stopWith("player_failed") },
        stop: { target: "stopped", actions: stopWith("stopped") },
      },
    },
    /** Waiting for the round under way; every round that comes back is decided at once: continue or stop. */
    deciding: {
      always: [
        { guard: ({ context }) => context.reason !== null, target: "stopped" },
        { guard: ({ context }) => context.comparing !== null, target: "comparing" },
      ],
      on: {
        feedback: { guard: isCurrent, actions: takeFeedback },
        "state.failed": { guard: isCurrent, actions: takeFailure },
        "generator.end": { guard: isCurrent, actions: stopWith("end_process") },
        "generator.failed": { guard: isCurrent, actions: stopWith("player_failed") },
        stop: { actions: stopWith("stopped") },
        ...controls,
      },
    },
    /** The last round and the best differ by less than their noise: both are drawn with more samples, then decided. */
    comparing: {
      always: { guard: ({ context }) => context.comparing === null, target: "deciding" },
      on: {
        "effect.done": {
          guard: ({ context, event }) => isComparison(context, event),
          actions: step((context, event) => settleComparison(context, event)),
        },
        "effect.failed": {
          guard: ({ context, event }) => isComparison(context, event),
          actions: step((context, event) => settleComparison(context, event)),
        },
        stop: { actions: stopComparing },
        ...controls,
      },
    },
    stopped: {
      entry: step((context) => {
        const { rounds, noise } = context;
        const best = bestOf(rounds, context.best);
        const start = rounds.find((round) => round.t === 0) ?? null;
        const contenders = best === null ? [] : contendersOf(rounds, best, noise).slice(1);
        const body = {
          reason: context.reason,
          why: context.why,
          error: context.error ?? (best === null ? lastFailure(rounds) : null),
          best_t: best?.t ?? null,
          rounds: rounds.length,
          usage: context.usage,
        };
        return {
          effects: [
            record("stopped", { ...body, contenders: contenders.map(({ t }) => t) }),
            send("generator", { type: "stop" }),
            send("supervisor", { type: "stopped", ...body, best, start, contenders }),
          ],
        };
      }),
    },
  },
});
