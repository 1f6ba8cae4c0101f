import { modes } from "../../config/modes/index.ts";
import type { Measures, MetricInfo, State } from "../../machines/domain/index.ts";
import { fromOf, movesOf } from "../moves.ts";
import { type RoundView, type RunView, roundsOf, stateOf } from "../run-view.ts";
import { lossText, spanText } from "../text.ts";
import { lossCurve } from "./curve.ts";
import { html, Markup } from "./html.ts";
import { judgement } from "./judgement.ts";
import { writerOf } from "./moved.ts";
import { figure, PictureCache, type Read } from "./pictures.ts";
import { changeChip, roundCard, timeText } from "./round.ts";
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
function endOf(runView: RunView, which: "start" | "best"): End | null {
  const final = runView.final?.[which];
  if (final) return { state: final.state, measures: final.measures, final: true };
  const at = runView.rounds.get(which === "start" ? 0 : (runView.bestT ?? -1));
  return at === undefined ? null : { state: stateOf(at), measures: at.measures, final: false };
}

/** The metrics beside the loss. */
function otherMetrics({ measurement }: RunView): MetricInfo[] {
  return (measurement?.metrics ?? []).filter(({ name }) => name !== measurement?.loss.name);
}

function facts(runView: RunView, start: End | null, best: End | null): Markup {
  const [from, to] = [start?.measures?.loss, best?.measures?.loss];
  const label = runView.measurement?.loss.label ?? "loss";
  const others = otherMetrics(runView);
  const rounds = roundsOf(runView).filter((at) => at.t > 0).length;
  const seconds = (Date.parse(runView.lastAt ?? "") - Date.parse(runView.startedAt ?? "")) / 1000;
  const { calls, input_tokens, output_tokens, usd } = runView.usage;
  return html`<div class="facts">
${from !== undefined && to !== undefined && from > 0 && fact(`${(100 * (1 - to / from)).toFixed(1)} %`, "less loss than the start")}
${to !== undefined ? fact(lossText(to), `${label} of the best${from === undefined ? "" : `, from ${lossText(from)}`}`) : runView.bestLoss !== null && fact(lossText(runView.bestLoss), "loss of the best")}
${others.map((info) => metricFact(info, best?.measures ?? null, start?.measures ?? null))}
${fact(String(rounds), runView.bestT === null ? "rounds" : `rounds, best is ${runView.bestT}`)}
${Number.isFinite(seconds) && fact(spanText(seconds), "from first to last event")}
${calls > 0 && fact(`$${usd.toFixed(3)}`, `${calls} model calls, ${Math.round((input_tokens + output_tokens) / 1000)} k tokens`)}
</div>`;
}

function metricFact({ name, label, digits }: MetricInfo, best: Measures | null, start: Measures | null): Markup | null {
  const [to, from] = [best?.metrics[name], start?.metrics[name]];
  if (to === undefined) return null;
  const text = (value: number) => Number(value.toPrecision(digits)).toString();
  return fact(text(to), `${label}${from === undefined ? "" : `, from ${text(from)}`}`);
}

