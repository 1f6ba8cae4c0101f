import type { ExperimentCell, ExperimentResult, ExperimentRun } from "../../machines/domain/index.ts";
import { html, type Markup } from "../report/html.ts";
import type { Shown } from "../report/pictures.ts";
import { lossText, spanText } from "../text.ts";
import { itemName, type PageData } from "./page-data.ts";
import { readShownRun, type ShownRun } from "./shown-run.ts";
import { cellLabel, moneyText, percentText, runGain } from "./words.ts";

/** Runs whose pictures and programs one page holds, some 10 to 40 KB each: browsers open what that makes at once. */
export const mostShownRuns = 300;

interface Place {
  cell: ExperimentCell;
  run: ExperimentRun;
}

/** The runs by task and seed, in the order of the experiment's tasks. */
function itemsOf({ cells, tasks }: ExperimentResult): { name: string; source: string; places: Place[] }[] {
  const items = new Map<string, { name: string; source: string; places: Place[] }>();
  const order = [...tasks.map(({ id }) => id)];
  const places = cells.flatMap((cell) => cell.runs.map((run) => ({ cell, run })));
  places.sort((a, b) => order.indexOf(a.run.task) - order.indexOf(b.run.task) || a.run.seed - b.run.seed);
  for (const { cell, run } of places) {
    const name = itemName(run);
    const source = tasks.find(({ id }) => id === run.task)?.source ?? "";
    const item = items.get(name) ?? { name, source, places: [] };
    item.places.push({ cell, run });
    items.set(name, item);
  }
  return [...items.values()];
}

function picture(data: PageData, shown: Shown | null, alt: string, why: string): Markup {
  const number = data.picture(shown);
  if (number === null || shown === null || "missing" in shown) {
    return html`<div class="nothing">${shown !== null && "missing" in shown ? shown.missing : why}</div>`;
  }
  return html`<img data-picture="${number}" width="${shown.width}" height="${shown.height}" alt="${alt}">`;
}

/** Address of a run's report, relative to the page; its folder's name cannot make it another kind of address. */
export function reportAddress({ dir }: Pick<ExperimentRun, "dir">): string {
  return `./${[...dir.split("/"), "report.html"].map(encodeURIComponent).join("/")}`;
}

function outcome(result: ExperimentResult, { run }: Place, shown: ShownRun): Markup {
  const gain = runGain(run);
  const words =
    run.status !== "done"
      ? html`<b>${run.status === "error" ? "not begun" : run.status}</b>${run.reason !== undefined && html`: <span class="text">${run.reason}</span>`}`
      : html`${gain === null ? "done" : html`<b>${percentText(gain)}</b> gained`} · ${result.loss.label} ${lossText(run.best_loss)}${run.start_loss !== null && ` from ${lossText(run.start_loss)}`}`;
  return html`${words}<br>${run.best_t !== null && `best is round ${run.best_t} of ${run.rounds} · `}${moneyText(run.usd)} · ${spanText(run.seconds)}${run.reused && " · reused"}${shown.report && html` · <a href="${reportAddress(run)}">report</a>`}`;
}

function sentPart(data: PageData, label: string, { cell }: Place, shown: ShownRun): Markup {
  const { sent, sentMore, verifier, missing } = shown;
  const list = sent.map(
    (one) =>
      html`<figure>${picture(data, one.shown, `sent in round ${one.t}: ${one.label}`, "not kept")}<figcaption><b>${one.label || "without a label"}</b><br>round ${one.t}, ${one.width} × ${one.height} px, ${Math.ceil(one.bytes / 1024)} KiB, <code>${one.sha256.slice(0, 12)}</code></figcaption></figure>`,
  );
  const none =
    missing === null
      ? `No picture was sent to a model: the tape has no receipt. It was judged by ${verifier ?? "a verifier that the tape does not name"}.`
      : "Not known: its tape is missing.";
  return html`<div data-cell="${cell.id}"><div class="label">${label}</div>${list.length > 0 ? html`<div class="sent">${list}</div>` : html`<p class="quiet">${none}</p>`}${sentMore > 0 && html`<p class="quiet">and ${sentMore} more, in the tape</p>`}</div>`;
}

function itemCard(
  result: ExperimentResult,
  data: PageData,
  item: ReturnType<typeof itemsOf>[number],
  shown: ShownRun[],
): Markup {
  const some = shown.find(({ target }) => target !== null) ?? shown.find(({ start }) => start !== null);
  const views = some !== undefined && some.views > 1 ? ` · view ${some.view}, 1 of ${some.views}` : "";
  const given = (key: "target" | "start", words: string) =>
    html`<figure class="given">${picture(data, some?.[key] ?? null, words, `no ${words}`)}<figcaption><b>${words}</b>${views}</figcaption></figure>`;
  const figures = result.cells.map((cell) => {
    const label = cellLabel(result, cell.values);
    const at = item.places.findIndex((place) => place.cell === cell);
    if (at < 0)
      return html`<figure data-cell="${cell.id}"><div class="nothing">missing</div><figcaption><b>${label}</b><br>has no run of it</figcaption></figure>`;
    const of = shown[at]!;
    return html`<figure data-cell="${cell.id}">${picture(data, of.best, `best of ${label}`, of.missing ?? "no picture")}<figcaption><b>${label}</b><br>${outcome(result, item.places[at]!, of)}</figcaption></figure>`;
  });
  const sent = item.places.map((place, at) => sentPart(data, cellLabel(result, place.cell.values), place, shown[at]!));
  return html`<article class="card item" data-item="${item.name}" tabindex="-1"><h3>${item.name}</h3><p class="quiet">${item.source}</p>
<div class="strip">${given("target", "target")}${given("start", "start")}${figures}</div>
<details class="compare"><summary>A and B over each other, and what differs in their programs</summary><div class="compared"></div></details>
<details><summary>The pictures that the verifier was sent</summary>${sent}</details></article>`;
}

/**
 * Task by task and seed by seed: target, start and each cell's best, and what belongs to them. Adds every run to `data`.
 * Items beyond the bound are named, with what became of them, but without pictures.
 */
export async function itemCards(result: ExperimentResult, out: string, data: PageData): Promise<Markup> {
  const cards: Markup[] = [];
  const beyond: string[] = [];
  let held = 0;
  for (const item of itemsOf(result)) {
    const room = held === 0 || held + item.places.length <= mostShownRuns;
    const shown: ShownRun[] = [];
    for (const { cell, run } of item.places) {
      const one = room ? await readShownRun(out, run) : null;
      if (one !== null) shown.push(one);
      data.run(cell.id, run, one);
    }
    if (!room) beyond.push(item.name);
    else {
      held += item.places.length;
      cards.push(itemCard(result, data, item, shown));
    }
  }
  const rest = html`<details><summary>${beyond.length} more items without pictures: a page holds those of ${mostShownRuns} runs; each run's own report.html has them</summary><p class="text">${beyond.join(", ")}</p></details>`;
  return html`<div id="items">${cards}</div>${beyond.length > 0 && rest}`;
}
