import type { ScoredTask } from "../../evaluators/aggregate/scored.ts";
import { html, Markup } from "../../observers/report/html.ts";
import { figure, PictureCache, type Shown } from "../../observers/report/pictures.ts";
import { style } from "../../observers/report/style.ts";
import type { Evaluation } from "./evaluate.ts";
import { legend } from "./files.ts";
import type { Rescored } from "./rescore.ts";
import { type Table, tablesOf } from "./tables.ts";

/** Width of a thumbnail in pixels. */
const thumbnail = 200;
/** Tasks that are shown with pictures; a page of thousands would not open. */
const mostShown = 400;

const own = `
.tasks { display: grid; grid-template-columns: repeat(auto-fill, minmax(330px, 1fr)); gap: 1rem; }
.tasks .card { margin: 0; padding: .9rem 1rem; } .tasks header { display: flex; gap: .5rem; align-items: baseline; justify-content: space-between; margin-bottom: .6rem; }
.tasks h3 { overflow-wrap: anywhere; font-size: .95rem; } .tasks .three { display: grid; grid-template-columns: repeat(3, 1fr); gap: .5rem; }
.tasks figcaption { font-size: .74rem; } .tasks figure img { border-radius: 7px; } .tasks .nothing { min-height: 4.5rem; font-size: .72rem; padding: .4rem; }
.bar { height: .35rem; border-radius: 9px; background: var(--soft); overflow: hidden; margin: .55rem 0 .2rem; } .bar i { display: block; height: 100%; background: var(--accent); }
td.n { white-space: nowrap; } td .interval { display: block; color: var(--quiet); font-size: .78em; }`;

const numeric = (text: string) => /^(-|-?[\d.]+(e[+-]?\d+)?( %)?( \[.*\])?)$/.test(text);

function tableMarkup({ title, note, rows: [head = [], ...rows] }: Table): Markup {
  const cells = (row: readonly string[], tag: "th" | "td") =>
    row.map((text, index) => {
      const right = index > 0 && numeric(rows[0]?.[index] ?? "") ? new Markup(' class="n"') : null;
      if (tag === "th") return html`<th${right}>${text}</th>`;
      const [, mean = text, interval = null] = /^(\S+) (\[.*\])$/.exec(text) ?? [];
      return html`<td${right}>${mean}${interval === null ? null : html`<span class="interval">${interval}</span>`}</td>`;
    });
  return html`<h2>${title}</h2>${note === undefined ? null : html`<p class="quiet">${note}</p>`}
<div class="wide"><table><thead><tr>${cells(head, "th")}</tr></thead><tbody>${rows.map((row) => html`<tr>${cells(row, "td")}</tr>`)}</tbody></table></div>`;
}

const chips: Record<ScoredTask["outcome"], string> = {
  scored: "good",
  failed: "bad",
  error: "bad",
  unfinished: "warn",
};

async function taskCard({ task, shown }: Rescored, loss: string | undefined, label: string): Promise<Markup> {
  const cache = shown === null ? null : new PictureCache(shown.read);
  const picture = async (ref: string | null | undefined): Promise<Shown | null> =>
    ref && cache ? cache.show(ref, thumbnail) : null;
  const [target, start, chosen] = await Promise.all([
    picture(shown?.target),
    picture(shown?.start),
    picture(shown?.chosen),
  ]);
  const at = (pick: "start" | "chosen" | "final") => (loss === undefined ? undefined : task.numbers[pick]?.[loss]);
  const text = (value: number | undefined) => (value === undefined ? "" : ` ${Number(value.toPrecision(3))}`);
  const [before, after] = [at("start"), at("chosen")];
  const left = before && after !== undefined ? Math.min(1, after / before) : null;
  return html`<article class="card"><header><h3>${task.id}</h3><span class="chip ${chips[task.outcome]}">${task.outcome}</span></header>
<div class="three">${figure(target, html`target`)}${figure(start, html`start${text(before)}`)}${figure(chosen, html`chosen${text(at("final") ?? after)}`)}</div>
${left === null ? null : html`<div class="bar" title="${label} left of the start's"><i style="width:${(100 * left).toFixed(1)}%"></i></div><p class="quiet">${(100 * left).toFixed(1)} % of the start's ${label} left; ${task.executed} of ${task.rounds} programs ran</p>`}
${task.outcome === "scored" ? null : html`<p class="quiet text">${task.reason}</p>`}</article>`;
}

const order: Record<ScoredTask["outcome"], number> = { error: 0, failed: 1, unfinished: 2, scored: 3 };

/** The evaluation as one page that needs nothing else: light and dark, thumbnails inside it, no script. */
export async function pageOf(evaluation: Evaluation, rescored: readonly Rescored[]): Promise<string> {
  const { mode, out, made, tasks, metrics, notes, kind } = evaluation;
  const [loss] = metrics;
  const count = (outcome: ScoredTask["outcome"]) => tasks.filter((task) => task.outcome === outcome).length;
  const facts = [
    ["runs", tasks.length],
    ["scored", count("scored")],
    ["failed", count("failed")],
    ["errors", count("error")],
    ["unfinished", count("unfinished")],
  ] as const;
  const sorted = [...rescored].sort((a, b) => order[a.task.outcome] - order[b.task.outcome]);
  const cards: Markup[] = [];
  for (const one of sorted.slice(0, mostShown)) cards.push(await taskCard(one, loss?.name, loss?.label ?? "loss"));
  const more = sorted.length - cards.length;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${mode}: ${tasks.length} runs</title><style>${new Markup(style + own)}</style></head>
<body><main><span class="chip">${kind} · ${mode}</span><h1>${out}</h1>
<p class="quiet">Scored again ${made.slice(0, 16).replace("T", " ")} UTC. ${legend}</p>
<div class="facts">${facts.map(([name, value]) => html`<div class="fact"><b>${value}</b><span>${name}</span></div>`)}</div>
${notes.map((note) => html`<p>${note}</p>`)}
${tablesOf(evaluation).map(tableMarkup)}
<h2>Pictures</h2><div class="tasks">${cards}</div>${more > 0 ? html`<p class="quiet">and ${more} more runs</p>` : null}
<footer>viga ${evaluation.viga}, seed ${evaluation.seed}</footer></main></body></html>`.text;
}
