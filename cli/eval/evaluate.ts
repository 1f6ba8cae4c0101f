import { asSlideBench, type SlideBench } from "../../evaluators/aggregate/as-slidebench.ts";
import { asViga, type VigaRow } from "../../evaluators/aggregate/as-viga.ts";
import type { ScoredTask } from "../../evaluators/aggregate/scored.ts";
import { type Comparison, compareWith, type Group, summarise } from "../../evaluators/aggregate/summary.ts";
import type { Column } from "../../evaluators/columns/column.ts";
import type { Measurement, MetricInfo, Usage } from "../../machines/domain/index.ts";
import { version } from "../version.ts";
import type { Entries } from "./entries.ts";
import { type ComparedPairs, type ModelReplies, ReplyCounter } from "./replies.ts";
import { type Rescored, rescore } from "./rescore.ts";

/** A column that the reader may miss, and why it is not there. */
export interface Missing {
  label: string;
  why: string;
}

/** What `viga eval` found; `eval.json` is this. */
export interface Evaluation {
  schema: 1;
  viga: string;
  out: string;
  mode: string;
  kind: Entries["kind"];
  made: string;
  seed: number;
  metrics: readonly MetricInfo[];
  missing: readonly Missing[];
  groups: Group[];
  baseline: (Comparison & { out: string }) | null;
  /** The paper's own way of counting; null where it was not asked for. */
  as_viga: VigaRow[] | null;
  /** SlideBench's overall; null where its parts were not measured. */
  slidebench: SlideBench | null;
  models: ModelReplies[];
  /** Pairs of candidates that judges compared in both orders. */
  compared: ComparedPairs;
  tasks: ScoredTask[];
  notes: string[];
}

export interface EvaluateOptions {
  out: string;
  entries: Entries;
  baseline: { out: string; entries: Entries } | null;
  columns: readonly Column[];
  missing: readonly Missing[];
  asViga: boolean;
  seed: number;
  now: Date;
  /** What the judge cost so far; absent: there is none. */
  usage?: () => Usage;
  /** Told before each run: how many are done, and of how many. */
  onRun: (done: number, of: number, id: string) => void;
}

/** Metrics of the runs' own measure, then those of the columns, each once. */
function metricsWith(columns: readonly Column[]) {
  return ({ loss, metrics }: Measurement): MetricInfo[] => {
    const all = [loss, ...metrics, ...columns.flatMap((column) => column.metrics)];
    return [...new Map(all.map((info) => [info.name, info])).values()];
  };
}

/** Scores every run of a folder again and sums them up. Pictures to show come beside it, in the order of the tasks. */
export async function evaluate(options: EvaluateOptions): Promise<{ evaluation: Evaluation; rescored: Rescored[] }> {
  const { columns, seed, baseline } = options;
  const metricsOf = metricsWith(columns);
  const replies = new ReplyCounter();
  const total = options.entries.entries.length + (baseline?.entries.entries.length ?? 0);
  let done = 0;
  const all = async ({ entries }: Entries, counter: ReplyCounter): Promise<Rescored[]> => {
    const found: Rescored[] = [];
    for (const entry of entries) {
      options.onRun(done++, total, entry.id);
      found.push(await rescore(entry, columns, metricsOf, counter));
    }
    return found;
  };
  const rescored = await all(options.entries, replies);
  const before = baseline === null ? null : await all(baseline.entries, new ReplyCounter());
  const tasks = rescored.map(({ task }) => task);
  const measurement = rescored.find((one) => one.measurement !== null)?.measurement ?? null;
  const known = measurement === null ? [] : metricsOf(measurement);
  // A column that no run has a number in says nothing.
  const metrics = known.filter(({ name }) =>
    tasks.some(({ numbers }) => Object.values(numbers).some((one) => one?.[name] !== undefined)),
  );
  const differing = rescored.reduce((sum, one) => sum + one.differing, 0);
  const notes = [
    ...(differing === 0 ? [] : [`${differing} rounds measure differently now than when they were run`]),
    ...rescored.flatMap((one) => one.problems),
    ...columns.flatMap((column) => column.notes?.() ?? []),
    ...(before === null ? [] : notesOfBaseline(before)),
  ];
  const compared = replies.pairs();
  if (compared.pairs > 0) {
    const told = `judges compared ${compared.pairs} pairs of candidates in both orders`;
    notes.push(`${told}: ${compared.orderEffect} answers turned with the order (order effect) and were no preference`);
  }
  const spent = options.usage?.();
  if (spent) notes.push(`the judge: ${spent.calls} calls, ${spent.usd.toFixed(4)} usd`);
  const { mode, kind } = options.entries;
  const evaluation: Evaluation = {
    schema: 1,
    viga: version,
    out: options.out,
    mode,
    kind,
    made: options.now.toISOString(),
    seed,
    metrics,
    missing: options.missing,
    groups: summarise(tasks, metrics, seed),
    baseline:
      baseline === null || before === null
        ? null
        : {
            out: baseline.out,
            ...compareWith(
              tasks,
              before.map(({ task }) => task),
              metrics,
              seed,
            ),
          },
    as_viga: options.asViga ? asViga(mode, tasks, known) : null,
    slidebench: metrics.some(({ name }) => name === "slide_overall") ? asSlideBench(tasks) : null,
    models: replies.all(),
    compared,
    tasks,
    notes,
  };
  return { evaluation, rescored };
}

function notesOfBaseline(before: readonly Rescored[]): string[] {
  const bad = before.filter(({ task }) => task.outcome !== "scored");
  return bad.length === 0 ? [] : [`${bad.length} of the baseline's ${before.length} runs are not scored`];
}
