import type { ExperimentResult, RunPins } from "../../machines/domain/index.ts";
import { html, Markup } from "../report/html.ts";
import { style as reportStyle } from "../report/style.ts";
import { spanText } from "../text.ts";
import { heatGrid } from "./grid.ts";
import { itemCards } from "./items.ts";
import { PageData } from "./page-data.ts";
import { rankingTable } from "./ranking.ts";
import { pageScripts } from "./script.ts";
import { style } from "./style.ts";
import { verdict } from "./verdict.ts";
import { moneyText, undoneText } from "./words.ts";

const pinWords: Record<keyof RunPins, string> = {
  viga: "viga",
  commit: "commit",
  inputs: "task files",
  prompts: "prompts",
  evaluator: "evaluator",
  engine: "engine",
  device: "renders on",
};

/** A pin's values over all runs, each with the number of runs that have it. */
function pinRows({ cells }: ExperimentResult): Markup[] {
  const pins = cells.flatMap(({ runs }) => runs.flatMap((run) => run.pins ?? []));
  return (Object.keys(pinWords) as (keyof RunPins)[]).map((key) => {
    const counts = new Map<string, number>();
    for (const pin of pins) counts.set(pin[key], (counts.get(pin[key]) ?? 0) + 1);
    const values = [...counts].map(([value, count]) => {
      const text = /^[0-9a-f]{40,64}$/.test(value) ? value.slice(0, 12) : value || "-";
      return html`<div>${text}${counts.size > 1 && html` <span class="quiet">in ${count} runs</span>`}</div>`;
    });
    return html`<tr><th scope="row">${pinWords[key]}</th><td class="mono">${values.length > 0 ? values : "not known"}</td></tr>`;
  });
}

function facts(result: ExperimentResult): Markup {
  const runs = result.cells.flatMap((cell) => cell.runs);
  const sum = (key: "seconds" | "usd") => runs.reduce((all, run) => all + run[key], 0);
  const undone = undoneText(runs);
  const list = [
    [String(result.cells.length), `cells${result.excluded.length > 0 ? `, ${result.excluded.length} left out` : ""}`],
    [
      `${runs.filter(({ status }) => status === "done").length} of ${runs.length}`,
      `runs done${undone === "" ? "" : `; ${undone}`}`,
    ],
    [String(result.tasks.length), `tasks, ${result.seeds.length} ${result.seeds.length === 1 ? "seed" : "seeds"} each`],
    [spanText(sum("seconds")), "in all runs together"],
    [moneyText(sum("usd")), `${runs.reduce((all, run) => all + run.calls, 0)} model calls`],
  ];
  return html`<div class="facts">${list.map(([value, label]) => html`<div class="fact"><b>${value}</b><span>${label}</span></div>`)}</div>`;
}

function header(result: ExperimentResult): Markup {
  const { mode, name, title, started, updated, tasks, warnings } = result;
  const day = (time: string) => time.slice(0, 16).replace("T", " ");
  return html`<header><span class="chip">experiment</span> <span class="chip">${mode}</span> <span class="chip">${name}</span><h1>${title}</h1>
<p class="quiet">Begun ${day(started)}, last run ended ${day(updated)} UTC.</p>
<p class="verdict" id="verdict">${verdict(result)}</p>
${warnings.length > 0 && html`<div class="warnings"><b>To know before comparing</b><ul>${warnings.map((text) => html`<li class="text">${text}</li>`)}</ul></div>`}
${facts(result)}
<details><summary>Tasks, and what every run was pinned to</summary><div class="wide" tabindex="0" role="region" aria-label="pins"><table><tbody>${pinRows(result)}<tr><th scope="row">tasks</th><td>${tasks.map(({ id, source }) => html`<div>${id} <span class="quiet mono">${source}</span></div>`)}</td></tr></tbody></table></div></details></header>`;
}

/** What an axis of the trade-off may show: money where any was spent, and time. */
function measureOptions({ cells }: ExperimentResult): Markup {
  const paid = cells.some(({ usd }) => (usd ?? 0) > 0);
  return html`${paid && html`<option value="usd">cost</option>`}<option value="seconds">time</option>`;
}

/**
 * The page of an experiment: HTML that opens from disk and needs nothing else. Runs' pictures and programs are read from
 * their folders, relative to `out`; what a folder no longer holds is said in its place.
 */
export async function experimentPage(result: ExperimentResult, out: string): Promise<string> {
  const data = new PageData(result);
  const items = await itemCards(result, out, data);
  const { scripts, style: chartStyle, policy } = await pageScripts();
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src ${new Markup(policy)}">
<title>${result.title} · viga experiment</title><style>${new Markup(chartStyle + reportStyle + style)}</style></head>
<body><main>${header(result)}
<noscript><p class="warnings">Pictures and charts need JavaScript; the tables do not.</p></noscript>
<h2 id="grid">Which pairing</h2><p class="quiet">Mean share of the start's ${result.loss.label} (${result.loss.title}) that the best program takes away, with its 95 % interval, number of finished runs, cost and time of a run. Press a cell to see only it below; press more to compare them.</p>
${heatGrid(result)}
<div class="bar-of-choice" role="group" aria-label="what is shown below"><span id="shown" aria-live="polite"></span><button type="button" class="plain" id="show-all" hidden>Show all</button><label>A <select id="a"></select></label><label>B <select id="b"></select></label></div>
<h2>Ranking</h2>${rankingTable(result)}
<h2>Quality against cost and time</h2><div class="card"><label class="controls">Across <select id="measure">${measureOptions(result)}</select></label><div class="chart" id="tradeoff" role="group" aria-label="gain against what a run takes; a button for each cell, by its rank"></div><p class="told"></p><p class="quiet" id="front"></p></div>
<h2>A against B</h2><div class="card"><div class="chart" id="scatter" role="group" aria-label="gain of A against gain of B; a button for each task and seed"></div><p class="told"></p><p id="wins" aria-live="polite"></p><p class="quiet key"><span>A is better</span><span class="b">B is better</span><span class="equal">equal</span></p></div>
<h2>Item by item</h2><div class="controls"><label>Order <select id="order"><option value="file">as in the experiment</option><option value="a">where A is most ahead first</option><option value="b">where B is most ahead first</option></select></label><label>Find a task <input id="find" type="search"></label></div>
${items}
<footer>${result.loss.label} is ${result.loss.title}, ${result.loss.better} is better. Charts: uPlot (MIT); differences of programs: jsdiff (BSD 3-Clause); their licences stand in this page's source.</footer></main>
<script type="application/json" id="data">${new Markup(data.json())}</script>
${scripts.map((text) => html`<script>${new Markup(text)}</script>`)}
</body></html>
`.text;
}
