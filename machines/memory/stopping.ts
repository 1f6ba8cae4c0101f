import type { Round, StopOptions, Usage } from "../domain/index.ts";

/** Why a run ended. */
export type StopReason =
  | "end_process"
  | "max_rounds"
  | "plateau"
  | "oscillation"
  | "budget_usd"
  | "budget_minutes"
  | "failures"
  | "player_failed"
  | "stopped";

/**
 * Loss of a round, lower is better: the measured loss; without a target picture 1 - overall_similarity / 100 as the
 * verifier judged it; null when the program failed or nothing is known.
 */
export function lossOf(round: Round): number | null {
  if (!round.state.ok) return null;
  if (round.measures) return round.measures.loss;
  const similarity = round.feedback?.overall_similarity;
  return similarity === undefined ? null : 1 - similarity / 100;
}

/** The best round so far; of equals the earliest. */
export function bestOf(rounds: readonly Round[]): Round | null {
  let best: Round | null = null;
  for (const round of rounds) {
    const loss = lossOf(round);
    if (loss === null) continue;
    const known = best === null ? null : lossOf(best);
    if (known === null || loss < known) best = round;
  }
  // With no number anywhere the last program that ran is the best known.
  return best ?? rounds.findLast((round) => round.state.ok && round.t > 0) ?? null;
}

/** Smallest drop in loss that counts as progress when measured from `loss`; `noise` counts for judged losses only. */
function minGain(options: StopOptions, round: Round, loss: number, noise: number): number {
  const configured = options.plateau.min_gain;
  if (configured !== "auto") return configured;
  return Math.max(0.01 * loss, round.measures ? 0 : noise);
}

/** Rounds since the last gain that counted. */
export function roundsWithoutGain(rounds: readonly Round[], options: StopOptions, noise: number): number {
  let anchor: number | null = null;
  let since = 0;
  for (const round of rounds) {
    const loss = lossOf(round);
    if (loss !== null && (anchor === null || anchor - loss > minGain(options, round, anchor, noise))) {
      anchor = loss;
      since = 0;
    } else if (round.t > 0) {
      since += 1;
    }
  }
  return since;
}

/** True when a program came back that had been tried before, twice within the last four rounds. */
export function oscillates(rounds: readonly Round[]): boolean {
  const seen = new Set<string>();
  const repeated: number[] = [];
  for (const round of rounds) {
    const code = round.program?.code;
    if (code === undefined) continue;
    if (seen.has(code)) repeated.push(round.t);
    seen.add(code);
  }
  const last = rounds.at(-1)?.t ?? 0;
  return repeated.filter((t) => t > last - 4).length >= 2;
}

/** How many of the last rounds were worse than the one before them, counted back from the end. */
export function worseInARow(rounds: readonly Round[]): number {
  let count = 0;
  for (let index = rounds.length - 1; index > 0; index--) {
    const [now, before] = [rounds[index], rounds[index - 1]];
    if (!now || !before) break;
    const [loss, known] = [lossOf(now), lossOf(before)];
    // A failed state after any round counts as worse.
    const worse = loss === null || (known !== null && loss > known);
    if (!worse) break;
    count += 1;
  }
  return count;
}

/** Decides after a round; null: go on. `minutes` is the time since the run's start. */
export function stopReason(
  rounds: readonly Round[],
  options: StopOptions,
  facts: { usage: Usage; minutes: number; noise: number },
): StopReason | null {
  const last = rounds.at(-1);
  if (!last) return null;
  // A base that cannot be opened: no program mends it, and each more of them would be paid for.
  if (last.state.error?.type === "BaseUnreadable" || last.state.error?.type === "BaseMissing") return "failures";
  if (options.budget.usd !== undefined && facts.usage.usd >= options.budget.usd) return "budget_usd";
  if (options.budget.minutes !== undefined && facts.minutes >= options.budget.minutes) return "budget_minutes";
  const failed = rounds.length - 1 - rounds.findLastIndex((round) => round.state.ok);
  if (last.t > 0 && failed >= options.max_failures) return "failures";
  if (last.t >= options.max_rounds) return "max_rounds";
  if (oscillates(rounds)) return "oscillation";
  if (roundsWithoutGain(rounds, options, facts.noise) >= options.plateau.patience) return "plateau";
  return null;
}
