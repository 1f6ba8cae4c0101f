import { alignLines } from "../../bridge/text/line-diff.ts";
import { wholeProgram } from "../../bridge/text/short-diff.ts";
import type { Feedback, Measurement } from "../../machines/domain/index.ts";
import type { Moves } from "../moves.ts";
import { refinedSeconds } from "../refined.ts";
import { programOf, type RoundView, stateOf } from "../run-view.ts";
import { lossText, metricsText, spanText } from "../text.ts";
import { html, Markup } from "./html.ts";
import { changedLines } from "./lines.ts";
import { movedLists, type writerOf } from "./moved.ts";
import { figure, type PictureCache, type Read } from "./pictures.ts";

export interface RoundContext {
  /** The loss of the last round before this one that has any. */
  before: number | null;
  /** The runView of the round this one's program was made from. */
  from: RoundView | null;
  /** Whose numbers moved, and who wrote the program. */
  moves: Moves;
  writer: ReturnType<typeof writerOf>;
  best: boolean;
  measurement: Measurement | null;
}

/** Lines of a diff that is shown unfolded. */
const mostOpen = 16;
/** Differences shown before the rest is folded away. */
const mostItems = 4;

async function codeOf(at: RoundView | null, read: Read): Promise<string | null> {
  const ref = at === null ? undefined : programOf(at)?.code;
  if (ref === undefined) return null;
  return read(ref).then(
    (bytes) => bytes.toString("utf8"),
    () => null,
  );
}

/** "12 % better" against the round before. */
export function changeChip(loss: number | null, before: number | null): Markup | null {
  if (loss === null || before === null || before === 0) return null;
  const gain = (before - loss) / before;
  if (Math.abs(gain) < 0.0005) return html`<span class="chip">unchanged</span>`;
  const words = `${(Math.abs(gain) * 100).toFixed(1)} % ${gain > 0 ? "better" : "worse"}`;
  return html`<span class="chip ${gain > 0 ? "good" : "warn"}">${words}</span>`;
}

function givenDiff(diff: string): Markup {
  const lines = diff.split("\n").map((line) => {
    const kind = /^\+(?!\+\+)/.test(line)
      ? "add"
      : /^-(?!--)/.test(line)
        ? "del"
        : /^(@@|\+\+\+|---)/.test(line)
          ? "gap"
          : "";
    return kind === "" ? html`${line}\n` : html`<span class="${kind}">${line || " "}</span>`;
  });
  return html`<pre>${lines}</pre>`;
}

function measuredDiff(before: string, after: string): Markup | null {
  const lines = changedLines(alignLines(before.split("\n"), after.split("\n")));
  if (lines.length === 0) return null;
  return html`<pre>${lines.map((line) => {
    if (line === null) return html`<span class="gap">⋯</span>`;
    if (line.kind === "same") return html`  ${line.text}\n`;
    return line.kind === "added"
      ? html`<span class="add">+ ${line.text}</span>`
      : html`<span class="del">- ${line.text}</span>`;
  })}</pre>`;
}

/** What the writer changed in the code: its own diff, else the difference of the two programs. */
function changeOf(given: string, before: string | null, code: string | null, writer: string): Markup | null {
  const whole = given === "" || code === null ? null : wholeProgram(given, code);
  if (whole?.first === true) return html`<p class="quiet">The first program, ${whole.added} lines.</p>`;
  const diff = given !== "" ? givenDiff(given) : code !== null && before !== null ? measuredDiff(before, code) : null;
  const short = given !== "" && given.split("\n").length <= mostOpen;
  return (
    diff &&
    html`<details${short && new Markup(" open")}><summary>What the ${writer} changed in the code</summary>${diff}</details>`
  );
}

/** How long a round's program took, and how long it was refined before. */
export function timeText(at: RoundView): string {
  const [state, refining] = [stateOf(at), refinedSeconds(programOf(at))];
  const own = state === null ? "" : spanText(state.seconds.total);
  return refining === 0 ? own : `${own} + ${spanText(refining)} refining`;
}

