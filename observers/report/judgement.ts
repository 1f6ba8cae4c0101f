import { chosenText, comparedText, stopText } from "../judgement.ts";
import { type RunView, roundsOf } from "../run-view.ts";
import { lossText } from "../text.ts";
import { html, type Markup } from "./html.ts";

/** What the previews' numbers are worth: the noise of the best round's loss. */
function noiseText(runView: RunView): string | null {
  const measures = runView.rounds.get(runView.bestT ?? -1)?.measures;
  if (!measures || (measures.noise === 0 && (measures.floor ?? 0) === 0)) return null;
  const label = runView.measurement?.loss.label ?? "the loss";
  return `Previews scatter: ${label} by ${lossText(measures.noise)} from seed to seed, and sampling adds about ${lossText(measures.floor ?? 0)} to it.`;
}

/** Why the run stopped, what its numbers are worth, and how rounds that noise hid were told apart. */
export function judgement(runView: RunView): Markup | null {
  const stop = stopText(runView);
  const lines = [
    stop === "" ? null : `Stopped after round ${roundsOf(runView).at(-1)?.t ?? 0}: ${stop}.`,
    noiseText(runView),
    ...roundsOf(runView).map((at) => comparedText(runView, at)),
    chosenText(runView),
  ].filter((line) => line !== null);
  if (lines.length === 0) return null;
  return html`<h2>How it was judged</h2><div class="card"><ul>${lines.map((line) => html`<li>${sentence(line)}</li>`)}</ul></div>`;
}

const sentence = (line: string): string =>
  `${line.charAt(0).toUpperCase()}${line.slice(1)}${line.endsWith(".") ? "" : "."}`;
