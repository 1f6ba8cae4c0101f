import type { Measures, State } from "../../machines/domain/index.ts";
import { type RoundStory, type RunStory, roundsOf, stateOf } from "../run-view.ts";
import { lossText, spanText } from "../text.ts";
import { lossCurve } from "./curve.ts";
import { html, Markup } from "./html.ts";
import { figure, PictureShelf, type Read } from "./pictures.ts";
import { changeChip, roundCard } from "./round.ts";
import { style } from "./style.ts";

const statusClass = { done: "good", failed: "bad", interrupted: "warn", running: "warn" } as const;

function fact(value: string, label: string): Markup {
  return html`<div class="fact"><b>${value}</b><span>${label}</span></div>`;
}

interface End {
  state: State | null;
  measures: Measures | null;
  final: boolean;
}

/** Start or best: at final quality where that exists. */
function endOf(story: RunStory, which: "start" | "best"): End | null {
  const final = story.final?.[which];
  if (final) return { state: final.state, measures: final.measures, final: true };
  const at = story.rounds.get(which === "start" ? 0 : (story.bestT ?? -1));
  return at === undefined ? null : { state: stateOf(at), measures: at.measures, final: false };
}

function facts(story: RunStory, start: End | null, best: End | null): Markup {
  const [from, to] = [start?.measures?.pl, best?.measures?.pl];
  const rounds = roundsOf(story).filter((at) => at.t > 0).length;
  const seconds = (Date.parse(story.lastAt ?? "") - Date.parse(story.startedAt ?? "")) / 1000;
  const { calls, input_tokens, output_tokens, usd } = story.usage;
  return html`<div class="facts">
${from !== undefined && to !== undefined && from > 0 && fact(`${(100 * (1 - to / from)).toFixed(1)} %`, "less loss than the start")}
${to !== undefined ? fact(lossText(to), `PL of the best${from === undefined ? "" : `, from ${lossText(from)}`}`) : story.bestLoss !== null && fact(lossText(story.bestLoss), "loss of the best")}
${best?.measures && fact(best.measures.ssim.toFixed(4), `SSIM${start?.measures ? `, from ${start.measures.ssim.toFixed(4)}` : ""}`)}
${fact(String(rounds), story.bestT === null ? "rounds" : `rounds, best is ${story.bestT}`)}
${Number.isFinite(seconds) && fact(spanText(seconds), "from first to last event")}
${calls > 0 && fact(`$${usd.toFixed(3)}`, `${calls} model calls, ${Math.round((input_tokens + output_tokens) / 1000)} k tokens`)}
</div>`;
}

async function trios(story: RunStory, shelf: PictureShelf, start: End | null, best: End | null): Promise<Markup> {
  const targets = story.task?.targets ?? [];
  const names =
    targets.length > 0 ? targets.map(({ name }) => name) : (best?.state?.renders ?? []).map(({ name }) => name);
  const bare = (name: string) => name.replace(/\.(png|jpe?g|webp)$/i, "");
  const picture = async (end: End | null, name: string, label: string, className: string) => {
    const renders = end?.state?.renders ?? [];
    const render =
      renders.find((one) => bare(one.name) === bare(name)) ?? (names.length === 1 ? renders[0] : undefined);
    if (render === undefined) return null;
    const pl = end?.measures?.views.find((view) => bare(view.name) === bare(render.name))?.pl ?? end?.measures?.pl;
    const caption = html`<b>${label}</b>${pl !== undefined && ` · PL ${lossText(pl)}`}${end?.final === false && " · preview"}`;
    return figure(await shelf.show(render.image, 640), caption, className);
  };
  const rows = await Promise.all(
    names.map(async (name) => {
      const target = targets.find((one) => one.name === name);
      const figures = [
        story.bestT === 0 ? null : await picture(start, name, "Start", ""),
        target && figure(await shelf.show(target.image, 640), html`<b>Target</b>${names.length > 1 && ` · ${name}`}`),
        await picture(
          best,
          name,
          story.bestT === 0 ? "Best: the start" : `Best: round ${story.bestT ?? "-"}`,
          "is-best",
        ),
      ];
      return html`<div class="trio">${figures}</div>`;
    }),
  );
  return html`${rows}`;
}

