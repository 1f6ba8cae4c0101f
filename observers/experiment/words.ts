import type { Estimate, ExperimentCell, ExperimentResult, ExperimentRun } from "../../machines/domain/index.ts";

/** A cell as the page names it: its values in the order of the axes. */
export function cellLabel(result: ExperimentResult, values: ExperimentCell["values"]): string {
  return result.axes.map(({ name }) => values[name] ?? "-").join(" × ");
}

/** A share as percent, with one decimal below ten. */
export function percentText(share: number): string {
  const percent = 100 * share;
  return `${percent.toFixed(Math.abs(percent) < 9.95 ? 1 : 0)} %`;
}

/** An interval of shares: "62 to 81 %". */
export function intervalText({ low, high }: Estimate): string {
  return `${percentText(low).replace(" %", "")} to ${percentText(high)}`;
}

export function moneyText(usd: number): string {
  return usd === 0 ? "free" : `$${usd < 0.1 ? usd.toPrecision(2) : usd.toFixed(2)}`;
}

export function chanceText(p: number): string {
  return p < 0.001 ? "p < 0.001" : `p = ${p.toPrecision(2)}`;
}

/** The share of its start's loss that a run took away; null where it did not finish, or its start had none to take. */
export function runGain({ status, start_loss: start, best_loss: best }: ExperimentRun): number | null {
  return status !== "done" || start === null || best === null || start <= 0 ? null : 1 - best / start;
}

/** Cells with a mean, the best first. */
export function rankedCells({ cells }: ExperimentResult): (ExperimentCell & { gain: Estimate })[] {
  return cells
    .filter((cell): cell is ExperimentCell & { gain: Estimate } => cell.gain !== null)
    .sort((one, other) => other.gain.mean - one.gain.mean);
}

/** What became of the runs that are not done: "1 failed, 2 unfinished"; "" where all are done. */
export function undoneText(runs: readonly ExperimentRun[]): string {
  return (["failed", "error", "unfinished"] as const)
    .flatMap((status) => {
      const count = runs.filter((run) => run.status === status).length;
      return count === 0 ? [] : [`${count} ${status === "error" ? "not begun" : status}`];
    })
    .join(", ");
}
