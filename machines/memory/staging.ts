import type { MemoryOptions, Stage } from "../domain/index.ts";
import type { StageProgress } from "./state.ts";

/** Rounds of a stage without a gain after which the next one begins. */
const stagePatience = 2;

export const firstStage = (options: MemoryOptions): StageProgress | null =>
  options.stages === undefined ? null : { index: 0, began: 1, since: 0, because: null };

/** What a stage works on. */
export const stageName = (stage: StageProgress | null, options: MemoryOptions): Stage | undefined =>
  stage === null ? undefined : options.stages?.[stage.index];

/** Whether another stage follows. */
export const isBeforeLast = (stage: StageProgress | null, { stages = [] }: MemoryOptions): boolean =>
  stage !== null && stage.index < stages.length - 1;

/** A stage's rounds at most: an equal share of the rounds that the run has left. */
function shareOf({ index, began }: StageProgress, { stages = [], stop }: MemoryOptions): number {
  return Math.max(1, Math.ceil((stop.max_rounds - began + 1) / (stages.length - index)));
}

/** A round as a stage sees it: whether it rendered, and whether it brought a gain. */
export interface StageRound {
  t: number;
  ok: boolean;
  gained: boolean;
  /** Whether there is any program to begin the next stage from. */
  hasBest: boolean;
}

/** The stage that the round after this one belongs to. */
export function stageAfter(
  stage: StageProgress | null,
  { t, ok, gained, hasBest }: StageRound,
  options: MemoryOptions,
): StageProgress | null {
  if (stage === null || t < stage.began) return stage;
  const now = { ...stage, since: gained ? 0 : stage.since + (ok ? 1 : 0) };
  if (!hasBest || !isBeforeLast(now, options)) return now;
  const used = t - stage.began + 1;
  const next = (because: string) => ({ index: stage.index + 1, began: t + 1, since: 0, because });
  if (now.since >= stagePatience) return next(`${now.since} rounds without a gain`);
  return used >= shareOf(stage, options) ? next(`its share of ${used} rounds is used`) : now;
}
