import { type ErrorData, type Program, type Round, sumUsage, type Usage } from "../domain/index.ts";
import { type Effect, perform, record, send } from "../effects.ts";
import type { Step } from "../step.ts";
import { compare, isBetter, lossOf, undecided } from "./comparing.ts";
import { bestOf, progressAfter, roundOf, type Standing } from "./progress.ts";
import { isBeforeLast, stageAfter, stageName } from "./staging.ts";
import type { CompareInput, CompareOutput, MemoryContext, MemoryEvent, RoundBody } from "./state.ts";
import { type Stop, stopAfter } from "./stopping.ts";
import { makeContext, trimmed } from "./window.ts";

const maxJudgeFailures = 3;

export function addUsage(total: Usage, more: RoundBody["usage"]): Usage {
  return [more ?? []].flat().reduce<Usage>((sum, item) => sumUsage(sum, item), total);
}

const compareKey = (t: number): string => `compare/${t}`;

/** True when the outcome is that of the comparison under way. */
export const isComparison = (context: MemoryContext, event: MemoryEvent): boolean =>
  (event.type === "effect.done" || event.type === "effect.failed") &&
  context.comparing !== null &&
  event.key === compareKey(context.comparing.t);

/** Asks the generator for the next program, or the executor for the start state when there is a start program. */
export function askFor(context: MemoryContext): Effect[] {
  const { task, options, t, rounds, plan, analysis, stage } = context;
  if (!task || !options) return [];
  if (t === 0 && task.start !== null) {
    const start: Program = { t: 0, candidate: 0, thought: "The start program.", code_diff: "", code: task.start };
    return [send("executor", { type: "program", t: 0, programs: [start] })];
  }
  const best = bestOf(rounds, context.best);
  const past = { rounds, best, judge: context.noise, stage, stageName: stageName(stage, options) };
  const given = { t: Math.max(1, t), task, plan, analysis, candidates: options.candidates };
  const next = makeContext(given, past, options.window);
  const said = { t: next.t, from: next.from?.t ?? null, note: next.note };
  return [
    record("context", next.stage === undefined ? said : { ...said, stage: next.stage }),
    send("generator", { type: "context", context: next }),
  ];
}

/** Adds a round. Where noise hides whether it beats the best, both are drawn with more samples first; else decides. */
export function addRound(
  context: MemoryContext,
  event: MemoryEvent,
  round: Round,
  judged: { failures: number; error: ErrorData | null },
): Step<MemoryContext> {
  const { options } = context;
  if (!options) return {};
  const stage = round.t > 0 ? stageName(context.stage, options) : undefined;
  const added = stage === undefined ? round : { ...round, stage };
  const next: MemoryContext = {
    ...context,
    rounds: [...context.rounds, added],
    usage: addUsage(context.usage, "usage" in event ? event.usage : undefined),
    plan: "plan" in event && event.plan !== undefined ? event.plan : context.plan,
    judgeFailures: judged.failures,
  };
  const again = undecided(roundOf(context.rounds, context.best), added, context.noise);
  if (again.length === 0) return decide({ ...next, error: judged.error }, event);
  const input: CompareInput = {
    t: added.t,
    rounds: again.map(({ t, program, measures }) => ({ t, program, measures })),
  };
  return {
    patch: { ...next, comparing: { t: added.t, error: judged.error } },
    effects: [
      record("comparing", { t: added.t, with: context.best, drawn: again.map(({ t }) => t) }),
      perform(compareKey(added.t), "compare", { ...input }),
    ],
  };
}

/** Keeps what drawing with more samples showed, says it, and decides. Without an outcome the previews' numbers stand. */
export function settleComparison(context: MemoryContext, event: MemoryEvent, stop?: Stop): Step<MemoryContext> {
  const { comparing, best } = context;
  if (comparing === null) return {};
  const output = event.type === "effect.done" ? (event.output as CompareOutput) : null;
  const failed = event.type === "effect.failed" ? event.error.message : null;
  const asked = undecided(roundOf(context.rounds, best), context.rounds.at(-1)!, context.noise).map(({ t }) => t);
  const rounds = context.rounds.map((round) => {
    const found = output?.careful.find(({ t }) => t === round.t);
    if (found !== undefined) return { ...round, careful: found.measures };
    // What could not be drawn is not tried again with every later round.
    return failed !== null && asked.includes(round.t) ? { ...round, careful: null } : round;
  });
  const next = { ...context, rounds, comparing: null, error: comparing.error };
  const { patch, effects = [] } = decide(next, event, stop);
  const [before, now] = [roundOf(rounds, best), roundOf(rounds, comparing.t)];
  const found = before && now && compare(before, now, context.noise);
  const said = record("compared", {
    ...{ t: comparing.t, with: best, best_t: patch?.best ?? null, by: found?.by ?? "preview" },
    equal: found ? Math.abs(found.gain) <= found.margin : null,
    samples: output?.samples ?? null,
    careful: rounds.flatMap(({ t, careful }) => (careful && (t === best || t === comparing.t) ? [{ t, careful }] : [])),
    failed: failed ?? output?.careful.flatMap(({ error }) => error ?? []).at(0) ?? null,
  });
  return { patch: patch ?? next, effects: [said, ...effects] };
}

function minutesSince(startedAt: string, at: string | undefined): number {
  return at === undefined || startedAt === "" ? 0 : (Date.parse(at) - Date.parse(startedAt)) / 60_000;
}

/** Decides after the last round: which is best, whether the run goes on, and asks for the next one unless paused. */
function decide(context: MemoryContext, event: MemoryEvent, stop?: Stop): Step<MemoryContext> {
  const { options, noise: judge, stage } = context;
  const round = context.rounds.at(-1);
  if (!options || !round) return {};
  const champion = isBetter(roundOf(context.rounds, context.best), round, judge) ? round.t : context.best;
  const best = bestOf(context.rounds, champion);
  const standing: Standing = { rounds: context.rounds, best, judge, options: options.stop };
  const progress = progressAfter(context.progress, round, standing);
  const ended = context.judgeFailures >= maxJudgeFailures ? judgeFailed(context.error) : null;
  const minutes = minutesSince(context.startedAt, event.at);
  const facts = { usage: context.usage, minutes, staged: isBeforeLast(stage, options) };
  const found = stop ?? ended ?? stopAfter(standing, progress, facts);
  const gained = progress.since === 0 && round.t > 0;
  const after = stageAfter(stage, { t: round.t, ok: round.state.ok, gained, hasBest: best !== null }, options);
  const next: MemoryContext = {
    ...context,
    rounds: trimmed(context.rounds, options.window, [best?.t ?? null, progress.anchor]),
    best: champion,
    // A new stage has its own patience.
    progress: after?.index === stage?.index ? progress : { ...progress, since: 0 },
    stage: after,
    reason: found?.reason ?? null,
    why: found?.why ?? "",
    t: round.t + 1,
  };
  const done = record("round", {
    round,
    best_t: best?.t ?? null,
    loss: lossOf(round),
    best_loss: best ? lossOf(best) : null,
    usage: next.usage,
  });
  return { patch: next, effects: found === null && !next.paused ? [done, ...askFor(next)] : [done] };
}

const judgeFailed = (error: ErrorData | null): Stop => ({
  reason: "player_failed",
  why: `the verifier failed ${maxJudgeFailures} times in a row${error === null ? "" : `; the last: ${error.message}`}`,
});
