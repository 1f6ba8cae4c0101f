import type { Round, Usage } from "../domain/index.ts";
import { compare, lossOf } from "./comparing.ts";
import { figure, plateauText, type Standing } from "./progress.ts";
import type { Progress, StopReason } from "./state.ts";

/** The reason, and what it rests on in words. */
export interface Stop {
  reason: StopReason;
  why: string;
}

/** True when a program came back that had been tried before, twice within the last four rounds. */
function repeats(rounds: readonly Round[]): string | null {
  const seen = new Map<string, number>();
  const repeated: { t: number; of: number }[] = [];
  for (const { t, program } of rounds) {
    if (program === null) continue;
    const of = seen.get(program.code);
    if (of === undefined) seen.set(program.code, t);
    else repeated.push({ t, of });
  }
  const last = rounds.at(-1)?.t ?? 0;
  const recent = repeated.filter(({ t }) => t > last - 4);
  if (recent.length < 2) return null;
  return recent.map(({ t, of }) => `round ${t} has the program of round ${of} again`).join(", ");
}

/** Rounds that must go back and forth before that is told from chance. */
const swings = 6;

/** True when the loss goes back and forth between the same two values, beyond noise, over the last rounds. */
function alternates(rounds: readonly Round[], judge: number): string | null {
  const last = rounds.filter(({ t }) => t > 0).slice(-swings);
  if (last.length < swings) return null;
  const found = (a: number, b: number) => compare(last[a]!, last[b]!, judge);
  const pairs = Array.from({ length: swings - 1 }, (_, index) => index);
  const moves = pairs.every((index) => {
    const [next, after] = [found(index, index + 1), index + 2 < swings ? found(index, index + 2) : undefined];
    const equal = after === undefined || (after !== null && Math.abs(after.gain) <= after.margin);
    return equal && next !== null && Math.abs(next.gain) > next.margin;
  });
  if (!moves) return null;
  const [one, other] = [last.at(-1), last.at(-2)].map((round) => figure((round && lossOf(round)) ?? 0));
  return `rounds ${last[0]?.t} to ${last.at(-1)?.t} go back and forth between a loss of ${one} and ${other}`;
}

/**
 * Decides after a round; null: go on. `minutes` is the time since the run's start; `staged`: another stage follows, which
 * a plateau leads to.
 */
export function stopAfter(
  standing: Standing,
  progress: Progress,
  facts: { usage: Usage; minutes: number; staged: boolean },
): Stop | null {
  const { rounds, options, judge } = standing;
  const last = rounds.at(-1);
  if (!last) return null;
  const { budget, max_rounds, max_failures, plateau } = options;
  const failure = last.state.error?.message ?? "no reason given";
  // A base that cannot be opened: no program mends it, and each more of them would be paid for.
  if (last.state.error?.type === "BaseUnreadable" || last.state.error?.type === "BaseMissing") {
    return { reason: "failures", why: failure };
  }
  if (budget.usd !== undefined && facts.usage.usd >= budget.usd) {
    return { reason: "budget_usd", why: `$${facts.usage.usd.toFixed(2)} of stop.budget.usd ${budget.usd} are spent` };
  }
  if (budget.minutes !== undefined && facts.minutes >= budget.minutes) {
    const taken = figure(facts.minutes);
    return { reason: "budget_minutes", why: `${taken} of stop.budget.minutes ${budget.minutes} have passed` };
  }
  const failed = rounds.length - 1 - rounds.findLastIndex((round) => round.state.ok);
  if (last.t > 0 && failed >= max_failures) {
    return { reason: "failures", why: `${failed} programs in a row failed; the last: ${failure}` };
  }
  if (last.t >= max_rounds) return { reason: "max_rounds", why: `${last.t} rounds, as many as stop.max_rounds allows` };
  const oscillation = repeats(rounds) ?? alternates(rounds, judge);
  if (oscillation !== null) return { reason: "oscillation", why: oscillation };
  if (!facts.staged && progress.since >= plateau.patience) {
    return { reason: "plateau", why: plateauText(progress, standing) };
  }
  return null;
}
