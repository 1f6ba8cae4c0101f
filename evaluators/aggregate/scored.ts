import type { MetricInfo } from "../../machines/domain/index.ts";

/** Numbers by the name of their metric. */
export type Numbers = Readonly<Record<string, number>>;

/**
 * Which state of a run a number is of: the start; the round that the run chose, without ground truth; the best round by each
 * metric itself, which only whoever knows the goal can choose. These three by the loop's pictures, like against like;
 * `final`: the chosen one at final quality.
 */
export const picks = ["start", "chosen", "oracle", "final"] as const;
export type Pick = (typeof picks)[number];

/** `failed`: the run ended without a result; `error`: the task could not be begun, or what it left cannot be read. */
export const outcomes = ["scored", "failed", "error", "unfinished"] as const;
export type Outcome = (typeof outcomes)[number];

/** One run of a task as it was scored again. */
export interface ScoredTask {
  id: string;
  /** Its type, level or setting: what tables are made by. */
  group: string;
  /** Folder of its run. */
  dir: string;
  outcome: Outcome;
  /** Why it is not scored; of a scored one why its run stopped. */
  reason: string | null;
  /** Rounds after the start, and those whose program ran. */
  rounds: number;
  executed: number;
  /** null: nothing was measured there. Means are taken over scored tasks only, whatever stands here. */
  numbers: Readonly<Record<Pick, Numbers | null>>;
  /** The numbers of every round that was measured, the start included, by t. */
  byRound: readonly { t: number; numbers: Numbers }[];
  chosenT: number | null;
}

/** The best of each metric over the rounds. */
export function oracleOf(rounds: readonly { numbers: Numbers }[], metrics: readonly MetricInfo[]): Numbers | null {
  const best: Record<string, number> = {};
  for (const { name, better } of metrics) {
    const values = rounds.flatMap(({ numbers }) => numbers[name] ?? []);
    if (values.length > 0) best[name] = better === "lower" ? Math.min(...values) : Math.max(...values);
  }
  return Object.keys(best).length === 0 ? null : best;
}
