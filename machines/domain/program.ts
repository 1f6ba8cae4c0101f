import { z } from "zod";
import { artifactRef } from "./artifact.ts";
import { pinnedAsset } from "./asset.ts";

/** What a numeric solver made of a program that somebody else wrote. Its losses are those of its own small pictures. */
export const refined = z.object({
  /** The player that did it. */
  by: z.string(),
  /** How many numbers it moved. */
  moved: z.number().int().nonnegative(),
  /** The largest moves, the largest first: line of the program as it is now, what the number belongs to, its values. */
  changes: z.array(z.object({ line: z.number().int(), label: z.string(), from: z.number(), to: z.number() })),
  /** Photometric loss before and after; null where it did not come to measure it. */
  loss_before: z.number().nullable(),
  loss_after: z.number().nullable(),
  renders: z.number().int().nonnegative(),
  seconds: z.number().nonnegative(),
  /** The program as it was written, an artifact; absent where it stands as it was. */
  written: artifactRef.optional(),
  /** What it was held to: kinds it may move, what was locked, a lock that matches nothing. */
  limits: z.string().optional(),
  /** Why no number was moved. */
  kept: z.string().optional(),
});
export type Refined = z.infer<typeof refined>;

/**
 * One candidate program p_t. `code` is an artifact; `code_diff` is its writer's own edit, against the program it was made
 * from: what a solver changed afterwards stands in `refined` alone.
 */
export const program = z.object({
  t: z.number().int().nonnegative(),
  candidate: z.number().int().nonnegative(),
  thought: z.string(),
  code_diff: z.string(),
  code: artifactRef,
  refined: refined.optional(),
  /** Rounds that its writer took back (undo_last_step) before writing it. */
  undone: z.array(z.number().int().nonnegative()).optional(),
  /** Models of things that its writer fetched for it. */
  assets: z.array(pinnedAsset).optional(),
});
export type Program = z.infer<typeof program>;
