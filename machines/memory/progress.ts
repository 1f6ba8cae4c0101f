import type { Round, StopOptions } from "../domain/index.ts";
import { compare, comparePreviews, leastRise, lossOf, similarityOf } from "./comparing.ts";
import type { Progress } from "./state.ts";

/** What is known when a round is decided: all rounds with it, the best of them, the judge's noise. */
export interface Standing {
  rounds: readonly Round[];
  best: Round | null;
  /** Noise of a judged loss. */
  judge: number;
  options: StopOptions;
}

export const noProgress: Progress = { anchor: null, similarity: null, highest: null, since: 0 };

/** The round by its number. */
export const roundOf = (rounds: readonly Round[], t: number | null): Round | null =>
  rounds.find((round) => round.t === t) ?? null;

/** The best round as decided; with no number anywhere the last program that ran is the best known. */
export function bestOf(rounds: readonly Round[], best: number | null): Round | null {
  return roundOf(rounds, best) ?? rounds.findLast((round) => round.state.ok && round.t > 0) ?? null;
}

/** Smallest drop in loss that counts when measured from `loss`: never less than noise may show by chance. */
function leastGain({ plateau }: StopOptions, loss: number, margin: number): number {
  return Math.max(plateau.min_gain === "auto" ? 0.01 * loss : plateau.min_gain, margin);
}

/** Whether the last round is a new best that lowers the loss by enough since the last gain. */
function gainsLoss({ anchor }: Progress, round: Round, { rounds, best, judge, options }: Standing): boolean {
  const loss = lossOf(round);
  const from = roundOf(rounds, anchor);
  if (loss === null || from === null) return loss !== null;
  const found = compare(from, round, judge);
  return best?.t === round.t && found !== null && found.gain > leastGain(options, lossOf(from) ?? 0, found.margin);
}

/** Progress after the last round: a gain is a lower loss or a higher similarity, each measured from the last gain. */
export function progressAfter(before: Progress, round: Round, standing: Standing): Progress {
  const similarity = similarityOf(round);
  const highest = similarity === null ? before.highest : Math.max(similarity, before.highest ?? 0);
  const lower = gainsLoss(before, round, standing);
  const known = before.similarity;
  const alike = similarity !== null && known !== null && similarity - known >= leastRise(standing.judge);
  if (lower || alike) return { anchor: lower ? round.t : before.anchor, similarity: highest, highest, since: 0 };
  return { ...before, similarity: known ?? highest, highest, since: before.since + (round.t > 0 ? 1 : 0) };
}

/** A number as people read it: three significant digits. */
export const figure = (value: number): string => String(Number(value.toPrecision(3)));

/** Why a run is on a plateau, in words and with the numbers that it was decided by. */
export function plateauText({ since, similarity, highest }: Progress, standing: Standing): string {
  const { best, rounds, judge, options } = standing;
  const loss = best && lossOf(best);
  if (best === null || loss === null) return `${since} rounds without a loss to tell them by`;
  const last = rounds.findLast((round) => round.t !== best.t && lossOf(round) !== null) ?? best;
  const margin = (compare(best, last, judge) ?? comparePreviews(best, best, judge))?.margin ?? 0;
  const least = leastGain(options, loss, margin);
  const rule = options.plateau.min_gain === "auto" ? "1 % of the loss" : "stop.plateau.min_gain";
  const beyond =
    least === margin && margin > 0 ? `beyond the noise ${figure(margin)}` : `of ${figure(least)} (${rule})`;
  const again = figure(best.careful?.loss ?? loss);
  const careful = again === figure(loss) ? "" : ` (${again} with more samples)`;
  const judged =
    similarity === null || highest === null
      ? ""
      : `; similarity ${figure(similarity)}${highest > similarity ? ` to ${figure(highest)}` : ""}`;
  return `${since} rounds without a gain ${beyond}, best ${best.t === 0 ? "the start" : `round ${best.t}`}, loss ${figure(loss)}${careful}${judged}`;
}
