import { join } from "node:path";
import { plainJson, plainLine } from "../../../config/plain-text.ts";
import type { Batch, BatchTask } from "../../../machines/domain/index.ts";
import type { TapeEvent } from "../../../observers/observer.ts";
import { lossText, shortened, spanText } from "../../../observers/text.ts";
import { outcomeOf } from "./scores.ts";

export interface BatchProgressOptions {
  out: string;
  batch: Batch;
  workers: number;
  /** Where it is shown; a terminal says so itself. */
  stream: { write(text: string): unknown; isTTY?: boolean; columns?: number };
  /** JSON lines instead of text. */
  json: boolean;
  /** For TERM; default: the process's. */
  env?: Record<string, string | undefined>;
  /** Milliseconds; for tests. */
  now?: () => number;
}

export interface BatchProgress {
  began: (task: BatchTask) => void;
  heard: (task: BatchTask, event: TapeEvent) => void;
  ended: (task: BatchTask) => Promise<void>;
  /** A line of a log, without spoiling the live line. */
  say: (line: string) => void;
  close: () => void;
}

/** The live line is drawn at most this often, milliseconds. */
const frame = 100;

/**
 * Shows how a batch goes: a line for each task that ends, with the time that is left, and on a terminal a live line
 * below with what is under way; or JSON lines.
 */
export function createBatchProgress(options: BatchProgressOptions): BatchProgress {
  const { batch, stream, json, out, workers } = options;
  const now = options.now ?? Date.now;
  const env = options.env ?? process.env;
  const live = !json && stream.isTTY === true && env.TERM !== "dumb";
  const under = new Map<BatchTask, { since: number; before: number; round: number }>();
  // Of those that ended before this process, too.
  const took = batch.tasks
    .filter(({ status, seconds }) => status !== "unfinished" && seconds > 0)
    .map(({ seconds }) => seconds);
  const left = () => batch.tasks.filter(({ status }) => status === "unfinished").length;
  let drawn = 0;

  const eta = () => {
    const since = [...under.values()].map((one) => one.before + (now() - one.since) / 1000);
    return secondsLeft({ took, under: since, left: left(), workers });
  };
  const etaText = () => {
    const seconds = eta();
    return left() === 0 ? "" : seconds === null ? `; ${left()} left` : `; ${left()} left, about ${spanText(seconds)}`;
  };
  const clear = () => {
    if (live) stream.write("\r\x1b[K");
  };
  const draw = (force = false) => {
    if (!live || under.size === 0 || (!force && now() - drawn < frame)) return;
    drawn = now();
    const running = [...under].map(([task, { round }]) => `${task.id} (round ${round})`).join(", ");
    clear();
    stream.write(
      shortened(
        plainLine(`${batch.tasks.length - left()}/${batch.tasks.length} ended${etaText()}: ${running}`),
        (stream.columns ?? 80) - 1,
      ),
    );
  };
  const say = (line: string) => {
    clear();
    stream.write(`${plainLine(line)}\n`);
    draw(true);
  };
  const tell = (event: string, task: BatchTask, more: object) => {
    stream.write(`${plainJson({ schema: 1, event, ...task, ...more })}\n`);
  };

  return {
    began(task) {
      under.set(task, { since: now(), before: task.seconds, round: 0 });
      if (json) tell("task.began", task, {});
      else draw(true);
    },
    heard(task, event) {
      const at = under.get(task);
      const t = (event.data as { round?: { t?: unknown } }).round?.t;
      if (at !== undefined && event.type === "round" && typeof t === "number") at.round = t;
      draw();
    },
    async ended(task) {
      under.delete(task);
      if (task.status !== "unfinished" && task.seconds > 0) took.push(task.seconds);
      const outcome = await outcomeOf(join(out, task.dir));
      const seconds_left = eta();
      if (json) return tell("task.ended", task, { ...outcome, seconds_left });
      if (task.status === "unfinished") return clear();
      const place = `[${batch.tasks.length - left()}/${batch.tasks.length}]`;
      const loss =
        outcome.best_loss === null
          ? ""
          : `, loss ${lossText(outcome.best_loss)} from ${lossText(outcome.start_loss)} in ${outcome.rounds} rounds`;
      const why = task.status === "done" ? "" : `: ${task.reason ?? "no reason was given"}`;
      say(`${place} ${task.id} ${task.status} in ${spanText(task.seconds)}${loss}${why}${etaText()}`);
    },
    say,
    close: clear,
  };
}

/**
 * Seconds until the rest of a batch is over, from the mean of the tasks that ended; null while none has.
 * @param at.took seconds of each that ended; `under`: of each under way, so far; `left`: those not ended, these included
 */
export function secondsLeft(at: {
  took: readonly number[];
  under: readonly number[];
  left: number;
  workers: number;
}): number | null {
  if (at.took.length === 0) return null;
  const mean = at.took.reduce((sum, seconds) => sum + seconds, 0) / at.took.length;
  const rest = at.under.reduce((sum, seconds) => sum + Math.max(0, mean - seconds), 0);
  const waiting = Math.max(0, at.left - at.under.length) * mean;
  return (rest + waiting) / Math.max(1, Math.min(at.workers, at.left));
}
