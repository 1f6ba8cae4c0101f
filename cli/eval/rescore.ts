import { join } from "node:path";
import { ArtifactStore } from "../../bridge/artifacts/store.ts";
import { VigaError } from "../../config/errors.ts";
import { type Numbers, type Outcome, oracleOf, type ScoredTask } from "../../evaluators/aggregate/scored.ts";
import type { Column } from "../../evaluators/columns/column.ts";
import type { Evaluator, ReadArtifact } from "../../evaluators/evaluator.ts";
import { evaluatorFor } from "../../evaluators/index.ts";
import type { Measurement, MetricInfo, Program, State, Task } from "../../machines/domain/index.ts";
import { addEvent } from "../../observers/project.ts";
import { folderReader } from "../../observers/report/pictures.ts";
import { newRunView, programOf, type RunView, roundsOf, stateOf } from "../../observers/run-view.ts";
import { readTape } from "../../observers/tape.ts";
import type { Entry } from "./entries.ts";
import type { ReplyCounter } from "./replies.ts";

/** References of pictures to show, and how to read them. */
export interface Shown {
  target: string | null;
  start: string | null;
  chosen: string | null;
  read: ReadArtifact;
}

export interface Rescored {
  task: ScoredTask;
  measurement: Measurement | null;
  shown: Shown | null;
  /** Rounds whose loss is not what the run itself measured. */
  differing: number;
  /** What could not be measured beside, in words. */
  problems: readonly string[];
}

const nothing = { start: null, chosen: null, oracle: null, final: null };

/** A task that has no numbers. */
function without(entry: Entry, outcome: Outcome, reason: string): Rescored {
  const { id, group, dir } = entry;
  const empty = { rounds: 0, executed: 0, numbers: nothing, byRound: [], chosenT: null };
  return {
    task: { id, group, dir, outcome, reason, ...empty },
    measurement: null,
    shown: null,
    differing: 0,
    problems: [],
  };
}

function outcomeOf(entry: Entry, { status, stopWhy, stopReason, error }: RunView): [Outcome, string | null] {
  const why = entry.reason ?? error ?? stopWhy ?? stopReason;
  if (entry.status === "error") return ["error", why];
  if (status === "failed" || entry.status === "failed") return ["failed", why];
  if (status === "done") return ["scored", why];
  return ["unfinished", why ?? "its tape has no end"];
}

/** What is needed to measure the states of one run anew. */
interface Scoring {
  evaluator: Evaluator;
  columns: readonly Column[];
  task: Task;
  entry: Entry;
  read: ReadArtifact;
  /** What columns could not measure, in words. */
  problems: string[];
}

/** Errors that concern one reply or one page; any other (no key, no endpoint) would be the same for every task. */
const passing = new Set(["model_reply_invalid", "model_refused", "model_timeout", "model_context", "program_error"]);

/** Numbers of a state, with those of the columns that are asked for; null where nothing can be measured. */
async function numbersOf(scoring: Scoring, state: State, program: Program | null, asked: (column: Column) => boolean) {
  if (!state.ok) return null;
  const { evaluator, columns, task, entry, read } = scoring;
  const measured = await evaluator.measure(state, task, read);
  const numbers: Record<string, number> = { ...measured?.metrics };
  const ref = program?.code ?? (state.t === 0 ? task.start : null);
  const code = ref === null ? null : (await read(ref)).toString("utf8");
  const { source, truth } = entry;
  for (const column of columns.filter(asked)) {
    try {
      Object.assign(numbers, await column.measure({ state, task, code, read, source, truth }));
    } catch (thrown) {
      // A judge that cannot be read leaves its own cell empty; the pictures' numbers stand.
      if (!(thrown instanceof VigaError) || !passing.has(thrown.code)) throw thrown;
      const problem = `${entry.id}: ${column.metrics.at(-1)?.label ?? "a column"} was not measured: ${thrown.message}`;
      if (!scoring.problems.includes(problem)) scoring.problems.push(problem);
    }
  }
  if (measured !== null) numbers[evaluator.measurement.loss.name] = measured.loss;
  return Object.keys(numbers).length === 0 ? null : numbers;
}

