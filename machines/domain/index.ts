/**
 * The ring's words as zod schemas, nothing else. Everything here travels on the bus and sits in snapshots, so it is
 * plain JSON; pictures, code and saved scenes are artifact references. Every folder may import it.
 */

export { type ArtifactRef, artifactRef } from "./artifact.ts";
export { type PinnedAsset, pinnedAsset } from "./asset.ts";
export {
  type Batch,
  type BatchStatus,
  type BatchTask,
  batch,
  batchSchema,
  batchStatus,
  batchTask,
} from "./batch.ts";
export { type Context, context } from "./context.ts";
export { type ErrorCode, type ErrorData, errorCodes, errorData, type Retry, retry } from "./error.ts";
export {
  type CellComparison,
  type Estimate,
  type ExperimentCell,
  type ExperimentResult,
  type ExperimentRun,
  experimentCell,
  experimentResult,
  experimentRun,
  experimentSchema,
  type RunPins,
} from "./experiment.ts";
export { type Feedback, feedback } from "./feedback.ts";
export { type ForeignTool, foreignTool } from "./foreign-tool.ts";
export {
  type Difference,
  difference,
  type Measurement,
  type Measures,
  type MetricInfo,
  measurement,
  measures,
  metricInfo,
  metricText,
} from "./measures.ts";
export { type DrawingNoise, drawingNoise, exactDrawing, noiseAt, noiseWith } from "./noise.ts";
export { type Program, program, type Refined, refined } from "./program.ts";
export { type Quality, quality } from "./quality.ts";
export { type Round, round } from "./round.ts";
export { type RunResult, runResult } from "./run-result.ts";
export {
  type Approval,
  approval,
  type MemoryOptions,
  memoryOptions,
  type RoleSpec,
  type RunConfig,
  type RunSpec,
  roleSpec,
  runConfig,
  runSpec,
  runSpecSchema,
  type StopOptions,
  stopOptions,
} from "./run-spec.ts";
export { type Stage, stage, stages } from "./stage.ts";
export {
  failedRun,
  jobSeconds,
  noSeconds,
  type ProgramError,
  programError,
  type State,
  type StateCheck,
  state,
  stateCheck,
} from "./state.ts";
export { type Task, task } from "./task.ts";
export { noUsage, sumUsage, type Usage, usage } from "./usage.ts";
export { type PictureSize, pictureSize, sizeOf, type View, view, viewName } from "./view.ts";
