import fc from "fast-check";
import {
  type Feedback,
  type Measures,
  type Program,
  type Round,
  type State,
  stages,
} from "../../machines/domain/index.ts";

/** Arbitrary messages of the ring, valid but in no sensible order. */
const hex = "0123456789abcdef";
export const ref = fc
  .array(fc.constantFrom(...hex), { minLength: 64, maxLength: 64 })
  .map((c) => `sha256:${c.join("")}`);
const t = fc.integer({ min: 0, max: 6 });
const error = fc.record({
  code: fc.constantFrom("player_failed", "internal"),
  message: fc.string(),
  retry: fc.constantFrom("never" as const, "same" as const),
});
export const program: fc.Arbitrary<Program> = fc.record({
  t,
  candidate: fc.integer({ min: 0, max: 2 }),
  thought: fc.string(),
  code_diff: fc.string(),
  code: ref,
});
const seconds = fc.constant({ execute: 0, render: 0, total: 0 });
const stateError = fc.record({
  kind: fc.constantFrom("program" as const, "crash" as const, "engine" as const),
  type: fc.string(),
  message: fc.string(),
});
export const state: fc.Arbitrary<State> = fc.oneof(
  fc.record({
    t,
    candidate: fc.integer({ min: 0, max: 2 }),
    ok: fc.constant(true),
    renders: fc.array(fc.record({ name: fc.constant("render1"), image: ref }), { maxLength: 2 }),
    log: fc.string(),
    slot: fc.string(),
    epoch: fc.nat(),
    seconds,
  }),
  fc.record({
    t,
    candidate: fc.integer({ min: 0, max: 2 }),
    ok: fc.constant(false),
    renders: fc.constant<State["renders"]>([]),
    log: fc.string(),
    error: stateError,
    slot: fc.string(),
    epoch: fc.nat(),
    seconds,
  }),
);
const measures = fc.record({
  loss: fc.double({ min: 0, max: 1, noNaN: true }),
  noise: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.5, noNaN: true })),
  floor: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.5, noNaN: true })),
  metrics: fc.record({ ssim: fc.double({ min: -1, max: 1, noNaN: true }) }),
  views: fc.constant<Measures["views"]>([]),
});
const feedback = fc.record({
  visual_difference: fc.constant<Feedback["visual_difference"]>({ critical: [], major: [], minor: [] }),
  edit_suggestion: fc.array(fc.string(), { maxLength: 2 }),
  thought: fc.string(),
});
export const round: fc.Arbitrary<Round> = fc.record({
  t,
  program: fc.option(program),
  state,
  measures: fc.option(measures),
  feedback: fc.option(feedback),
});
export const task = fc.record({
  mode: fc.constant("blendergym"),
  name: fc.string(),
  text: fc.string(),
  targets: fc.constant([]),
  start: fc.option(ref),
  base: fc.constant(null),
  prompt: fc.constant("none" as const),
});
const stop = fc.record({
  max_rounds: fc.integer({ min: 1, max: 6 }),
  plateau: fc.record({
    patience: fc.integer({ min: 1, max: 4 }),
    min_gain: fc.oneof(fc.constant("auto" as const), fc.double({ min: 0, max: 0.1, noNaN: true })),
  }),
  budget: fc.record({ usd: fc.double({ min: 0.01, max: 1, noNaN: true }) }, { requiredKeys: [] }),
  max_failures: fc.integer({ min: 1, max: 3 }),
});
export const options = fc.record({
  window: fc.integer({ min: 1, max: 4 }),
  candidates: fc.integer({ min: 1, max: 3 }),
  analyze: fc.boolean(),
  stop,
});
/** Options of a staged run, or of a plain one. */
const memoryOptions = fc.oneof(
  options,
  options.map((plain) => ({ ...plain, stages: [...stages] })),
);
const context = fc.record({
  t: fc.integer({ min: 1, max: 6 }),
  task,
  plan: fc.constant(null),
  analysis: fc.constant(null),
  rounds: fc.array(round, { maxLength: 2 }),
  best: fc.option(round),
  from: fc.option(program),
  note: fc.constant(null),
  candidates: fc.integer({ min: 1, max: 3 }),
});
const outcome = (keys: fc.Arbitrary<string>, kinds: string[], output: fc.Arbitrary<Record<string, unknown>>) =>
  fc.oneof(
    fc.record({ type: fc.constant("effect.done"), key: keys, kind: fc.constantFrom(...kinds), output }),
    fc.record({ type: fc.constant("effect.failed"), key: keys, kind: fc.constantFrom(...kinds), error }),
  );
