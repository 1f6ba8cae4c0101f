import type { ExperimentCell, ExperimentResult } from "../../machines/domain/index.ts";
import { html, type Markup } from "../report/html.ts";
import { spanText } from "../text.ts";
import { intervalText, moneyText, percentText, rankedCells, undoneText } from "./words.ts";

type Values = Record<string, string>;
type Axis = ExperimentResult["axes"][number];

/** Every combination of the further axes' values; one empty one where there are none. */
function slicesOf(axes: readonly Axis[]): Values[] {
  return axes.reduce<Values[]>(
    (slices, { name, values }) => slices.flatMap((slice) => values.map((value) => ({ ...slice, [name]: value }))),
    [{}],
  );
}

const fits = (values: Values, wanted: Values) =>
  Object.entries(wanted).every(([axis, value]) => values[axis] === value);

/** How strongly a gain colours its cell, percent of the accent: the text on it stays readable throughout. */
function tint(gain: number, gains: readonly number[]): string {
  const [low, high] = [Math.min(...gains), Math.max(...gains)];
  return (4 + 36 * (high > low ? (gain - low) / (high - low) : 1)).toFixed(0);
}

function filled(result: ExperimentResult, cell: ExperimentCell, gains: readonly number[]): Markup {
  const { id, gain, finished, runs, usd, seconds } = cell;
  const undone = undoneText(runs);
  const chips = html`${id === result.baseline && html`<span class="chip">baseline</span>`}${gain !== null && id === rankedCells(result)[0]?.id && html`<span class="chip best">best</span>`}`;
  if (gain === null)
    return html`<td><button type="button" class="cell empty" data-choose="${id}" aria-pressed="false"><b>missing</b><span>no run has finished: ${undone || "none was begun"}</span>${chips}</button></td>`;
  return html`<td><button type="button" class="cell" style="--tint:${tint(gain.mean, gains)}%" data-choose="${id}" aria-pressed="false"><b>${percentText(gain.mean)}</b><span>${intervalText(gain)}</span><span>n ${finished}${undone !== "" && ` (${undone})`} · ${moneyText(usd ?? 0)} · ${spanText(seconds ?? 0)}</span>${chips}</button></td>`;
}

function place(result: ExperimentResult, wanted: Values, gains: readonly number[]): Markup {
  const cell = result.cells.find(({ values }) => fits(values, wanted));
  if (cell !== undefined) return filled(result, cell, gains);
  const excluded = result.excluded.some((values) => fits(wanted, values));
  return excluded
    ? html`<td><div class="cell left-out"><b>left out</b><span>excluded by the experiment's file</span></div></td>`
    : html`<td><div class="cell empty"><b>missing</b><span>no such cell was run</span></div></td>`;
}

/**
 * The first axis as rows, the second as columns, one table for each combination of further axes, of which selectors show one.
 * Every cell of the experiment is a button that filters the rest of the page.
 */
export function heatGrid(result: ExperimentResult): Markup {
  const [rows, columns, ...further] = result.axes as [Axis, Axis | undefined, ...Axis[]];
  const gains = rankedCells(result).map(({ gain }) => gain.mean);
  const heads = columns?.values ?? [null];
  const slices = slicesOf(further);
  return html`${further.length > 0 && html`<div class="controls">${further.map((axis, at) => html`<label>${axis.name} <select data-axis="${at}">${axis.values.map((value) => html`<option>${value}</option>`)}</select></label>`)}</div>`}
${slices.map(
  (
    slice,
    at,
  ) => html`<div class="wide" tabindex="0" role="region" aria-label="mean gain by ${rows.name}${columns && ` and ${columns.name}`}" data-slice="${JSON.stringify(further.map(({ name }) => slice[name]))}"${at > 0 && html` hidden`}><table class="grid"><caption>${rows.name} down${columns && `, ${columns.name} across`}${further.map(({ name }) => ` · ${name}: ${slice[name]}`)}</caption>
${columns && html`<thead><tr><td></td>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>`}
<tbody>${rows.values.map(
    (row) =>
      html`<tr><th scope="row">${row}</th>${heads.map((head) => place(result, { ...slice, [rows.name]: row, ...(columns && head !== null ? { [columns.name]: head } : {}) }, gains))}</tr>`,
  )}</tbody></table></div>`,
)}`;
}
