import { z } from "zod";
import { feedback, measures, pinnedAsset, program, round, stage, state, task } from "../../../machines/domain/index.ts";
import { verdictSchema } from "../model/judge/verdict.ts";

/**
 * What a command that plays a role is asked on stdin, and what it answers on stdout. Programs are text, pictures absolute
 * paths of files that exist while it runs: no artifact reference is left in it.
 */

const files = z.array(z.object({ name: z.string(), file: z.string() }));

const askedTask = task.pick({ mode: true, name: true, text: true, prompt: true }).extend({
  targets: files,
  start: z.string().nullable(),
  start_image: z.string().nullable(),
});

const askedProgram = program.pick({ t: true, thought: true, code_diff: true }).extend({
  code: z.string(),
  refined: program.shape.refined.unwrap().omit({ written: true }).nullable(),
});

const askedState = state.pick({ ok: true, log: true }).extend({
  error: state.shape.error.unwrap().nullable(),
  renders: files,
  scene: z.string().nullable(),
});

/** Measures with each metric also by its own name, at the top and in each view. */
const askedMeasures = z.looseObject(measures.shape).nullable();

const askedRound = z.object({
  t: round.shape.t,
  program: askedProgram.nullable(),
  state: askedState,
  measures: askedMeasures,
  feedback: feedback.omit({ heatmap: true }).nullable(),
});

const head = {
  schema: z.literal(1),
  run: z.string(),
  /** The run's: whoever draws random numbers draws them from it. */
  seed: z.number().int(),
  task: askedTask,
};

/** Asked of a generator: write the next program. */
export const writeRequest = z.object({
  ...head,
  op: z.literal("write"),
  t: z.number().int().positive(),
  candidates: z.number().int().positive(),
  stage: stage.nullable(),
  plan: z.string().nullable(),
  assets: z.array(pinnedAsset),
  analysis: z.string().nullable(),
  note: z.string().nullable(),
  from: askedProgram.nullable(),
  best: askedRound.nullable(),
  rounds: z.array(askedRound),
});
export type WriteRequest = z.infer<typeof writeRequest>;

/** Asked of a verifier: judge a round. */
export const judgeRequest = z.object({
  ...head,
  op: z.literal("judge"),
  t: z.number().int().nonnegative(),
  stage: stage.nullable(),
  plan: z.string().nullable(),
  program: askedProgram.nullable(),
  state: askedState,
  measures: askedMeasures,
  previous: askedRound.nullable(),
  earlier: z.array(askedRound),
  start: askedState.nullable(),
  analysis: z.string().nullable(),
});
export type JudgeRequest = z.infer<typeof judgeRequest>;

/** Asked of a verifier with `analyze_target`: describe the target. */
export const analyzeRequest = z.object({ ...head, op: z.literal("analyze") });
export type AnalyzeRequest = z.infer<typeof analyzeRequest>;

export const commandRequest = z.discriminatedUnion("op", [writeRequest, judgeRequest, analyzeRequest]);
export type CommandRequest = z.infer<typeof commandRequest>;

const candidate = z.object({
  thought: z.string().default(""),
  code: z.string().refine((code) => code.trim() !== "", "the program is empty"),
});

/** What a generator command answers: programs, one program, or the end. */
export const generatorReply = z.union([
  z.object({ type: z.literal("end"), reason: z.string().default("the command ended the run") }),
  z
    .object({ candidates: z.array(candidate).min(1).max(64), plan: z.string().optional() })
    .transform((reply) => ({ type: "programs" as const, ...reply })),
  candidate.extend({ plan: z.string().optional() }).transform(({ plan, ...one }) => ({
    type: "programs" as const,
    candidates: [one],
    plan,
  })),
]);
export type GeneratorReply = z.input<typeof generatorReply>;

/** What a verifier command answers to `judge`: a verdict, and its own account. */
export const verifierReply = verdictSchema.and(z.object({ thought: z.string().default("") }));

/** The same as a program writes it: what is left out counts as empty. */
export interface VerifierReply {
  visual_difference?: { critical?: string[]; major?: string[]; minor?: string[] };
  edit_suggestion?: string[];
  /** 0 to 100; 100 is equal. */
  overall_similarity?: number;
  next_focus?: string;
  thought?: string;
}

/** What a verifier command answers to `analyze`. */
export const analyzeReply = z.object({ text: z.string().min(1) });
export type AnalyzeReply = z.input<typeof analyzeReply>;
