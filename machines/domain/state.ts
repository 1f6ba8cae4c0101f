import { z } from "zod";
import { artifactRef } from "./artifact.ts";
import { viewName } from "./view.ts";

/** One thing wrong with a program. `line` is 1-based in it; `source` is that line's text. */
const wrong = z.object({
  type: z.string(),
  message: z.string(),
  line: z.number().int().positive().optional(),
  source: z.string().optional(),
  hint: z.string().optional(),
});

/** What went wrong in a job, as told to a generator, with what would have gone wrong after it. */
export const programError = wrong.extend({
  kind: z.enum(["program", "timeout", "memory", "crash", "output", "engine"]),
  more: z.array(wrong).optional(),
});
export type ProgramError = z.infer<typeof programError>;

/** Something wrong with a state that is told without a target: a scene without light, things that float. */
export const stateCheck = z.object({ check: z.string(), text: z.string() });
export type StateCheck = z.infer<typeof stateCheck>;

/** Seconds of wall clock a job took. */
export const jobSeconds = z.object({ execute: z.number(), render: z.number(), total: z.number() });
export const noSeconds: z.infer<typeof jobSeconds> = { execute: 0, render: 0, total: 0 };

/** What is left of a job that failed before it had anything to show. */
export const failedRun = (error: ProgramError) => ({
  ok: false as const,
  renders: [],
  log: "",
  error,
  seconds: noSeconds,
});

/** State s_t = exec(p_t) of one candidate. A failed program is a state too: ok false, with an error. */
export const state = z.object({
  t: z.number().int().nonnegative(),
  candidate: z.number().int().nonnegative(),
  ok: z.boolean(),
  renders: z.array(z.object({ name: viewName, image: artifactRef })),
  log: z.string(),
  error: programError.optional(),
  /** scene.json: what the engine says of the live scene (objects, shapes, elements). */
  scene: artifactRef.optional(),
  /** Absent: nothing was found. */
  checks: z.array(stateCheck).optional(),
  /** What moves in the scene's range of frames, one line a thing; absent: pictures are of no frames. */
  motion: z.array(z.string()).optional(),
  slot: z.string(),
  epoch: z.number().int().nonnegative(),
  seconds: jobSeconds,
});
export type State = z.infer<typeof state>;
