import { z } from "zod";
import { feedback } from "./feedback.ts";
import { measures } from "./measures.ts";
import { program } from "./program.ts";
import { stage } from "./stage.ts";
import { state } from "./state.ts";

/** One finished round (t = 0 is the start state). */
export const round = z.object({
  t: z.number().int().nonnegative(),
  program: program.nullable(),
  state,
  measures: measures.nullable(),
  feedback: feedback.nullable(),
  /** Measures of its program drawn with more samples, where noise left the preview's undecided; null: that failed. */
  careful: measures.nullable().optional(),
  /** What a staged run was working on. */
  stage: stage.optional(),
});
export type Round = z.infer<typeof round>;
