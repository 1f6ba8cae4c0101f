import { modes } from "../config/modes/index.ts";
import type { Measurement, Measures, Refined } from "../machines/domain/index.ts";
import { programOf, type RoundView, type RunView, roundsOf, stateOf } from "./run-view.ts";

/** Version of scores.json; grows when a field changes its meaning or goes away. */
export const scoresSchema = 1;

type Json = Record<string, unknown>;

/** Each metric of the run by its own name (`pl`, `ssim`); null where nothing was measured. */
export function namedMetrics(measurement: Measurement | null, metrics: Measures["metrics"]): Json {
  return Object.fromEntries((measurement?.metrics ?? []).map(({ name }) => [name, metrics[name] ?? null]));
}

/** Loss and metrics of an entry, and each metric once more by its own name. */
const numbersOf = (measurement: Measurement | null) => (measures: Measures | null | undefined) => ({
  ...namedMetrics(measurement, measures?.metrics ?? {}),
  loss: measures?.loss ?? null,
  noise: measures?.noise ?? null,
  floor: measures?.floor ?? null,
  metrics: measures?.metrics ?? {},
  views: (measures?.views ?? []).map(({ name, loss, metrics }) => ({
    name,
    ...namedMetrics(measurement, metrics),
    loss,
    metrics,
  })),
});

/** What a solver did to the program of a round. */
function refinedScore(refined: Refined | undefined): Json | null {
  if (refined === undefined) return null;
  const { written: _, kept = null, ...rest } = refined;
  return { ...rest, kept };
}

/** How many numbers of a round's program moved, by who moved them. */
export interface MovedCount {
  generator: number;
  solver: number;
}

function roundScore(
  at: RoundView,
  bestT: number | null,
  numbers: ReturnType<typeof numbersOf>,
  moved: MovedCount | null,
): Json {
  const state = stateOf(at);
  const program = programOf(at);
  const error = state?.error;
  return {
    t: at.t,
    ok: state?.ok ?? false,
    candidate: state?.candidate ?? program?.candidate ?? null,
    ...numbers(at.measures),
    loss: at.loss,
    careful: at.careful === null ? null : numbers(at.careful),
    best: at.t === bestT,
    ...(at.stage === null ? {} : { stage: at.stage }),
    similarity: at.feedback?.overall_similarity ?? null,
    refined: refinedScore(program?.refined),
    numbers_moved: moved,
    seconds: state?.seconds ?? null,
    error:
      error === undefined
        ? null
        : { kind: error.kind, type: error.type, message: error.message, line: error.line ?? null },
  };
}

/** What the mode says of its numbers, where it does. */
function remarkOf({ task }: RunView): { remark?: string } {
  const remark = modes.get(task?.mode ?? "")?.remark;
  return remark === undefined ? {} : { remark };
}

/**
 * scores.json: `{schema, run, mode, task, status, start, rounds, best, stop, stop_why, usage}`. Every entry has `loss` (what the
 * run minimises, lower is better), `noise` (one standard deviation of it from seed to seed), `floor` (what sampling adds to it),
 * `metrics` by name, and each metric once more at the top: `pl` is photometric loss (0..1),
 * `ssim` structural similarity. They are null where nothing could be measured. `start` and `best` hold the measures of the pictures at final quality
 * once they exist (`quality: "final"`), before that those of the loop's previews; `rounds` always those of the previews, and
 * `careful` those of the same with more samples where noise hid which round was better. `best.chosen_among`: the rounds that
 * noise left equal, with their final losses, of which the lowest is the best.
 * `refined`, where a solver refined the program: `by`, how many numbers it `moved` and the largest `changes`, photometric loss
 * before and after in its own small pictures, `renders`, `seconds`, and why it `kept` them all. `numbers_moved` counts by author.
 */
export function scoresOf(runView: RunView, moved: ReadonlyMap<number, MovedCount> = new Map()): Json {
  const rounds = roundsOf(runView).filter((at) => at.round !== null);
  const numbers = numbersOf(runView.measurement);
  const ended = (t: number | null) => rounds.find((at) => at.t === t) ?? null;
  const score = (at: RoundView | null, final: { measures: Measures | null } | null | undefined): Json | null => {
    if (final)
      return { t: at?.t ?? null, quality: "final", ...numbers(final.measures), preview: numbers(at?.measures) };
    return at === null ? null : { t: at.t, quality: "preview", ...numbers(at.measures) };
  };
  const contenders = runView.final?.contenders ?? [];
  const best = score(ended(runView.bestT), runView.final?.best);
  return {
    schema: scoresSchema,
    run: runView.run,
    mode: runView.task?.mode ?? null,
    task: runView.task?.name ?? null,
    ...remarkOf(runView),
    status: runView.status,
    start: score(ended(0), runView.final?.start),
    rounds: rounds.map((at) => roundScore(at, runView.bestT, numbers, moved.get(at.t) ?? null)),
    best: best && contenders.length > 1 ? { ...best, chosen_among: contenders } : best,
    stop: { reason: runView.stopReason, error: runView.error },
    stop_why: runView.stopWhy,
    usage: { ...runView.usage, by_role: Object.fromEntries(runView.calls) },
    started: runView.startedAt,
    ended: runView.status === "running" ? null : runView.lastAt,
  };
}
