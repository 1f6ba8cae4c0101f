import { setup } from "xstate";
import { whyApproval } from "./approval.ts";
import type { Approval, Context, Program, Usage } from "./domain/index.ts";
import { type Effect, type EffectFailed, type EffectOutcome, effectActions, perform, record, send } from "./effects.ts";
import { stepFor } from "./step.ts";

/** The generator: waits for a context M_t, has its player write p_t, asks for approval where configured, proposes it. */
export interface GeneratorContext {
  approve: Approval;
  /** The context being written on; null while idle. */
  current: Context | null;
  /** Programs that wait for approval. */
  waiting: Program[];
  /** The plan and the usage of the write that made them; both travel on with the programs. */
  extra: Extra;
}

interface Extra {
  plan?: string;
  usage?: Usage;
}

export type GeneratorEvent =
  | { type: "context"; context: Context }
  | { type: "approve"; t: number; ok: boolean; reason?: string }
  | { type: "stop" }
  | EffectOutcome;

/** Output of the `write` effect. */
export type WriteOutput =
  | { move: "programs"; programs: Program[]; plan?: string; usage: Usage }
  | { move: "end"; reason: string; usage: Usage };

const builder = setup({
  types: {
    context: {} as GeneratorContext,
    events: {} as GeneratorEvent,
    input: {} as Pick<GeneratorContext, "approve">,
  },
  actions: effectActions,
});

const step = stepFor<GeneratorContext, GeneratorEvent, ReturnType<typeof builder.enqueueActions>>((collect) =>
  builder.enqueueActions(collect),
);

const writeKey = (context: Context) => `write/${context.t}`;

/** True when `outcome` answers the write that is under way; an answer to an older one is ignored. */
const isCurrent = (context: GeneratorContext, event: GeneratorEvent) =>
  (event.type === "effect.done" || event.type === "effect.failed") &&
  context.current !== null &&
  event.key === writeKey(context.current);

const output = (event: GeneratorEvent) => (event.type === "effect.done" ? event.output : {}) as unknown as WriteOutput;

const needsApproval = (context: GeneratorContext) =>
  context.current !== null && whyApproval(context.approve, context.current) !== null;

/** The plan goes along every time: the round that made it may have failed before the verifier heard of it. */
function propose(context: GeneratorContext, programs: Program[], extra: Extra): Effect[] {
  const { t = 0, stage } = context.current ?? {};
  const plan = extra.plan ?? context.current?.plan ?? undefined;
  return [
    ...programs.map((program) =>
      record("program.proposed", { program, ...(extra.plan === undefined ? {} : { plan: extra.plan }) }),
    ),
    send("executor", {
      type: "program",
      t,
      programs,
      ...(plan === undefined ? {} : { plan }),
      ...(stage === undefined ? {} : { stage }),
      ...(extra.usage === undefined ? {} : { usage: extra.usage }),
    }),
  ];
}

const takeContext = step((_, event) => {
  if (event.type !== "context") return {};
  const { context } = event;
  return {
    patch: { current: context, waiting: [], extra: {} },
    effects: [record("writing", { t: context.t }), perform(writeKey(context), "write", { context })],
  };
});

const giveUp = (context: GeneratorContext, { error, usage }: EffectFailed): Effect[] => [
  record("failed", { t: context.current?.t ?? 0, error }),
  send("memory", {
    type: "generator.failed",
    t: context.current?.t ?? 0,
    error,
    ...(usage === undefined ? {} : { usage }),
  }),
];

export const generatorMachine = builder.createMachine({
  id: "generator",
  context: ({ input }) => ({ approve: input.approve, current: null, waiting: [], extra: {} }),
  initial: "idle",
  on: { stop: { target: ".idle", actions: step(() => ({ patch: { current: null, waiting: [], extra: {} } })) } },
  states: {
    idle: { on: { context: { target: "writing", actions: takeContext } } },
    writing: {
      on: {
        "effect.done": [
          {
            guard: ({ context, event }) => isCurrent(context, event) && output(event).move === "end",
            target: "idle",
            actions: step((context, event) => {
              const move = output(event);
              const reason = move.move === "end" ? move.reason : "";
              return {
                effects: [
                  record("end", { t: context.current?.t ?? 0, reason }),
                  send("memory", { type: "generator.end", t: context.current?.t ?? 0, reason, usage: move.usage }),
                ],
              };
            }),
          },
          {
            guard: ({ context, event }) => isCurrent(context, event) && needsApproval(context),
            target: "approving",
            actions: step((context, event) => {
              const move = output(event);
              if (move.move !== "programs") return {};
              const { programs: waiting, plan, usage } = move;
              return {
                patch: { waiting, extra: { ...(plan === undefined ? {} : { plan }), usage } },
                effects: [
                  record("approval.asked", {
                    t: context.current?.t ?? 0,
                    programs: waiting,
                    why: context.current ? whyApproval(context.approve, context.current) : null,
                  }),
                ],
              };
            }),
          },
          {
            guard: ({ context, event }) => isCurrent(context, event),
            target: "proposed",
            actions: step((context, event) => {
              const move = output(event);
              if (move.move !== "programs") return {};
              return { effects: propose(context, move.programs, move) };
            }),
          },
        ],
        "effect.failed": {
          guard: ({ context, event }) => isCurrent(context, event),
          target: "idle",
          actions: step((context, event) => ({
            effects: event.type === "effect.failed" ? giveUp(context, event) : [],
          })),
        },
      },
    },
    approving: {
      on: {
        approve: [
          {
            guard: ({ context, event }) => event.ok && event.t === context.current?.t,
            target: "proposed",
            actions: step((context) => ({ effects: propose(context, context.waiting, context.extra) })),
          },
          {
            guard: ({ context, event }) => !event.ok && event.t === context.current?.t,
            target: "idle",
            actions: step((context, event) => {
              const t = context.current?.t ?? 0;
              const reason = event.type === "approve" ? (event.reason ?? "refused by a person") : "";
              return {
                effects: [
                  record("end", { t, reason }),
                  send("memory", { type: "generator.end", t, reason, usage: context.extra.usage ?? {} }),
                ],
              };
            }),
          },
        ],
      },
    },
    proposed: { on: { context: { target: "writing", actions: takeContext } } },
  },
});
