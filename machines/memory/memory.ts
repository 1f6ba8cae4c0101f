import { setup } from "xstate";
import { type ErrorData, noUsage, type Program, type Round, sumUsage, type Usage } from "../domain/index.ts";
import { type Effect, effectActions, record, send } from "../effects.ts";
import { type Step, stepFor } from "../step.ts";
import type { MemoryContext, MemoryEvent, RoundBody } from "./state.ts";
import { bestOf, lossOf, type StopReason, stopReason } from "./stopping.ts";
import { makeContext, trimmed } from "./window.ts";

/** Memory: keeps every round, knows the best, decides what the generator sees and whether the run goes on. */
const builder = setup({
  types: { context: {} as MemoryContext, events: {} as MemoryEvent },
  actions: effectActions,
});

const step = stepFor<MemoryContext, MemoryEvent, ReturnType<typeof builder.enqueueActions>>((collect) =>
  builder.enqueueActions(collect),
);

const maxJudgeFailures = 3;

function addUsage(total: Usage, more: RoundBody["usage"]): Usage {
  return [more ?? []].flat().reduce<Usage>((sum, item) => sumUsage(sum, item), total);
}

/** Asks the generator for the next program, or the executor for the start state when there is a start program. */
function askFor(context: MemoryContext): Effect[] {
  const { task, options, t } = context;
  if (!task || !options) return [];
  if (t === 0 && task.start !== null) {
    const start: Program = { t: 0, candidate: 0, thought: "The start program.", code_diff: "", code: task.start };
    return [send("executor", { type: "program", t: 0, programs: [start] })];
  }
  const next = makeContext({
    t: Math.max(1, t),
    task,
    rounds: context.rounds,
    window: options.window,
    plan: context.plan,
    analysis: context.analysis,
    candidates: options.candidates,
  });
  return [
    record("context", { t: next.t, from: next.from?.t ?? null, note: next.note }),
    send("generator", { type: "context", context: next }),
  ];
}

/** Why the last program did not render, for a run that ends without a picture. */
function lastFailure(rounds: readonly Round[]): ErrorData | null {
  const error = rounds.at(-1)?.state?.error;
  if (!error) return null;
  const message = error.kind === "engine" ? error.message : `no program rendered; the last failed: ${error.message}`;
  const code = error.kind === "engine" ? "engine_failed" : "program_error";
  return { code, message, retry: "never", ...(error.hint === undefined ? {} : { hint: error.hint }) };
}

function minutesSince(startedAt: string, at: string | undefined): number {
  return at === undefined || startedAt === "" ? 0 : (Date.parse(at) - Date.parse(startedAt)) / 60_000;
}

/** Adds a round, decides, and asks for the next one unless paused or stopped. */
function addRound(
  context: MemoryContext,
  event: MemoryEvent,
  round: Round,
  patch: Partial<MemoryContext>,
): Step<MemoryContext> {
  const options = context.options;
  if (!options) return {};
  const rounds = trimmed([...context.rounds, round], options.window);
  const best = bestOf(rounds);
  const usage = addUsage(context.usage, "usage" in event ? event.usage : undefined);
  const plan = "plan" in event && event.plan !== undefined ? event.plan : context.plan;
  const judgeFailed = (patch.judgeFailures ?? 0) >= maxJudgeFailures;
  const reason = judgeFailed
    ? "player_failed"
    : stopReason(rounds, options.stop, {
        usage,
        minutes: minutesSince(context.startedAt, event.at),
        noise: context.noise,
      });
  const next: MemoryContext = { ...context, ...patch, rounds, usage, plan, reason, t: round.t + 1 };
  const done = record("round", {
    round,
    best_t: best?.t ?? null,
    loss: lossOf(round),
    best_loss: best ? lossOf(best) : null,
    usage,
  });
  const effects = reason === null && !next.paused ? [done, ...askFor(next)] : [done];
  return { patch: next, effects };
}

const takeFeedback = step((context, event) => {
  if (event.type !== "feedback") return {};
  const { program, state, measures, feedback, error } = event;
  const judgeFailures = feedback === null ? context.judgeFailures + 1 : 0;
  return addRound(
    context,
    event,
    { t: event.t, program, state, measures, feedback },
    { judgeFailures, error: error ?? null },
  );
});

const takeFailure = step((context, event) => {
  if (event.type !== "state.failed") return {};
  const [program, state] = [event.programs[0] ?? null, event.states[0]];
  if (!state) return {};
  return addRound(context, event, { t: event.t, program, state, measures: null, feedback: null }, {});
});

const begin = step((context) => ({ effects: askFor(context) }));
const stopWith = (reason: StopReason) =>
  step((context, event) => ({
    patch: {
      reason,
      usage: addUsage(context.usage, "usage" in event ? event.usage : undefined),
      error: "error" in event ? (event.error ?? null) : context.error,
    },
  }));

/** A message about the round under way; anything older was dealt with before. */
const isCurrent = ({ context, event }: { context: MemoryContext; event: MemoryEvent }) =>
  "t" in event && event.t === context.t;

export const memoryMachine = builder.createMachine({
  id: "memory",
  context: {
    options: null,
    task: null,
    t: 0,
    rounds: [],
    plan: null,
    analysis: null,
    usage: noUsage,
    noise: 0,
    startedAt: "",
    paused: false,
    reason: null,
    error: null,
    judgeFailures: 0,
  },
  initial: "waiting",
  states: {
    waiting: {
      on: {
        start: [
          {
            guard: ({ event }) => event.options.analyze,
            target: "analyzing",
            actions: step((_, event) =>
              event.type === "start"
                ? {
                    patch: {
                      task: event.task,
                      options: event.options,
                      startedAt: event.at ?? "",
                      t: event.task.start === null ? 1 : 0,
                    },
                    effects: [send("verifier", { type: "analyze", task: event.task })],
                  }
                : {},
            ),
          },
          {
            target: "deciding",
            actions: [
              step((_, event) =>
                event.type === "start"
                  ? {
                      patch: {
                        task: event.task,
                        options: event.options,
                        startedAt: event.at ?? "",
                        t: event.task.start === null ? 1 : 0,
                      },
                    }
                  : {},
              ),
              begin,
            ],
          },
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
      always: { guard: ({ context }) => context.reason !== null, target: "stopped" },
      on: {
        feedback: { guard: isCurrent, actions: takeFeedback },
        "state.failed": { guard: isCurrent, actions: takeFailure },
        "generator.end": { guard: isCurrent, actions: stopWith("end_process") },
        "generator.failed": { guard: isCurrent, actions: stopWith("player_failed") },
        stop: { actions: stopWith("stopped") },
        pause: { actions: step(() => ({ patch: { paused: true }, effects: [record("paused", {})] })) },
        resume: {
          guard: ({ context }) => context.paused,
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
      },
    },
    stopped: {
      entry: step((context) => {
        const best = bestOf(context.rounds);
        const start = context.rounds.find((round) => round.t === 0) ?? null;
        const body = {
          reason: context.reason,
          error: context.error ?? (best === null ? lastFailure(context.rounds) : null),
          best_t: best?.t ?? null,
          rounds: context.rounds.length,
          usage: context.usage,
        };
        return {
          effects: [
            record("stopped", body),
            send("generator", { type: "stop" }),
            send("supervisor", { type: "stopped", ...body, best, start }),
          ],
        };
      }),
    },
  },
});
