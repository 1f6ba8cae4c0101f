import type { DrawingNoise, Measurement, Measures, State, Task } from "../machines/domain/index.ts";

/** Bytes of an artifact. */
export type ReadArtifact = (ref: string) => Promise<Buffer>;

/** Measures states of a task against its targets. One file and one row in index.ts each. */
export interface Evaluator {
  readonly measurement: Measurement;
  /** Measures of one state; null when it failed or the task has nothing to compare with. */
  measure(state: State, task: Task, read: ReadArtifact): Promise<Measures | null>;
  /** Noise of its loss, from one program's state drawn twice; absent: what it measures is drawn exactly. */
  noise?(first: State, again: State, task: Task, read: ReadArtifact): Promise<DrawingNoise | null>;
}