function feedbackPart(feedback: Feedback): Markup {
  const items = (["critical", "major", "minor"] as const).flatMap((level) =>
    feedback.visual_difference[level].map(
      (text) => html`<li class="${level}"><span class="level">${level}</span> ${text}</li>`,
    ),
  );
  const [shown, rest] = [items.slice(0, mostItems), items.slice(mostItems)];
  const suggestions = feedback.edit_suggestion.map((text) => html`<li>${text}</li>`);
  const disputed = (feedback.disputed ?? []).map(({ claim, evidence }) => html`<li>“${claim}” — ${evidence}</li>`);
  return html`<div class="label">Feedback${feedback.overall_similarity !== undefined && html` · ${feedback.overall_similarity.toFixed(0)} of 100`}</div>
${shown.length > 0 ? html`<ul>${shown}</ul>` : html`<p class="quiet">No difference named.</p>`}
${rest.length > 0 && html`<details><summary>${rest.length} more</summary><ul>${rest}</ul></details>`}
${disputed.length > 0 && html`<div class="label">Disputed by measurement</div><ul>${disputed}</ul>`}
${suggestions.length > 0 && html`<details><summary>Suggested edits (${suggestions.length})</summary><ul>${suggestions}</ul></details>`}
${feedback.thought.trim() !== "" && html`<details><summary>The verifier's own account</summary><pre class="wrap">${feedback.thought}</pre></details>`}`;
}

/** One round as a card: pictures, thought, knobs, code, feedback, errors. */
export async function roundCard(
  at: RoundView,
  context: RoundContext,
  cache: PictureCache,
  read: Read,
): Promise<Markup> {
  const state = stateOf(at);
  const program = programOf(at);
  const label = context.measurement?.loss.label ?? "loss";
  const [code, before] = [await codeOf(at, read), await codeOf(context.from, read)];
  const renders = await Promise.all(
    (state?.renders ?? []).map(async ({ name, image }) => {
      const view = at.measures?.views.find((one) => one.name === name);
      return figure(
        await cache.show(image, 384),
        html`${name}${view && html` · ${label} <b>${lossText(view.loss)}</b>`}`,
      );
    }),
  );
  const heat = at.feedback?.heatmap;
  const change = changeOf(program?.code_diff.trim() ?? "", before, code, context.writer);
  const error = state?.error;
  return html`<article class="card round${context.best && " best"}" id="round-${at.t}">
<div class="pictures">${renders.length > 0 ? renders : figure(null, html`no picture`)}${heat !== undefined && figure(await cache.show(heat, 384), html`where it differs`)}</div>
<div><header><h3>${at.t === 0 ? "Start state" : `Round ${at.t}`}</h3>
<span class="loss">${at.loss === null ? "" : `${at.measures === null ? "loss" : label} ${lossText(at.loss)}`}</span>${changeChip(at.loss, context.before)}
${context.best && html`<span class="chip best">best</span>`}${at.stage !== null && html`<span class="chip">${at.stage}</span>`}${error && html`<span class="chip bad">failed</span>`}${at.round === null && html`<span class="chip warn">not finished</span>`}
<span class="quiet">${at.measures && metricsText(at.measures.metrics, context.measurement)}${state && html` · ${timeText(at)} on ${state.slot}`}</span></header>
${at.note !== null && html`<p class="quiet">${at.note}</p>`}
${error && html`<div class="error"><b>${error.type}</b>${error.line !== undefined && ` in line ${error.line}`}: <span class="text">${error.message}</span>${error.source !== undefined && html`<pre>${error.source}</pre>`}${error.hint !== undefined && html`<p>${error.hint}</p>`}</div>`}
${error?.more !== undefined && html`<details><summary>${error.more.length} more error${error.more.length > 1 ? "s" : ""} after it</summary><ul>${error.more.map((one) => html`<li class="text"><b>${one.type}</b>${one.line !== undefined && ` in line ${one.line}`}: ${one.message}${one.hint !== undefined && ` (${one.hint})`}</li>`)}</ul></details>`}
${at.errors.filter((text) => text !== error?.message).map((text) => html`<div class="error">${text}</div>`)}
${state?.checks !== undefined && html`<div class="label">Checks of the scene</div><ul>${state.checks.map(({ text }) => html`<li class="text">${text}</li>`)}</ul>`}
${state?.motion !== undefined && html`<div class="label">What moves</div><ul>${state.motion.map((line) => html`<li class="text">${line}</li>`)}</ul>`}
${program !== null && at.t > 0 && html`<div class="label">The ${context.writer}'s thought</div><p class="text">${program.thought}</p>`}
${change}
${movedLists(context.moves, context.writer, program?.refined)}
${at.feedback !== null && feedbackPart(at.feedback)}
${code !== null && html`<details><summary>The whole program</summary><pre>${code}</pre></details>`}
${state !== null && state.log.trim() !== "" && html`<details><summary>Log</summary><pre class="wrap">${state.log.slice(-20_000)}</pre></details>`}
</div></article>`;
}