/** Scores a run again from its tape and its artifacts; what cannot be read is an `error` with its reason, never thrown. */
export async function rescore(
  entry: Entry,
  columns: readonly Column[],
  metricsOf: (measurement: Measurement) => readonly MetricInfo[],
  replies: ReplyCounter,
): Promise<Rescored> {
  if (entry.status === "error") return without(entry, "error", entry.reason ?? "it could not be begun");
  try {
    return await scored(entry, columns, metricsOf, replies);
  } catch (thrown) {
    // What concerns the machine or a model's endpoint concerns every task.
    if (!(thrown instanceof VigaError) || thrown.code.startsWith("model_") || thrown.code === "interrupted")
      throw thrown;
    // A task that was never begun, or cut off before its first event, has no tape yet.
    if (entry.status === "unfinished" && thrown.code === "not_found") {
      return without(entry, "unfinished", entry.reason ?? "not begun");
    }
    return without(entry, "error", thrown.message);
  }
}

async function scored(
  entry: Entry,
  columns: readonly Column[],
  metricsOf: (measurement: Measurement) => readonly MetricInfo[],
  replies: ReplyCounter,
): Promise<Rescored> {
  const events = await readTape(entry.dir);
  replies.add(events);
  const view = newRunView();
  for (const event of events) addEvent(view, event);
  const { task, measurement } = view;
  const [outcome, reason] = outcomeOf(entry, view);
  if (task === null || measurement === null) return without(entry, outcome, reason ?? "its tape has no start");
  const store = new ArtifactStore(join(entry.dir, "artifacts"));
  const read = folderReader(entry.dir, (ref) => store.get(ref));
  const scoring = {
    evaluator: await evaluatorFor(measurement.evaluator),
    columns,
    task,
    entry,
    read,
    problems: [] as string[],
  };
  const rounds = roundsOf(view).filter(({ round }) => round !== null);
  const byRound: { t: number; numbers: Numbers }[] = [];
  let differing = 0;
  for (const at of rounds) {
    const state = stateOf(at);
    const isEnd = at.t === 0 || at.t === view.bestT;
    const asked = ({ paid, ends }: Column) => !paid && (!ends || isEnd);
    const numbers = state === null ? null : await numbersOf(scoring, state, programOf(at), asked);
    if (numbers === null) continue;
    byRound.push({ t: at.t, numbers });
    const before = at.measures?.loss;
    const now = numbers[measurement.loss.name];
    if (before !== undefined && now !== undefined && Math.abs(before - now) > 1e-9) differing++;
  }
  const numbersAt = (t: number | null) => byRound.find((one) => one.t === t)?.numbers ?? null;
  const best = view.bestT;
  const programAt = (t: number | null) => rounds.find((at) => at.t === t) ?? null;
  const drawn = view.final?.best;
  const chosen = programAt(best);
  const final =
    drawn === undefined ? null : await numbersOf(scoring, drawn.state, chosen && programOf(chosen), () => true);
  // The best of two states is no best of all rounds.
  const atEnds = new Set(columns.flatMap(({ ends, metrics }) => (ends ? metrics.map(({ name }) => name) : [])));
  const rendered = drawn?.state.ok ?? stateOfRound(rounds, best)?.ok ?? false;
  const after = rounds.filter(({ t }) => t > 0);
  return {
    task: {
      id: entry.id,
      group: entry.group,
      dir: entry.dir,
      outcome: outcome === "scored" && !rendered ? "failed" : outcome,
      reason,
      rounds: after.length,
      executed: after.filter((at) => stateOf(at)?.ok).length,
      numbers: {
        start: numbersAt(0),
        chosen: numbersAt(best),
        oracle: oracleOf(
          byRound,
          metricsOf(measurement).filter(({ name }) => !atEnds.has(name)),
        ),
        final,
      },
      byRound,
      chosenT: best,
    },
    measurement,
    shown: {
      target: task.targets[0]?.image ?? null,
      start: (view.final?.start?.state ?? stateOfRound(rounds, 0))?.renders[0]?.image ?? null,
      chosen: (drawn?.state ?? stateOfRound(rounds, best))?.renders[0]?.image ?? null,
      read,
    },
    differing,
    problems: scoring.problems,
  };
}

function stateOfRound(rounds: ReturnType<typeof roundsOf>, t: number | null): State | null {
  const found = rounds.find((at) => at.t === t);
  return found === undefined ? null : stateOf(found);
}
