import { slideOverall } from "./improvement.ts";
import type { ScoredTask } from "./scored.ts";

/** SlideBench's overall of the slides that runs chose, 0 to 100. */
export interface SlideBenchRow {
  group: string;
  /** Runs that count, and those of them whose program ran. */
  runs: number;
  ran: number;
  /** Mean of the four reference-based parts over those that ran; null: none did. */
  reference: number | null;
  /** The same of the judge's four; null where nothing was judged. */
  free: number | null;
  /** Part that ran x the mean of the two; of the reference-based alone where nothing was judged. */
  overall: number;
}

export interface SlideBench {
  rows: SlideBenchRow[];
  /** Of each run, in their order: the mean of its parts, 0 where its program failed; null: it does not count. */
  runs: (number | null)[];
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Reference-based and reference-free mean of what a run chose; null: it has no slide that can be scored. */
function partsOf({ outcome, numbers }: ScoredTask): { reference: number; free: number | null } | null {
  const reference = outcome === "scored" ? numbers.final?.slide_overall : undefined;
  return reference === undefined ? null : { reference, free: numbers.final?.judged ?? null };
}

function overallOf(task: ScoredTask): number | null {
  if (task.outcome === "failed") return 0;
  const parts = partsOf(task);
  if (parts === null) return null;
  return parts.free === null ? parts.reference : (parts.reference + parts.free) / 2;
}

function rowOf(group: string, members: readonly ScoredTask[]): SlideBenchRow[] {
  const counted = members.filter((task) => overallOf(task) !== null);
  if (counted.length === 0) return [];
  const ran = counted.flatMap((task) => partsOf(task) ?? []);
  const judged = ran.flatMap((parts) => parts.free ?? []);
  const reference = ran.length === 0 ? null : mean(ran.map((parts) => parts.reference));
  const free = judged.length === 0 ? null : mean(judged);
  const executed = ran.length / counted.length;
  const referenceBased = reference ?? 0;
  const overall = slideOverall({ executed, referenceBased, referenceFree: free ?? referenceBased });
  return [{ group, runs: counted.length, ran: ran.length, reference, free, overall }];
}

/**
 * As SlideBench counts: a slide whose program failed counts 0, so that the overall is the part that ran times the mean of the
 * parts. Runs that could not be begun, are unfinished, or whose slide has no score in the benchmark either are left out.
 */
export function asSlideBench(tasks: readonly ScoredTask[]): SlideBench {
  const groups = [...new Set(tasks.map(({ group }) => group))].sort();
  const rows = groups.flatMap((group) =>
    rowOf(
      group,
      tasks.filter((task) => task.group === group),
    ),
  );
  return { rows: groups.length > 1 ? [...rows, ...rowOf("all", tasks)] : rows, runs: tasks.map(overallOf) };
}
