import { z } from "zod";

/** What a number of an evaluator means, for whoever shows it. */
export const metricInfo = z.object({
  /** Key in `metrics` and in scores.json. */
  name: z.string().regex(/^[a-z][a-z0-9_]*$/),
  /** As tables head it, such as "PL", and in words, such as "photometric loss". */
  label: z.string(),
  title: z.string(),
  better: z.enum(["lower", "higher"]),
  /** Unit, or "" for a plain ratio. */
  unit: z.string(),
  /** Significant digits worth showing. */
  digits: z.number().int().min(1).max(10),
});
export type MetricInfo = z.infer<typeof metricInfo>;

/** How a run is measured: the evaluator's name, what its loss is, and all its metrics (the loss is one of them). */
export const measurement = z.object({ evaluator: z.string(), loss: metricInfo, metrics: z.array(metricInfo).min(1) });
export type Measurement = z.infer<typeof measurement>;

const metrics = z.record(z.string(), z.number());

/** A measured difference in words. */
export const difference = z.object({
  text: z.string().min(1).max(400),
  /** About what it adds to the loss. */
  loss: z.number().nonnegative(),
});
export type Difference = z.infer<typeof difference>;

/** Measured differences between a state and its targets. */
export const measures = z.object({
  /** What a run minimises, 0 (equal) upward; mean over the views that have a target. */
  loss: z.number().nonnegative(),
  /** Spread of `loss` that drawing the same program again would show; 0 where drawing is exact. */
  noise: z.number().nonnegative(),
  /** What the renderer's sampling adds to `loss` on average, which more samples take away; absent: nothing. */
  floor: z.number().nonnegative().optional(),
  /** The evaluator's numbers by MetricInfo name; means over the views. */
  metrics,
  views: z.array(z.object({ name: z.string(), loss: z.number(), metrics })),
  /** What the evaluator itself says of them, the weightiest first; absent: it measures pictures only. */
  differences: z.array(difference).max(24).optional(),
});
export type Measures = z.infer<typeof measures>;

/** A metric's value with its label and unit: "SSIM 0.993"; null where it was not measured. */
export function metricText(
  { name, label, digits, unit }: MetricInfo,
  metrics: Readonly<Record<string, number | undefined>>,
): string | null {
  const value = metrics[name];
  return value === undefined ? null : `${label} ${Number(value.toPrecision(digits))}${unit}`;
}
