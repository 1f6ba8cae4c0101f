import { setup } from "xstate";
import type { DrawingNoise, Feedback, Measures, Program, Round, State, Task } from "./domain/index.ts";
import { type EffectOutcome, effectActions, perform, record, send } from "./effects.ts";
import { stepFor } from "./step.ts";

/** The verifier: measures a round's states, chooses the best candidate, has its player judge it, reports to memory. */
export interface VerifierContext {
  t: number;
  programs: Program[];
  states: State[];
  chosen: number;
  measures: (Measures | null)[];
  /** How many of the rounds it judged it keeps, and those rounds, oldest first. */
  remember: number;
  judged: Round[];
  /** What the start program draws, once it has been drawn. */
  start: State | null;
  /** The generator's plan, as it came last. */
  plan: string | null;
  extra: Record<string, unknown>;
  /** The target as described before round 1, if asked. */
  analysis: string | null;
  /** How the run's previews scatter; null until the first one is drawn twice. */
  noise: DrawingNoise | null;
}

export type VerifierEvent =
  | { type: "state"; t: number; programs: Program[]; states: State[]; plan?: string; usage?: Record<string, number> }
  | { type: "analyze"; task: Task }
  | EffectOutcome;

const builder = setup({
  types: {
    context: {} as VerifierContext,
    events: {} as VerifierEvent,
    input: {} as Pick<VerifierContext, "remember">,
  },
  actions: effectActions,
});

const step = stepFor<VerifierContext, VerifierEvent, ReturnType<typeof builder.enqueueActions>>((collect) =>
  builder.enqueueActions(collect),
);

const answers = (event: VerifierEvent, key: string) =>
  (event.type === "effect.done" || event.type === "effect.failed") && event.key === key;

const takeState = step((context, event) => {
  if (event.type !== "state") return {};
  const { t, programs, states, type: _type, ...extra } = event;
  const plan = event.plan ?? context.plan;
  return {
    patch: { t, programs, states, extra, plan, chosen: 0, measures: [] },
    effects: [perform(`measure/${t}`, "measure", { t, programs, states, noise: context.noise })],
  };
});

/** Usage of the generator, of choosing and of judging travels to memory together. */
function withUsage(extra: Record<string, unknown>, more: unknown): Record<string, unknown> {
  const usage = [extra.usage, more].flat().filter((item) => item !== undefined);
  return { ...extra, usage };
}

const takeMeasures = step((context, event) => {
  if (event.type !== "effect.done") return {};
  const measures = event.output.measures as (Measures | null)[];
  const chosen = event.output.chosen as number;
  return {
    patch: {
      measures,
      chosen,
      noise: (event.output.noise as DrawingNoise | null) ?? null,
      extra: withUsage(context.extra, event.output.usage),
    },
    effects: [
      record("measured", { t: context.t, chosen, measures }),
      perform(`judge/${context.t}`, "judge", {
        t: context.t,
        program: context.programs[chosen],
        state: context.states[chosen],
        measures: measures[chosen] ?? null,
        judged: context.judged,
        start: context.start,
        plan: context.plan,
        analysis: context.analysis,
        ...(context.extra.stage === undefined ? {} : { stage: context.extra.stage }),
      }),
    ],
  };
});

/** The judged rounds with one more. Logs, long accounts and older diffs are left out, so that snapshots stay small. */
function remembered(judged: readonly Round[], { state, feedback, ...rest }: Round, most: number): Round[] {
  const older = judged.map(({ program, ...round }) => ({
    ...round,
    program: program && { ...program, code_diff: "" },
  }));
  const latest = { ...rest, state: { ...state, log: "" }, feedback: feedback && { ...feedback, thought: "" } };
  return [...older, latest].slice(-most);
}

/** Reports the round. Without a judgement (its player failed) the measures still count, and memory is told why. */
const report = step((context, event) => {
  const state = context.states[context.chosen];
  const program = context.programs[context.chosen];
  if (!state || !program) return {};
  const done = event.type === "effect.done" && event.kind === "judge" ? event.output : null;
  const feedback = (done?.feedback as Feedback | undefined) ?? null;
  const error = event.type === "effect.failed" ? event.error : null;
  const measures = context.measures[context.chosen] ?? null;
  const extra = withUsage(context.extra, event.type === "effect.failed" ? event.usage : done?.usage);
  const body = { t: context.t, candidate: state.candidate, state, measures, feedback };
  const round = { t: context.t, program, state, measures, feedback };
  return {
    patch: {
      judged: remembered(context.judged, round, context.remember),
      ...(context.t === 0 ? { start: { ...state, log: "" } } : {}),
    },
    effects: [
      error ? record("failed", { t: context.t, error }) : record("feedback", body),
      send("memory", { type: "feedback", ...body, program, error, ...extra }),
    ],
  };
});

export const verifierMachine = builder.createMachine({
  id: "verifier",
  context: ({ input }) => ({
    t: -1,
    programs: [],
    states: [],
    chosen: 0,
    measures: [],
    remember: input.remember,
    judged: [],
    start: null,
    plan: null,
    extra: {},
    analysis: null,
    noise: null,
  }),
  initial: "idle",
  states: {
    idle: {
      on: {
        state: { guard: ({ context, event }) => event.t > context.t, target: "looking", actions: takeState },
        analyze: {
          target: "analyzing",
          actions: step((_, event) =>
            event.type === "analyze" ? { effects: [perform("analyze", "analyze", { task: event.task })] } : {},
          ),
        },
      },
    },
    analyzing: {
      on: {
        "effect.done": {
          guard: ({ event }) => answers(event, "analyze"),
          target: "idle",
          actions: step((_, event) => {
            if (event.type !== "effect.done") return {};
            const text = event.output.text;
            return {
              patch: { analysis: typeof text === "string" && text !== "" ? text : null },
              effects: [record("analysis", event.output), send("memory", { ...event.output, type: "analysis" })],
            };
          }),
        },
        "effect.failed": {
          guard: ({ event }) => answers(event, "analyze"),
          target: "idle",
          actions: step((_, event) =>
            event.type === "effect.failed"
              ? {
                  effects: [
                    record("failed", { t: 0, error: event.error }),
                    send("memory", {
                      type: "verifier.failed",
                      error: event.error,
                      ...(event.usage === undefined ? {} : { usage: event.usage }),
                    }),
                  ],
                }
              : {},
          ),
        },
      },
    },
    looking: {
      on: {
        "effect.done": {
          guard: ({ context, event }) => answers(event, `measure/${context.t}`),
          target: "judging",
          actions: takeMeasures,
        },
        "effect.failed": {
          guard: ({ context, event }) => answers(event, `measure/${context.t}`),
          target: "idle",
          actions: report,
        },
      },
    },
    judging: {
      on: {
        "effect.done": {
          guard: ({ context, event }) => answers(event, `judge/${context.t}`),
          target: "idle",
          actions: report,
        },
        "effect.failed": {
          guard: ({ context, event }) => answers(event, `judge/${context.t}`),
          target: "idle",
          actions: report,
        },
      },
    },
  },
});
