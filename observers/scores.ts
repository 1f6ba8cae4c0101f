import type { Measures } from "../machines/domain/index.ts";
import { programOf, type RoundStory, type RunStory, roundsOf, stateOf } from "./run-view.ts";

/** Version of scores.json; grows when a field changes its meaning or goes away. */
export const scoresSchema = 1;

type Json = Record<string, unknown>;

const numbers = (measures: Measures | null | undefined): Json =>
  measures === null || measures === undefined
    ? { pl: null, ssim: null, views: [] }
    : { pl: measures.pl, ssim: measures.ssim, views: measures.views };

function roundScore(at: RoundStory, bestT: number | null): Json {
  const state = stateOf(at);
  const program = programOf(at);
  const error = state?.error;
  return {
    t: at.t,
    ok: state?.ok ?? false,
    candidate: state?.candidate ?? program?.candidate ?? null,
    ...numbers(at.measures),
    loss: at.loss,
    best: at.t === bestT,
    similarity: at.feedback?.overall_similarity ?? null,
    seconds: state?.seconds ?? null,
    error:
      error === undefined
        ? null
        : { kind: error.kind, type: error.type, message: error.message, line: error.line ?? null },
  };
}

/**
 * scores.json: `{schema, run, mode, task, status, start, rounds, best, stop, usage}`. `pl` is photometric loss (0..1, lower
 * is better), null where nothing could be measured. `start` and `best` hold the measures of the pictures at final quality
 * once they exist (`quality: "final"`), before that those of the loop's previews; `rounds` always those of the previews.
 */
export function scoresOf(story: RunStory): Json {
  const rounds = roundsOf(story).filter((at) => at.round !== null);
  const ended = (t: number | null) => rounds.find((at) => at.t === t) ?? null;
  const score = (at: RoundStory | null, final: { measures: Measures | null } | null | undefined): Json | null => {
    if (final)
      return { t: at?.t ?? null, quality: "final", ...numbers(final.measures), preview: numbers(at?.measures) };
    return at === null ? null : { t: at.t, quality: "preview", ...numbers(at.measures) };
  };
  return {
    schema: scoresSchema,
    run: story.run,
    mode: story.task?.mode ?? null,
    task: story.task?.name ?? null,
    status: story.status,
    start: score(ended(0), story.final?.start),
    rounds: rounds.map((at) => roundScore(at, story.bestT)),
    best: score(ended(story.bestT), story.final?.best),
    stop: { reason: story.stopReason, error: story.error },
    usage: { ...story.usage, by_role: Object.fromEntries(story.calls) },
    started: story.startedAt,
    ended: story.status === "running" ? null : story.lastAt,
  };
}
