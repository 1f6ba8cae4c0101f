import type { Estimate, ExperimentCell, ExperimentResult } from "../../machines/domain/index.ts";
import { html, type Markup } from "../report/html.ts";
import { lossText, spanText } from "../text.ts";
import { pointsText } from "./verdict.ts";
import { cellLabel, chanceText, moneyText, percentText, rankedCells, undoneText } from "./words.ts";

/** A mean and its interval on a scale that all rows share. */
function whisker({ mean, low, high }: Estimate, from: number, to: number): Markup {
  const at = (value: number) => ((100 * (value - from)) / Math.max(1e-9, to - from)).toFixed(1);
  const width = ((100 * (high - low)) / Math.max(1e-9, to - from)).toFixed(1);
  return html`<span class="whisker" aria-hidden="true"><i style="left:${at(low)}%;width:${width}%"></i><b style="left:${at(mean)}%"></b></span>`;
}

function spoiledReplies({ runs }: ExperimentCell): string {
  const sum = (key: "refused" | "cut_off" | "unread") => runs.reduce((all, run) => all + run[key], 0);
  return [`${sum("refused")} refused`, `${sum("cut_off")} cut off`, `${sum("unread")} unread`]
    .filter((text) => !text.startsWith("0 "))
    .join(", ");
}

function againstBaseline(result: ExperimentResult, cell: ExperimentCell): Markup {
  if (cell.id === result.baseline) return html`<td class="n">baseline</td><td class="n">-</td>`;
  const found = result.comparisons.find(({ cell: id, against }) => id === cell.id && against === result.baseline);
  if (!found?.difference) return html`<td class="n">no pairs</td><td class="n">-</td>`;
  const { difference, p, wins, losses, pairs, overlap } = found;
  return html`<td class="n">${pointsText(difference.mean)}<small>${pointsText(difference.low)} to ${pointsText(difference.high)}</small><small>${p === null ? "no test" : chanceText(p)}${overlap && ", intervals overlap"}</small></td><td class="n">${wins} : ${losses}<small>of ${pairs} pairs</small></td>`;
}

/** What others printed for a cell, never mixed with what was measured here. */
function printedValues({ printed }: ExperimentResult, { id }: ExperimentCell): Markup[] {
  return printed
    .filter(({ cell }) => cell === id)
    .map(({ metric, value, source }) => html`${metric} ${lossText(value)}<small>${source}</small>`);
}

/** A measured mean with its interval below. */
function estimated(value: Estimate | null, text: (value: number) => string, none: string): Markup {
  if (value === null) return html`<td class="n">${none}</td>`;
  return html`<td class="n">${text(value.mean)}<small>${text(value.low)} to ${text(value.high)}</small></td>`;
}

/** All cells as a table: the baseline pinned first, then the best first; cells without a finished run last. */
export function rankingTable(result: ExperimentResult): Markup {
  const ranked = rankedCells(result);
  const others = [...ranked, ...result.cells.filter(({ gain }) => gain === null)];
  const isBaseline = ({ id }: ExperimentCell) => id === result.baseline;
  const cells = [...result.cells.filter(isBaseline), ...others.filter((cell) => !isBaseline(cell))];
  const from = Math.min(0, ...ranked.map(({ gain }) => gain.low));
  const to = Math.max(0, ...ranked.map(({ gain }) => gain.high));
  const spoiled = cells.some((cell) => spoiledReplies(cell) !== "");
  const printed = result.printed.length > 0;
  const row = (cell: ExperimentCell) => {
    const { id, gain, loss, runs, finished, usd, seconds } = cell;
    const rank = ranked.findIndex((one) => one.id === id) + 1;
    return html`<tr data-cell="${id}" class="${isBaseline(cell) && "pinned"}"><td class="n">${rank || "-"}</td>
<th scope="row">${cellLabel(result, cell.values)}${isBaseline(cell) && html` <span class="chip">baseline</span>`}${rank === 1 && html` <span class="chip best">best</span>`}</th>
${estimated(gain, percentText, "missing")}<td>${gain && whisker(gain, from, to)}</td>${estimated(loss, lossText, "-")}
${againstBaseline(result, cell)}<td class="n">${finished} of ${runs.length}<small>${undoneText(runs)}</small></td>
<td class="n">${usd === null ? "-" : moneyText(usd)}<small>${seconds !== null && spanText(seconds)}</small></td>
${spoiled && html`<td>${spoiledReplies(cell)}</td>`}${printed && html`<td class="n">${printedValues(result, cell)}</td>`}</tr>`;
  };
  const head = (text: string) => html`<th class="n" scope="col">${text}</th>`;
  return html`<div class="wide" tabindex="0" role="region" aria-label="ranking of the cells"><table class="ranking"><thead><tr>${head("rank")}<th scope="col">cell</th>${head("gain")}<th scope="col"><span class="hidden">interval, drawn</span></th>${head(result.loss.label)}${head("points against the baseline")}${head("better : worse")}${head("runs")}${head("a run takes")}${spoiled && html`<th scope="col">replies</th>`}${printed && head("printed elsewhere")}</tr></thead>
<tbody>${cells.map(row)}</tbody></table></div>`;
}
