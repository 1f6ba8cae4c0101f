import type { Measures, Round } from "../domain/index.ts";

const spreadOf = (a: number, b: number): number => 2 * Math.hypot(a, b);

/** Least rise of the similarity (0 to 100) that is a gain, whatever the loss says: beyond the judge's own noise. */
export const leastRise = (judge: number): number => Math.max(2, 100 * spreadOf(judge, judge));

/** Final pictures decide among so many rounds at most. */
const mostContenders = 3;

/**
 * Loss of a round, lower is better: the measured loss of its preview; without a target picture 1 - overall_similarity /
 * 100 as the verifier judged it; null when the program failed or nothing is known.
 */
export function lossOf(round: Round): number | null {
  if (!round.state.ok) return null;
  if (round.measures) return round.measures.loss;
  const similarity = round.feedback?.overall_similarity;
  return similarity === undefined ? null : 1 - similarity / 100;
}

export const similarityOf = (round: Round): number | null => round.feedback?.overall_similarity ?? null;

/** How much better the later of two rounds is, and up to what difference that may be chance. */
export interface Comparison {
  /** Which of the rounds' numbers were compared: both by the same kind. */
  by: "preview" | "careful";
  /** Loss of the earlier less that of the later. */
  gain: number;
  /** Two standard deviations of the difference and, in previews, what sampling may add to one loss and not to the other. */
  margin: number;
}

/** Until it is drawn carefully a program is taken to scatter up to so many times as the run's first one did. */
const otherPrograms = 2;

/** What sampling may add to the loss of a preview that was drawn once. */
const floorOfOne = ({ floor = 0 }: Measures): number => otherPrograms * floor;

/** Up to which difference previews of two programs may be equal: their noise, and what sampling may add to one of them. */
export const previewMargin = (a: Measures, b: Measures): number =>
  spreadOf(a.noise, b.noise) + Math.max(floorOfOne(a), floorOfOne(b));

/** What sampling may add to the preview's loss: measured for the very program once it was drawn carefully. */
function floorOf({ measures, careful }: Round): number {
  if (!measures) return 0;
  if (!careful) return floorOfOne(measures);
  return Math.max(0, measures.loss - careful.loss + (careful.floor ?? 0));
}

/** By their previews; null where one of them has no loss. `judge`: the noise of a judged loss. */
export function comparePreviews(before: Round, now: Round, judge: number): Comparison | null {
  const [known, loss] = [lossOf(before), lossOf(now)];
  if (known === null || loss === null) return null;
  const [a, b] = [before.measures?.noise ?? judge, now.measures?.noise ?? judge];
  return { by: "preview", gain: known - loss, margin: spreadOf(a, b) + Math.max(floorOf(before), floorOf(now)) };
}

const compareCareful = (before: Measures, now: Measures): Comparison => ({
  by: "careful",
  gain: before.loss - now.loss,
  margin: spreadOf(before.noise, now.noise),
});

/** By the best numbers that both have: previews that differ beyond their noise need no others. */
export function compare(before: Round, now: Round, judge: number): Comparison | null {
  const previews = comparePreviews(before, now, judge);
  if (previews === null || Math.abs(previews.gain) > previews.margin) return previews;
  return before.careful && now.careful ? compareCareful(before.careful, now.careful) : previews;
}

const sameProgram = (a: Round, b: Round): boolean => a.program !== null && a.program.code === b.program?.code;

/** Which of two rounds must be drawn with more samples before one is called better; none where that cannot help. */
export function undecided(best: Round | null, now: Round, judge: number): Round[] {
  const previews = best && comparePreviews(best, now, judge);
  if (!best || !previews || previews.margin === 0 || Math.abs(previews.gain) > previews.margin) return [];
  const both = [best, now];
  if (sameProgram(best, now)) return [];
  if (both.some(({ program, measures, careful }) => !program || !measures || careful === null)) return [];
  return both.filter(({ careful }) => careful === undefined);
}

/** Whether the later round is better than the best before it; equal ones are told apart by their similarity only. */
export function isBetter(best: Round | null, now: Round, judge: number): boolean {
  const loss = lossOf(now);
  if (loss === null) return false;
  const found = best && compare(best, now, judge);
  if (!best || !found) return true;
  if (Math.abs(found.gain) > found.margin || found.margin === 0) return found.gain > 0;
  const [known, similarity] = [similarityOf(best), similarityOf(now)];
  const moreAlike = known !== null && similarity !== null && similarity - known >= leastRise(judge);
  return found.gain > 0 && moreAlike && !sameProgram(best, now);
}

/** Whether a round is worse than the best beyond noise; a failed one is. */
export function isWorse(best: Round | null, now: Round, judge: number): boolean {
  const found = best && compare(best, now, judge);
  return found ? -found.gain > found.margin : lossOf(now) === null;
}

/** The rounds that noise leaves equal to the best, with it in front; what is left to tell apart at final quality. */
export function contendersOf(rounds: readonly Round[], best: Round, judge: number): Round[] {
  const equal = rounds.filter((round) => {
    if (round.t === best.t || !round.measures || round.program === null || sameProgram(best, round)) return false;
    const found = compare(best, round, judge);
    return found !== null && found.margin > 0 && Math.abs(found.gain) <= found.margin;
  });
  const different = equal.filter((round, index) => !equal.slice(0, index).some((one) => sameProgram(one, round)));
  const nearest = different.sort((a, b) => (lossOf(a) ?? 0) - (lossOf(b) ?? 0) || a.t - b.t);
  return [best, ...nearest.slice(0, mostContenders - 1)];
}
