import type { MetricInfo, State, Task } from "../../machines/domain/index.ts";
import type { ReadArtifact } from "../evaluator.ts";

/** What a column may look at: a state, its task and program, and what of the goal the run was not given. */
export interface Evaluated {
  state: State;
  task: Task;
  /** Its program; null: the task started from none. */
  code: string | null;
  read: ReadArtifact;
  /** Ground truth by its ending (`py`, `pptx`), where the data set is at hand. */
  truth: ReadonlyMap<string, string>;
  /** Folder of the task in its data set; null: unknown, or not on this machine. */
  source: string | null;
}

/** Numbers that an evaluation adds beside a run's own. One file each. */
export interface Column {
  readonly metrics: readonly MetricInfo[];
  /** True: it costs a call to a model, so only what a run chose is measured. */
  readonly paid?: boolean;
  /** True: it draws programs again, so only the start and what a run chose are measured. */
  readonly ends?: boolean;
  /** Its numbers of a state that rendered; empty where there is nothing to compare with. */
  measure(of: Evaluated): Promise<Readonly<Record<string, number>>>;
  /** What it could not measure of the runs so far, in words. */
  notes?(): string[];
}
