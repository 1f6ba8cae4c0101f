import { z } from "zod";
import { batchStatus } from "./batch.ts";
import { metricInfo } from "./measures.ts";

/**
 * What compared runs must share to be comparable, noted with every run. Two rows that differ in one of these are
 * compared only with a warning.
 */
export const runPins = z.object({
  /** viga's version, and the commit of its checkout where it has one ("" where not). */
  viga: z.string(),
  commit: z.string(),
  /** SHA-256 over the task's files, and over the prompts that the mode's roles are given. */
  inputs: z.string(),
  prompts: z.string(),
  evaluator: z.string(),
  /** Engine and its version, such as "blender 3.4.1". */
  engine: z.string(),
  /** What renders: "cpu", or the GPU's name. */
  device: z.string(),
});
export type RunPins = z.infer<typeof runPins>;

/** One run of a cell: a task with a seed. */
export const experimentRun = z.object({
  /** Id of its task, unique among the experiment's tasks. */
  task: z.string(),
  seed: z.number().int().nonnegative(),
  status: batchStatus,
  /** Why it is not done; of a done one why it stopped. */
  reason: z.string().optional(),
  /** Folder of its run, relative to the experiment's own; one that another experiment made may lie outside of it. */
  dir: z.string(),
  /** Found finished in the store rather than run for this experiment. */
  reused: z.boolean(),
  /** Key in the store: SHA-256 of everything that its result depends on. */
  key: z.string(),
  seconds: z.number().nonnegative(),
  start_loss: z.number().nullable(),
  best_loss: z.number().nullable(),
  best_t: z.number().int().nullable(),
  rounds: z.number().int().nonnegative(),
  calls: z.number().int().nonnegative(),
  input_tokens: z.number().int().nonnegative(),
  output_tokens: z.number().int().nonnegative(),
  usd: z.number().nonnegative(),
  /** Replies by what was wrong with them. */
  refused: z.number().int().nonnegative(),
  cut_off: z.number().int().nonnegative(),
  unread: z.number().int().nonnegative(),
  pins: runPins.nullable(),
});
export type ExperimentRun = z.infer<typeof experimentRun>;

/** A mean over a cell's finished runs with its 95 % interval, bootstrap clustered by task. */
const estimate = z.object({ mean: z.number(), low: z.number(), high: z.number() });
export type Estimate = z.infer<typeof estimate>;

/** One combination of the matrix's values. */
export const experimentCell = z.object({
  /** A folder's name, unique in the experiment. */
  id: z.string(),
  /** Label of its value on each axis, by the axis' name. */
  values: z.record(z.string(), z.string()),
  runs: z.array(experimentRun),
  /**
   * Over its finished runs: the share of the start's loss that the best program takes away, 0 to 1 (negative where it
   * is worse); the loss itself; null where no run has finished.
   */
  gain: estimate.nullable(),
  loss: estimate.nullable(),
  /** Finished runs, their mean seconds and their mean cost. */
  finished: z.number().int().nonnegative(),
  seconds: z.number().nonnegative().nullable(),
  usd: z.number().nonnegative().nullable(),
});
export type ExperimentCell = z.infer<typeof experimentCell>;

/** A cell against another, over the tasks and seeds that both finished. */
export const cellComparison = z.object({
  cell: z.string(),
  against: z.string(),
  /** Pairs of runs with the same task and seed. */
  pairs: z.number().int().nonnegative(),
  /** Mean of gain(cell) - gain(against), with its interval; null without pairs. */
  difference: estimate.nullable(),
  /** Sign-flip permutation test over tasks, two-sided; null where there is none. */
  p: z.number().nullable(),
  wins: z.number().int().nonnegative(),
  losses: z.number().int().nonnegative(),
  /** The intervals of the two gains overlap. */
  overlap: z.boolean(),
});
export type CellComparison = z.infer<typeof cellComparison>;

export const experimentSchema = 1;

/** `<out>/experiment.json`: the cells of an experiment, every run's place and outcome, and how cells compare. */
export const experimentResult = z.object({
  schema: z.literal(experimentSchema),
  name: z.string(),
  title: z.string(),
  mode: z.string(),
  started: z.iso.datetime(),
  updated: z.iso.datetime(),
  /** Measure of the runs' loss. */
  loss: metricInfo,
  /** Axes in the order of the file; the first two are the grid's rows and columns. */
  axes: z.array(z.object({ name: z.string(), values: z.array(z.string()).min(1) })).min(1),
  tasks: z.array(z.object({ id: z.string(), source: z.string() })),
  seeds: z.array(z.number().int()),
  /** Id of the cell that others are compared with: named in the file, or the first. */
  baseline: z.string(),
  /** In the order of the matrix; what the file excludes is not here. */
  cells: z.array(experimentCell),
  /** Combinations that the file excludes, by their labels: shown as left out, never as missing. */
  excluded: z.array(z.record(z.string(), z.string())),
  /** Every cell but the baseline against it, the best first; then the best against each other cell. */
  comparisons: z.array(cellComparison),
  /** What the reader must know: pins that differ between compared runs, runs that failed, a budget that ended it. */
  warnings: z.array(z.string()),
  /** Values that others printed, for comparison: shown beside, never mixed with what was measured here. */
  printed: z.array(z.object({ cell: z.string(), metric: z.string(), value: z.number(), source: z.string() })),
});
export type ExperimentResult = z.infer<typeof experimentResult>;
