import { z } from "zod";

/** How a run ended, as `run.finished` says it; `interrupted` is whoever followed it no longer. */
export const runResult = z.object({
  status: z.enum(["done", "failed", "interrupted"]),
  reason: z.string(),
  error: z.object({ message: z.string(), hint: z.string().optional() }).nullable(),
  bestT: z.number().int().nullable(),
});
export type RunResult = z.infer<typeof runResult>;