/** The last round before `at` that has a loss. */
function lossBefore(rounds: RoundStory[], at: RoundStory): number | null {
  return rounds.findLast((one) => one.t < at.t && one.loss !== null)?.loss ?? null;
}

function roundTable(rounds: RoundStory[], bestT: number | null): Markup {
  const rows = rounds.map((at) => {
    const state = stateOf(at);
    return html`<tr class="${at.t === bestT && "best"}"><td><a href="#round-${at.t}">${at.t}</a></td><td class="n">${lossText(at.loss)}</td><td class="n">${at.measures?.ssim.toFixed(4)}</td><td>${
      state?.ok === false ? html`<span class="chip bad">failed</span>` : changeChip(at.loss, lossBefore(rounds, at))
    }</td><td class="n">${state && spanText(state.seconds.total)}</td></tr>`;
  });
  return html`<details><summary>All rounds as a table</summary><div class="wide"><table><thead><tr><th>round</th><th class="n">loss</th><th class="n">SSIM</th><th>change</th><th class="n">time</th></tr></thead><tbody>${rows}</tbody></table></div></details>`;
}

function usageTable(story: RunStory): Markup | null {
  const rows = [...story.calls, ["all", story.usage] as const].filter(([, use]) => use.calls > 0);
  if (rows.length === 0) return null;
  return html`<h2>Usage</h2><div class="card wide"><table><thead><tr><th>role</th><th class="n">calls</th><th class="n">tokens in</th><th class="n">tokens out</th><th class="n">US $</th></tr></thead><tbody>${rows.map(
    ([role, use]) =>
      html`<tr><td>${role}</td><td class="n">${use.calls}</td><td class="n">${use.input_tokens}</td><td class="n">${use.output_tokens}</td><td class="n">${use.usd.toFixed(4)}</td></tr>`,
  )}</tbody></table></div>`;
}

function incidents(story: RunStory): Markup | null {
  if (story.incidents.length === 0) return null;
  return html`<h2>Incidents</h2><div class="card"><ul>${story.incidents.map(({ time, text }) => html`<li><span class="quiet mono">${time.slice(11, 19)}</span> ${text}</li>`)}</ul></div>`;
}

/** The whole report. A run that has no end yet is shown as far as it came. */
export async function reportPage(story: RunStory, read: Read): Promise<string> {
  const shelf = new PictureShelf(read);
  const rounds = roundsOf(story);
  const [start, best] = [endOf(story, "start"), endOf(story, "best")];
  const cards: Markup[] = [];
  for (const at of rounds) {
    const from = story.rounds.get(at.from ?? at.t - 1) ?? null;
    cards.push(await roundCard(at, { before: lossBefore(rounds, at), from, best: at.t === story.bestT }, shelf, read));
  }
  const status = story.status === "running" ? "not finished" : story.status;
  const points = rounds.filter((at) => at.round !== null).map(({ t, loss }) => ({ t, loss }));
  const name = story.task?.name ?? story.run;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${name} · viga</title><style>${new Markup(style)}</style></head>
<body><main>
<span class="chip">${story.task?.mode}</span> <span class="chip ${statusClass[story.status]}">${status}</span>${story.stopReason !== null && html` <span class="chip">stopped: ${story.stopReason}</span>`}
<h1>${name}</h1>
${story.task && story.task.text !== "" && html`<p class="text quiet">${story.task.text}</p>`}
${story.error !== null && html`<div class="error"><b>The run failed:</b> <span class="text">${story.error}</span></div>`}
${facts(story, start, best)}
${await trios(story, shelf, start, best)}
<h2>Loss</h2><div class="card">${lossCurve(points, story.bestT)}${points.length > 0 && roundTable(rounds, story.bestT)}</div>
<h2>Rounds</h2>
${cards.length > 0 ? cards : html`<p class="quiet">No round has begun.</p>`}
${usageTable(story)}${incidents(story)}
<h2>Set-up</h2><div class="card"><details><summary>Players and configuration</summary><pre class="wrap">${JSON.stringify(story.facts, null, 2)}</pre></details></div>
<footer>run ${story.run} · ${story.startedAt} to ${story.lastAt} (UTC) · PL is the mean squared difference of sRGB bytes / 255, lower is better</footer>
</main></body></html>
`;
  return page.text;
}