async function trios(runView: RunView, cache: PictureCache, start: End | null, best: End | null): Promise<Markup> {
  const targets = runView.task?.targets ?? [];
  const names =
    targets.length > 0 ? targets.map(({ name }) => name) : (best?.state?.renders ?? []).map(({ name }) => name);
  const picture = async (end: End | null, name: string, label: string, className: string) => {
    const renders = end?.state?.renders ?? [];
    const render = renders.find((one) => one.name === name) ?? (names.length === 1 ? renders[0] : undefined);
    if (render === undefined) return null;
    const loss = end?.measures?.views.find((view) => view.name === render.name)?.loss ?? end?.measures?.loss;
    const caption = html`<b>${label}</b>${loss !== undefined && ` · ${runView.measurement?.loss.label ?? "loss"} ${lossText(loss)}`}${end?.final === false && " · preview"}`;
    return figure(await cache.show(render.image, 640), caption, className);
  };
  const rows = await Promise.all(
    names.map(async (name) => {
      const target = targets.find((one) => one.name === name);
      const figures = [
        runView.bestT === 0 ? null : await picture(start, name, "Start", ""),
        target && figure(await cache.show(target.image, 640), html`<b>Target</b>${names.length > 1 && ` · ${name}`}`),
        await picture(
          best,
          name,
          runView.bestT === 0 ? "Best: the start" : `Best: round ${runView.bestT ?? "-"}`,
          "is-best",
        ),
      ];
      return html`<div class="trio">${figures}</div>`;
    }),
  );
  const before = runView.task?.start_image;
  const given = before !== undefined && figure(await cache.show(before, 640), html`<b>Start picture</b> · given`);
  return html`${given && html`<div class="trio">${given}</div>`}${rows}`;
}

/** The result from around it, where the run made such views. */
async function orbit({ final }: RunView, cache: PictureCache): Promise<Markup | null> {
  const views = Object.entries(final?.extras ?? {}).filter(([name]) => name.startsWith("orbit_"));
  if (views.length === 0) return null;
  const figures = await Promise.all(
    views.map(async ([, ref], index) =>
      figure(await cache.show(ref, 384), html`<b>The best</b> · from beside, ${index + 1}`),
    ),
  );
  return html`<div class="trio">${figures}</div>`;
}

/** Frames of the result on one sheet, each with its number, where the scene moves. */
async function frames({ final }: RunView, cache: PictureCache): Promise<Markup | null> {
  const sheet = final?.extras["animation.png"];
  if (sheet === undefined) return null;
  return html`<div class="card">${figure(await cache.show(sheet, 1024), html`<b>The best</b> · frames by number; animation.gif plays them`)}</div>`;
}

/** The last round before `at` that has a loss. */
function lossBefore(rounds: RoundView[], at: RoundView): number | null {
  return rounds.findLast((one) => one.t < at.t && one.loss !== null)?.loss ?? null;
}

function roundTable(rounds: RoundView[], bestT: number | null, metrics: readonly MetricInfo[]): Markup {
  const judged = rounds.some((at) => at.feedback?.overall_similarity !== undefined);
  const rows = rounds.map((at) => {
    const state = stateOf(at);
    return html`<tr class="${at.t === bestT && "best"}"><td><a href="#round-${at.t}">${at.t}</a></td><td class="n">${lossText(at.loss)}</td>${metrics.map(({ name, digits }) => html`<td class="n">${at.measures?.metrics[name]?.toPrecision(digits)}</td>`)}${judged && html`<td class="n">${at.feedback?.overall_similarity?.toFixed(0)}</td>`}<td>${
      state?.ok === false ? html`<span class="chip bad">failed</span>` : changeChip(at.loss, lossBefore(rounds, at))
    }</td><td class="n">${timeText(at)}</td></tr>`;
  });
  return html`<details><summary>All rounds as a table</summary><div class="wide"><table><thead><tr><th>round</th><th class="n">loss</th>${metrics.map(({ label }) => html`<th class="n">${label}</th>`)}${judged && html`<th class="n">similarity</th>`}<th>change</th><th class="n">time</th></tr></thead><tbody>${rows}</tbody></table></div></details>`;
}

function usageTable(runView: RunView): Markup | null {
  const rows = [...runView.calls, ["all", runView.usage] as const].filter(([, use]) => use.calls > 0);
  if (rows.length === 0) return null;
  return html`<h2>Usage</h2><div class="card wide"><table><thead><tr><th>role</th><th class="n">calls</th><th class="n">tokens in</th><th class="n">tokens out</th><th class="n">US $</th></tr></thead><tbody>${rows.map(
    ([role, use]) =>
      html`<tr><td>${role}</td><td class="n">${use.calls}</td><td class="n">${use.input_tokens}</td><td class="n">${use.output_tokens}</td><td class="n">${use.usd.toFixed(4)}</td></tr>`,
  )}</tbody></table></div>`;
}

