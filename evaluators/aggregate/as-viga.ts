import type { MetricInfo } from "../../machines/domain/index.ts";
import type { Numbers, ScoredTask } from "./scored.ts";

/**
 * How the paper's code counts: the round with the lowest N-CLIP against the goal (an oracle) is a task's result, and a task
 * without one is charged a penalty. Read off VIGA's evaluators (research/benchmarks.md names the lines).
 */

/** Tasks that the code divides by, whatever was run: BlenderGym by type. */
const gymTasks: Readonly<Record<string, number>> = {
  geometry: 50,
  material: 40,
  blendshape: 75,
  placement: 40,
  lighting: 35,
};
const benchTasks = 9;

/** Charged for a missing task, before `scale`. */
const penalties: Readonly<Record<string, number>> = { pl: 0.8, n_clip: 1, vlm_score: 0 };

/** Part of the penalty that a type or level is charged. */
const scales: Readonly<Record<string, number>> = { blendshape: 0.1, placement: 0.1, level2: 0.5 };

export interface VigaRow {
  group: string;
  metric: string;
  /** null: the number cannot be had, and why stands in `why`. */
  value: number | null;
  why: string | null;
  /** Tasks with a result, those charged, and what is divided by. */
  scored: number;
  missing: number;
  divisor: number;
}

/** A parsing bug of the code drops BlenderBench's tasks whose number ends in 0. */
const dropped = (mode: string, id: string) => mode === "blenderbench" && /0$/.test(id);

/** The numbers of the round that the paper's code takes for a task's result; null where no program's round was measured. */
function takenRound({ byRound }: ScoredTask): Numbers | null | "no N-CLIP" {
  const rounds = byRound.filter(({ t }) => t > 0);
  if (rounds.length === 0) return null;
  if (rounds.some(({ numbers }) => numbers.n_clip === undefined)) return "no N-CLIP";
  return rounds.reduce((best, one) => (one.numbers.n_clip! < best.numbers.n_clip! ? one : best)).numbers;
}

/** The judge's scores of what the runs chose: one that could not be read counts 0, as the code has it. */
function judgedMean(members: readonly ScoredTask[], divisor: number): Pick<VigaRow, "value" | "why"> {
  const scores = members.flatMap(({ numbers }) => numbers.final?.vlm_score ?? []);
  if (scores.length === 0) return { value: null, why: "nothing was judged" };
  return { value: scores.reduce((sum, score) => sum + score, 0) / divisor, why: null };
}

/**
 * The rows of the paper's table. What is divided by is the code's own number of tasks where at least as many were run,
 * else the number that was run: a part of the data set would otherwise be charged for the rest.
 */
export function asViga(mode: string, tasks: readonly ScoredTask[], metrics: readonly MetricInfo[]): VigaRow[] {
  const counted = tasks.filter(({ id }) => !dropped(mode, id));
  const groups = [...new Set(counted.map(({ group }) => group))].sort();
  return groups.flatMap((group) => {
    const members = counted.filter((one) => one.group === group);
    const taken = members.map(takenRound);
    const results = taken.filter((one) => one !== null);
    const fixed = mode === "blenderbench" ? benchTasks : (gymTasks[group] ?? members.length);
    const divisor = members.length >= fixed ? fixed : members.length;
    const missing = Math.max(0, divisor - results.length);
    const common = { group, scored: results.length, missing, divisor };
    return metrics
      .filter(({ name }) => name in penalties)
      .map(({ name: metric }): VigaRow => {
        if (metric === "vlm_score") return { ...common, metric, ...judgedMean(members, divisor) };
        if (results.some((one) => one === "no N-CLIP")) {
          return {
            ...common,
            metric,
            value: null,
            why: "its round is the one with the lowest N-CLIP, which was not measured",
          };
        }
        const values = results.flatMap((one) => (one as Numbers)[metric] ?? []);
        if (values.length < results.length) {
          return { ...common, metric, value: null, why: `${results.length - values.length} rounds have no ${metric}` };
        }
        const charged = penalties[metric]! * missing * (scales[group] ?? 1);
        const sum = values.reduce((total, value) => total + value, 0);
        return { ...common, metric, value: (sum + charged) / divisor, why: null };
      });
  });
}
