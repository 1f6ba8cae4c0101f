import { z } from "zod";
import { feedback } from "./feedback.ts";
import { measures } from "./measures.ts";
import { program } from "./program.ts";
import { state } from "./state.ts";

/** One finished round (t = 0 is the start state). */
export const round = z.object({
  t: z.number().int().nonnegative(),
  program: program.nullable(),
  state,
  measures: measures.nullable(),
  feedback: feedback.nullable(),
});
export type Round = z.infer<typeof round>;
