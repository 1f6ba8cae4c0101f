import type { CellComparison, ExperimentCell, ExperimentResult } from "../../machines/domain/index.ts";
import { cellLabel, chanceText, intervalText, percentText, rankedCells } from "./words.ts";

/** Which cell is best, against what, by how much and how sure that is, in one sentence; a second one for the runner-up. */
export function verdict(result: ExperimentResult): string {
  const [best, second] = rankedCells(result);
  if (best === undefined) return "No run has finished yet, so there is nothing to compare.";
  const name = (cell: ExperimentCell) => cellLabel(result, cell.values);
  const own = `${name(best)} takes away ${percentText(best.gain.mean)} of the start's ${result.loss.label} (95 % interval ${intervalText(best.gain)}${best.finished < best.runs.length ? `, ${best.finished} of ${best.runs.length} runs finished` : ""})`;
  if (second === undefined) return `${own}; no other cell has a finished run to compare it with.`;
  const found = (against: ExperimentCell) =>
    result.comparisons.find((one) => one.cell === best.id && one.against === against.id);
  const baseline = result.cells.find(({ id }) => id === result.baseline);
  const next = `the next best, ${name(second)}`;
  if (baseline === undefined || baseline.gain === null || baseline.id === best.id)
    return `${own}, ${differenceText(found(second), next)}.`;
  const first = `${own}, ${differenceText(found(baseline), `the baseline, ${name(baseline)}`)}.`;
  if (second.id === baseline.id) return first;
  return `${first} It is ${differenceText(found(second), next)}.`;
}

/** How far a cell is ahead of another, and what makes that sure or unsure. */
function differenceText(found: CellComparison | undefined, other: string): string {
  if (!found?.difference) return `not comparable with ${other}: no two of their runs share task and seed`;
  const { difference, p, pairs, wins, losses, overlap } = found;
  const numbers = [
    `95 % interval ${pointsText(difference.low)} to ${pointsText(difference.high)}`,
    ...(p === null ? [] : [chanceText(p)]),
    `better in ${wins} and worse in ${losses} of ${pairs} ${pairs === 1 ? "pair" : "pairs"} of runs`,
  ].join("; ");
  const meaning =
    difference.low <= 0 && difference.high >= 0
      ? "which of the two is better is not settled"
      : difference.high < 0
        ? "in the runs that both have, the other is ahead"
        : `their own intervals ${overlap ? "overlap, the paired difference keeps to one side of zero" : "do not overlap"}`;
  return `${pointsText(difference.mean)} points against ${other} (${numbers}): ${meaning}`;
}

/** A difference of shares in percentage points, signed. */
export function pointsText(share: number): string {
  const points = 100 * share;
  const text = Math.abs(points).toFixed(Math.abs(points) < 9.95 ? 1 : 0);
  return `${points < 0 ? "−" : "+"}${text}`;
}