const keyed = (prefix: string, suffix = "") => t.map((n) => `${prefix}/${n}${suffix}`);
const message = (type: string, rest: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record({ type: fc.constant(type), ...rest });
const programs = fc.array(program, { minLength: 1, maxLength: 3 });
const states = fc.array(state, { minLength: 1, maxLength: 3 });

export const anyMessage = {
  generator: fc.oneof(
    message("context", { context }),
    message("approve", { t, ok: fc.boolean() }),
    message("stop", {}),
    outcome(
      keyed("write"),
      ["write"],
      fc.oneof(
        programs.map((list) => ({ move: "programs", programs: list, usage: {} })),
        fc.constant({ move: "end", reason: "x", usage: {} }),
      ),
    ),
  ),
  executor: fc.oneof(
    message("program", { t, programs }),
    message("drain", {}),
    outcome(
      fc
        .tuple(t, fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 2 }))
        .map((parts) => `execute/${parts.join("/")}`),
      ["execute"],
      state.map((s) => ({ state: s })),
    ),
  ),
  verifier: fc.oneof(
    message("state", { t, programs, states }),
    message("analyze", { task }),
    outcome(
      fc.oneof(keyed("measure"), keyed("judge"), fc.constant("analyze")),
      ["measure", "judge", "analyze"],
      fc.record({
        measures: fc.array(fc.option(measures), { maxLength: 3 }),
        chosen: fc.integer({ min: 0, max: 2 }),
        feedback,
        text: fc.string(),
      }),
    ),
  ),
  memory: fc.oneof(
    message("start", { task, options: memoryOptions }),
    message("analysis", { text: fc.string() }),
    message("verifier.failed", { error }),
    message("feedback", {
      t,
      program,
      state,
      measures: fc.option(measures),
      feedback: fc.option(feedback),
      error: fc.option(error),
    }),
    message("state.failed", { t, programs, states }),
    message("generator.end", { t, reason: fc.string() }),
    message("generator.failed", { t, error }),
    outcome(
      keyed("compare"),
      ["compare"],
      fc.record({
        samples: fc.integer({ min: 1, max: 64 }),
        careful: fc.array(fc.record({ t, measures: fc.option(measures) }), { maxLength: 2 }),
      }),
    ),
    message("retune", { candidates: fc.integer({ min: 1, max: 4 }) }),
    message("pause", {}),
    message("resume", {}),
    message("stop", {}),
  ),
  supervisor: fc.oneof(
    message("begin", { task, memory: options, facts: fc.constant({}) }),
    message("stopped", {
      reason: fc.constant("plateau"),
      why: fc.string(),
      contenders: fc.array(round, { maxLength: 2 }),
      error: fc.option(error),
      best: fc.option(round),
      start: fc.option(round),
      usage: fc.constant({ calls: 0, input_tokens: 0, output_tokens: 0, usd: 0 }),
    }),
    message("slot.lost", {
      slot: fc.constantFrom("cpu", "gpu0"),
      epoch: fc.integer({ min: 0, max: 3 }),
      why: fc.string(),
    }),
    message("slot.failed", { slot: fc.constantFrom("cpu", "gpu0") }),
    message("role.restarted", { role: fc.string(), reason: fc.string() }),
    message("role.failed", { role: fc.string(), error }),
    message("control", { verb: fc.constantFrom("pause", "resume", "stop", "set", "approve"), data: fc.constant({}) }),
    outcome(
      fc.oneof(keyed("lease"), fc.constant("final"), fc.constant("release")),
      ["lease", "final", "release"],
      fc.record({ lease: fc.record({ slot: fc.constantFrom("cpu", "gpu0"), epoch: fc.integer({ min: 1, max: 3 }) }) }),
    ),
  ),
} as const;
export const measuresArbitrary = measures;
export const feedbackArbitrary = feedback;
