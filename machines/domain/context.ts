import { z } from "zod";
import { pinnedAsset } from "./asset.ts";
import { program } from "./program.ts";
import { round } from "./round.ts";
import { stage } from "./stage.ts";
import { task } from "./task.ts";

/** Context M_t: what a generator sees when it writes p_t. */
export const context = z.object({
  t: z.number().int().positive(),
  task,
  plan: z.string().nullable(),
  /** The target as the vision role described it before round 1 (`analyze_target`), if asked. */
  analysis: z.string().nullable(),
  /** The last L rounds, oldest first. */
  rounds: z.array(round),
  /** The best round so far, also when it is older than the window. */
  best: round.nullable(),
  /** The program the next one should start from: the last, or the best after two worse rounds in a row. */
  from: program.nullable(),
  /** Why memory set `from` back to the best, for the generator to read. */
  note: z.string().nullable(),
  candidates: z.number().int().positive(),
  /** Models of things that were fetched in any round, the newest last; absent: none. */
  assets: z.array(pinnedAsset).optional(),
  /** What a staged run works on now. */
  stage: stage.optional(),
});
export type Context = z.infer<typeof context>;
