import { z } from "zod";
import { artifactRef } from "./artifact.ts";

/** Feedback c_t. */
export const feedback = z.object({
  visual_difference: z.object({
    critical: z.array(z.string()),
    major: z.array(z.string()),
    minor: z.array(z.string()),
  }),
  edit_suggestion: z.array(z.string()),
  /** 0-100 as the verifier judges it; absent when only measures exist. */
  overall_similarity: z.number().min(0).max(100).optional(),
  next_focus: z.string().optional(),
  /** Verifier claims that measurement contradicts. */
  disputed: z.array(z.object({ claim: z.string(), evidence: z.string() })).optional(),
  /** Heat map of the differences (diff.png). */
  heatmap: artifactRef.optional(),
  /** The verifier's own account, for verifier_thoughts/<t>.md. */
  thought: z.string(),
});
export type Feedback = z.infer<typeof feedback>;
