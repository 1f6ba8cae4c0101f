import { join } from "node:path";
import { z } from "zod";
import { readRegularFile } from "../../../bridge/files/regular-file.ts";
import type { ExpandedExperiment } from "../../../config/experiment/cells.ts";
import type { LoadedExperiment } from "../../../config/experiment/load-experiment.ts";
import { modeOf } from "../../../config/modes/index.ts";
import { evaluatorFor } from "../../../evaluators/index.ts";
import { type ExperimentResult, type ExperimentRun, experimentSchema } from "../../../machines/domain/index.ts";
import { comparisonsOf, summarizedCell } from "./compare.ts";
import type { ExperimentTask } from "./tasks.ts";
import { warningsOf } from "./warnings.ts";

export const resultFile = "experiment.json";

/** What an experiment comes to, from how each of its runs stands. */
export async function resultOf(asked: {
  loaded: LoadedExperiment;
  expanded: ExpandedExperiment;
  tasks: readonly ExperimentTask[];
  mode: string;
  started: string;
  /** Runs by the id of their cell. */
  runs: ReadonlyMap<string, ExperimentRun[]>;
  /** Said beside what the runs themselves show, such as a budget that ended it. */
  more: readonly string[];
}): Promise<ExperimentResult> {
  const { loaded, expanded, tasks, mode, started, runs, more } = asked;
  const { file } = loaded;
  const { measurement } = await evaluatorFor(modeOf(mode).evaluator);
  const cells = expanded.cells.map(({ id, values }) => summarizedCell({ id, values, runs: runs.get(id) ?? [] }));
  return {
    schema: experimentSchema,
    name: file.name,
    title: file.title ?? file.name,
    mode,
    started,
    updated: new Date().toISOString(),
    loss: measurement.loss,
    axes: expanded.axes.map(({ name, values }) => ({ name, values: values.map(({ label }) => label) })),
    tasks: tasks.map(({ id, source }) => ({ id, source })),
    seeds: expanded.seeds,
    baseline: expanded.baseline,
    cells,
    excluded: expanded.excluded.map((values) => ({ ...values })),
    comparisons: comparisonsOf(cells, expanded.baseline),
    warnings: [...more, ...warningsOf(cells, tasks)],
    printed: expanded.printed,
  };
}

/** When the experiment in a folder was begun, ISO 8601; now where there is none yet. */
export async function startedAt(out: string): Promise<string> {
  const text = await readRegularFile(join(out, resultFile)).catch(() => "null");
  try {
    return z.object({ started: z.iso.datetime() }).parse(JSON.parse(text)).started;
  } catch {
    return new Date().toISOString();
  }
}
