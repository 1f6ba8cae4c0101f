import { z } from "zod";

/**
 * The words of the ring as data: program, state, feedback, round, context. Everything here travels on the bus and
 * sits in snapshots, so it is plain JSON; pictures, code and blends are artifact references.
 */

/** Content address of a file in the artifact store. */
export const artifactRef = z.string().regex(/^sha256:[0-9a-f]{64}$/);
export type ArtifactRef = z.infer<typeof artifactRef>;

/** One candidate program p_t. `code` is an artifact; `diff` is the unified diff against the program it was made from. */
export const program = z.object({
  t: z.number().int().nonnegative(),
  candidate: z.number().int().nonnegative(),
  thought: z.string(),
  code_diff: z.string(),
  code: artifactRef,
});
export type Program = z.infer<typeof program>;

export const stateError = z.object({
  kind: z.enum(["program", "timeout", "memory", "crash", "output", "engine"]),
  type: z.string(),
  message: z.string(),
  line: z.number().int().positive().optional(),
  source: z.string().optional(),
  hint: z.string().optional(),
});
export type StateError = z.infer<typeof stateError>;

/** State s_t = exec(p_t) of one candidate. A failed program is a state too: ok false, with an error. */
export const state = z.object({
  t: z.number().int().nonnegative(),
  candidate: z.number().int().nonnegative(),
  ok: z.boolean(),
  renders: z.array(z.object({ name: z.string(), image: artifactRef })),
  log: z.string(),
  error: stateError.optional(),
  /** scene.json: objects, transforms, materials, lights, cameras. */
  scene: artifactRef.optional(),
  slot: z.string(),
  epoch: z.number().int().nonnegative(),
  seconds: z.object({ execute: z.number(), render: z.number(), total: z.number() }),
});
export type State = z.infer<typeof state>;

/** Measured differences between a state and the target: photometric loss (lower is better), SSIM (higher is better). */
export const measures = z.object({
  /** Mean squared difference of sRGB bytes / 255, mean over the views that have a target. */
  pl: z.number().nonnegative(),
  ssim: z.number(),
  /** Per view, by render name. */
  views: z.array(z.object({ name: z.string(), pl: z.number(), ssim: z.number() })),
});
export type Measures = z.infer<typeof measures>;

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

/** Cost and volume of model calls. */
export const usage = z.object({
  calls: z.number().int(),
  input_tokens: z.number(),
  output_tokens: z.number(),
  /** Of the input, what the endpoint had in its cache; of the output, thinking. Absent: none was counted. */
  cached_tokens: z.number().optional(),
  reasoning_tokens: z.number().optional(),
  usd: z.number(),
});
export type Usage = z.infer<typeof usage>;
export const noUsage: Usage = { calls: 0, input_tokens: 0, output_tokens: 0, usd: 0 };

/** Both together; what neither counted stays absent. */
export function sumUsage(total: Usage, more: { readonly [Key in keyof Usage]?: Usage[Key] | undefined }): Usage {
  const sum: Usage = { ...total };
  for (const key of ["calls", "input_tokens", "output_tokens", "usd"] as const) sum[key] += more[key] ?? 0;
  for (const key of ["cached_tokens", "reasoning_tokens"] as const) {
    const added = more[key];
    if (added !== undefined) sum[key] = (sum[key] ?? 0) + added;
  }
  return sum;
}

/** One finished round (t = 0 is the start state). */
export const round = z.object({
  t: z.number().int().nonnegative(),
  program: program.nullable(),
  state: state,
  measures: measures.nullable(),
  feedback: feedback.nullable(),
});
export type Round = z.infer<typeof round>;

/** What a run is about; fixed at its start, the same for every role. */
export const task = z.object({
  mode: z.string(),
  name: z.string(),
  text: z.string(),
  /** Target pictures by the render name they correspond to. */
  targets: z.array(z.object({ name: z.string(), image: artifactRef })),
  /** The start program, if the task has one. */
  start: artifactRef.nullable(),
  /** The .blend (or deck, page) that programs run on: its artifact, and its path on the host that made the run. */
  base: z.object({ artifact: artifactRef, path: z.string() }).nullable(),
  prompt: z.enum(["none", "procedural", "scene_graph", "get_asset"]),
});
export type Task = z.infer<typeof task>;

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
});
export type Context = z.infer<typeof context>;
