/** One column of a table: what a baseline and what is compared with it have there. */
export interface Compared {
  baseline: number;
  value: number;
  better: "lower" | "higher";
}

/** Gain over the baseline as a part of the baseline's value, positive where it is better; null where the baseline is 0. */
export function gainOver({ baseline, value, better }: Compared): number | null {
  if (baseline === 0) return null;
  return (better === "lower" ? baseline - value : value - baseline) / baseline;
}

/**
 * The paper's Impr. (%): the mean of the gains over all columns, each with the same weight. A column whose baseline is 0
 * has no gain and is left out; null where none is left.
 */
export function improvement(columns: readonly Compared[]): number | null {
  const gains = columns.flatMap((column) => gainOver(column) ?? []);
  return gains.length === 0 ? null : (100 * gains.reduce((sum, gain) => sum + gain, 0)) / gains.length;
}

/** SlideBench's overall score in the paper's table: both halves' mean, times the part of tasks whose program ran. */
export function slideOverall(parts: { executed: number; referenceBased: number; referenceFree: number }): number {
  return ((parts.referenceBased + parts.referenceFree) / 2) * parts.executed;
}
