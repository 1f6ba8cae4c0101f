import { clusteredInterval, type OfTask, signFlip } from "../../../evaluators/aggregate/resample.ts";
import type { CellComparison, Estimate, ExperimentCell, ExperimentRun } from "../../../machines/domain/index.ts";

/** Seed of the bootstrap and of the permutation test: the same runs give the same numbers. */
const seed = 0;

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Share of the start's loss that the best program takes away; null where there is no start, or nothing to take away. */
export function gainOf({ start_loss: start, best_loss: best }: ExperimentRun): number | null {
  return start === null || best === null || start <= 0 ? null : 1 - best / start;
}

const isDone = ({ status }: ExperimentRun) => status === "done";

function estimateOf(runs: readonly ExperimentRun[], value: (run: ExperimentRun) => number | null): Estimate | null {
  const values = runs.flatMap((run): OfTask[] => {
    const number = value(run);
    return number === null ? [] : [{ task: run.task, value: number }];
  });
  return clusteredInterval(values, seed);
}

/** A cell with what its finished runs come to; failed ones are counted apart, never as a low score. */
export function summarizedCell(cell: Pick<ExperimentCell, "id" | "values" | "runs">): ExperimentCell {
  const done = cell.runs.filter(isDone);
  return {
    ...cell,
    gain: estimateOf(done, gainOf),
    loss: estimateOf(done, ({ best_loss }) => best_loss),
    finished: done.length,
    seconds: done.length === 0 ? null : mean(done.map(({ seconds }) => seconds)),
    usd: done.length === 0 ? null : mean(done.map(({ usd }) => usd)),
  };
}

/** Cells with a result, the best first: by gain where runs have a start, else by loss. */
export function ranked(cells: readonly ExperimentCell[]): ExperimentCell[] {
  const byGain = cells.some(({ gain }) => gain !== null);
  const of = ({ gain, loss }: ExperimentCell) => (byGain ? (gain?.mean ?? null) : loss === null ? null : -loss.mean);
  return cells.filter((cell) => of(cell) !== null).sort((a, b) => of(b)! - of(a)!);
}

/** A cell against another, over the tasks and seeds that both finished. */
export function compareCells(cell: ExperimentCell, against: ExperimentCell): CellComparison {
  const place = ({ task, seed }: ExperimentRun) => JSON.stringify([task, seed]);
  const theirs = new Map(against.runs.filter(isDone).map((run) => [place(run), run]));
  const differences = cell.runs.filter(isDone).flatMap((run): OfTask[] => {
    const other = theirs.get(place(run));
    const [mine, its] = [gainOf(run), other === undefined ? null : gainOf(other)];
    return mine === null || its === null ? [] : [{ task: run.task, value: mine - its }];
  });
  const tasks = [...new Set(differences.map(({ task }) => task))];
  const byTask = tasks.map((id) => mean(differences.filter(({ task }) => task === id).map(({ value }) => value)));
  const [a, b] = [cell.gain, against.gain];
  return {
    cell: cell.id,
    against: against.id,
    pairs: differences.length,
    difference: clusteredInterval(differences, seed),
    p: signFlip(byTask, seed),
    wins: differences.filter(({ value }) => value > 0).length,
    losses: differences.filter(({ value }) => value < 0).length,
    overlap: a !== null && b !== null && a.low <= b.high && b.low <= a.high,
  };
}

/** Every cell but the baseline against it, the best first; then the best against each other one. */
export function comparisonsOf(cells: readonly ExperimentCell[], baseline: string): CellComparison[] {
  const order = ranked(cells);
  const known = order.find(({ id }) => id === baseline);
  const others = order.filter(({ id }) => id !== baseline);
  const against = known === undefined ? [] : others.map((cell) => compareCells(cell, known));
  const [best, ...rest] = order;
  if (best === undefined || best.id === baseline) return against;
  return [...against, ...rest.filter(({ id }) => id !== baseline).map((cell) => compareCells(best, cell))];
}
