import type { MetricInfo } from "../../machines/domain/index.ts";
import { type Compared, improvement } from "./improvement.ts";
import { clusteredInterval, type Interval, signFlip } from "./resample.ts";
import { type Outcome, outcomes, type Pick, picks, type ScoredTask } from "./scored.ts";

/** A mean over scored tasks with its 95 % interval. */
export interface Cell extends Interval {
  pick: Pick;
  metric: string;
  /** Runs that have the number. */
  runs: number;
}

export interface Group {
  name: string;
  counts: Record<Outcome, number>;
  /** Runs of which at least one program ran. */
  executed: number;
  cells: Cell[];
}

/** Name of the group of all tasks. */
export const everything = "all";

const scored = (tasks: readonly ScoredTask[]) => tasks.filter(({ outcome }) => outcome === "scored");

function valuesOf(tasks: readonly ScoredTask[], pick: Pick, metric: string) {
  return scored(tasks).flatMap(({ id, numbers }) => {
    const value = numbers[pick]?.[metric];
    return value === undefined ? [] : [{ task: id, value }];
  });
}

function groupsOf(tasks: readonly ScoredTask[]): [string, ScoredTask[]][] {
  const names = [...new Set(tasks.map(({ group }) => group))].sort();
  const groups = names.map((name): [string, ScoredTask[]] => [name, tasks.filter(({ group }) => group === name)]);
  return names.length === 1 ? groups : [...groups, [everything, [...tasks]]];
}

/** Means by group, each with its interval; after several groups one of all tasks. */
export function summarise(tasks: readonly ScoredTask[], metrics: readonly MetricInfo[], seed: number): Group[] {
  return groupsOf(tasks).map(([name, members]) => ({
    name,
    counts: Object.fromEntries(
      outcomes.map((outcome) => [outcome, members.filter((one) => one.outcome === outcome).length]),
    ) as Record<Outcome, number>,
    executed: members.filter(({ executed }) => executed > 0).length,
    cells: picks.flatMap((pick) =>
      metrics.flatMap(({ name: metric }) => {
        const values = valuesOf(members, pick, metric);
        const interval = clusteredInterval(values, seed);
        return interval === null ? [] : [{ pick, metric, runs: values.length, ...interval }];
      }),
    ),
  }));
}

/** One metric of one group against a baseline, over the tasks that both scored. */
export interface AgainstBaseline {
  group: string;
  pick: Pick;
  metric: string;
  tasks: number;
  baseline: number;
  value: number;
  /** Gain in per cent of the baseline, positive where it is better; null where the baseline is 0. */
  gain: number | null;
  /** Sign-flip permutation test over tasks, two-sided. */
  p: number | null;
}

export interface Comparison {
  rows: AgainstBaseline[];
  /** The paper's Impr. (%) by pick: over groups and metrics, each column with the same weight. */
  improvement: Partial<Record<Pick, number>>;
  /** Tasks that only one side scored. */
  unpaired: string[];
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function meanByTask(values: readonly { task: string; value: number }[]): Map<string, number> {
  const all = new Map<string, number[]>();
  for (const { task, value } of values) all.set(task, [...(all.get(task) ?? []), value]);
  return new Map([...all].map(([task, list]) => [task, mean(list)]));
}

/** Scored tasks against those of a baseline with the same ids. A task that was run several times counts by its mean. */
export function compareWith(
  tasks: readonly ScoredTask[],
  baseline: readonly ScoredTask[],
  metrics: readonly MetricInfo[],
  seed: number,
): Comparison {
  const rows: AgainstBaseline[] = [];
  const gains: Partial<Record<Pick, number>> = {};
  const groups = groupsOf(tasks);
  for (const pick of ["chosen", "oracle", "final"] as const) {
    const columns: Compared[] = [];
    for (const [group, members] of groups) {
      for (const { name: metric, better } of metrics) {
        const [ours, theirs] = [members, baseline].map((side) => meanByTask(valuesOf(side, pick, metric)));
        const shared = [...ours!.keys()].filter((id) => theirs!.has(id));
        if (shared.length === 0) continue;
        const [value, before] = [ours!, theirs!].map((side) => mean(shared.map((id) => side.get(id)!)));
        const column: Compared = { baseline: before!, value: value!, better };
        const p = signFlip(
          shared.map((id) => ours!.get(id)! - theirs!.get(id)!),
          seed,
        );
        rows.push({
          group,
          pick,
          metric,
          tasks: shared.length,
          baseline: before!,
          value: value!,
          gain: improvement([column]),
          p,
        });
        if (groups.length === 1 || group !== everything) columns.push(column);
      }
    }
    const all = improvement(columns);
    if (all !== null) gains[pick] = all;
  }
  const [ours, theirs] = [tasks, baseline].map((side) => new Set(scored(side).map(({ id }) => id)));
  const unpaired = [...ours!, ...theirs!].filter((id) => !(ours!.has(id) && theirs!.has(id))).sort();
  return { rows, improvement: gains, unpaired };
}