function incidents(runView: RunView): Markup | null {
  if (runView.incidents.length === 0) return null;
  return html`<h2>Incidents</h2><div class="card"><ul>${runView.incidents.map(({ time, text }) => html`<li><span class="quiet mono">${time.slice(11, 19)}</span> ${text}</li>`)}</ul></div>`;
}

/** A program's text, or null where it is gone. */
const programText = (read: Read) => (ref: string) =>
  read(ref).then(
    (bytes) => bytes.toString("utf8"),
    () => null,
  );

/** What the generator planned and what the verifier saw in the target before round 1. */
function words({ plan, analysis }: RunView): Markup {
  const part = (title: string, text: string | null) =>
    text !== null && html`<details open><summary>${title}</summary><p class="text">${text}</p></details>`;
  return html`${(plan !== null || analysis !== null) && html`<h2>Plan</h2><div class="card">${part("The generator's plan", plan)}${part("The target, as the verifier described it", analysis)}</div>`}`;
}

/** The whole report. A run that has no end yet is shown as far as it came. */
export async function reportPage(runView: RunView, read: Read): Promise<string> {
  const cache = new PictureCache(read);
  const rounds = roundsOf(runView);
  const [start, best] = [endOf(runView, "start"), endOf(runView, "best")];
  const cards: Markup[] = [];
  for (const at of rounds) {
    const [before, from, best] = [lossBefore(rounds, at), fromOf(runView, at), at.t === runView.bestT];
    const moves = await movesOf(runView, at, programText(read));
    cards.push(
      await roundCard(
        at,
        { before, from, moves, writer: writerOf(runView), best, measurement: runView.measurement },
        cache,
        read,
      ),
    );
  }
  const status = runView.status === "running" ? "not finished" : runView.status;
  const points = rounds
    .filter((at) => at.round !== null)
    .map(({ t, loss, feedback }) => ({ t, loss, similarity: feedback?.overall_similarity ?? null }));
  const name = runView.task?.name ?? runView.run;
  const { remark } = modes.get(runView.task?.mode ?? "") ?? {};
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${name} · viga</title><style>${new Markup(style)}</style></head>
<body><main>
<span class="chip">${runView.task?.mode}</span>${remark !== undefined && html` <span class="chip">${remark}</span>`} <span class="chip ${statusClass[runView.status]}">${status}</span>${runView.stopReason !== null && html` <span class="chip">stopped: ${runView.stopReason}</span>`}
<h1>${name}</h1>
${runView.task && runView.task.text !== "" && html`<p class="text quiet">${runView.task.text}</p>`}
${runView.error !== null && html`<div class="error"><b>The run failed:</b> <span class="text">${runView.error}</span></div>`}
${facts(runView, start, best)}
${await trios(runView, cache, start, best)}
${await orbit(runView, cache)}
${await frames(runView, cache)}
${words(runView)}
<h2>Loss</h2><div class="card">${lossCurve(points, runView.bestT)}${points.length > 0 && roundTable(rounds, runView.bestT, otherMetrics(runView))}</div>
${judgement(runView)}
<h2>Rounds</h2>
${cards.length > 0 ? cards : html`<p class="quiet">No round has begun.</p>`}
${usageTable(runView)}${incidents(runView)}
<h2>Set-up</h2><div class="card"><details><summary>Players and configuration</summary><pre class="wrap">${JSON.stringify(runView.facts, null, 2)}</pre></details></div>
<footer>run ${runView.run} · ${runView.startedAt} to ${runView.lastAt} (UTC)${runView.measurement && html` · ${runView.measurement.loss.label} is ${runView.measurement.loss.title}, lower is better`}</footer>
</main></body></html>
`;
  return page.text;
}
