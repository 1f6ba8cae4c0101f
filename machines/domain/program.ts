import { z } from "zod";
import { artifactRef } from "./artifact.ts";

/** One candidate program p_t. `code` is an artifact; `code_diff` is the diff against the program it was made from. */
export const program = z.object({
  t: z.number().int().nonnegative(),
  candidate: z.number().int().nonnegative(),
  thought: z.string(),
  code_diff: z.string(),
  code: artifactRef,
});
export type Program = z.infer<typeof program>;
