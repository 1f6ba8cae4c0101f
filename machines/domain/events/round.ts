import { z } from "zod";
import { errorData } from "../error.ts";
import { feedback } from "../feedback.ts";
import { measures } from "../measures.ts";
import { program } from "../program.ts";
import { round } from "../round.ts";
import { stage } from "../stage.ts";
import { programError, state } from "../state.ts";
import { usage } from "../usage.ts";
import { event, t } from "./event.ts";
import * as sample from "./samples.ts";

const candidate = z.number().int().nonnegative();

/** One round: from the context that memory gives to the round as memory takes it. */
export const roundEvents = {
  analysis: event(
    "verifier",
    "The target as the verifier describes it before round 1; empty where it was not asked for.",
    { text: z.string(), noise: z.number().nonnegative().optional(), usage: usage.partial().optional() },
    { text: "A vase, an apple and a bottle on a wooden table." },
  ),
  context: event(
    "memory",
    "Memory asks for the next program: the round it starts from, and why it went back to the best.",
    { t, from: t.nullish(), note: z.string().nullish(), stage: stage.optional() },
    { t: 3, from: 1, note: "two rounds were worse: go on from round 1" },
  ),
  writing: event("generator", "The generator's player is at work.", { t }, { t: 3 }),
  "program.proposed": event(
    "generator",
    "A candidate program; its text is an artifact. `plan` comes with the first.",
    { program, plan: z.string().optional() },
    { program: sample.program },
  ),
  "approval.asked": event(
    "generator",
    "Programs wait until a person approves them (viga ctl RUN approve).",
    { t, programs: z.array(program), why: z.string().nullable() },
    { t: 1, programs: [sample.program], why: "every program is approved by a person (approve: always)" },
  ),
  end: event(
    "generator",
    "The generator ends the run instead of writing a program.",
    { t, reason: z.string() },
    { t: 4, reason: "nothing that I could change would make it better" },
  ),
  executing: event(
    "executor",
    "Candidates are run and rendered.",
    { t, candidates: z.number().int().positive() },
    { t: 1, candidates: 1 },
  ),
  state: event(
    "executor",
    "What a candidate's program made: pictures, log, or the error it ended with.",
    { state },
    { state: sample.state },
  ),
  "job.retried": event(
    "executor",
    "A job that ended without an answer is run once more.",
    { t, candidate, error: programError.optional() },
    { t: 1, candidate: 0, error: { kind: "crash", type: "EngineCrash", message: "Blender died" } },
  ),
  "job.failed": event(
    "executor",
    "A candidate's program failed; its state came just before.",
    { t, candidate, error: programError.optional() },
    { t: 1, candidate: 0, error: sample.failedState.error },
  ),
  measured: event(
    "verifier",
    "The candidates' measures against the target, in their order, and which is judged.",
    { t, chosen: candidate, measures: z.array(measures.nullable()) },
    { t: 1, chosen: 0, measures: [sample.measures] },
  ),
  feedback: event(
    "verifier",
    "The verifier's judgement of the chosen candidate.",
    { t, candidate, state, measures: measures.nullable(), feedback: feedback.nullable() },
    { t: 1, candidate: 0, state: sample.state, measures: sample.measures, feedback: sample.feedback },
  ),
  "candidates.drawn_again": event(
    "verifier",
    "Candidates that noise did not tell apart were drawn with more samples.",
    {
      t,
      samples: z.number().int().positive(),
      losses: z.array(z.object({ candidate, loss: z.number().nullable(), error: z.string().optional() })),
      chosen: candidate.optional(),
    },
    {
      t: 1,
      samples: 64,
      losses: [
        { candidate: 0, loss: 0.003 },
        { candidate: 1, loss: 0.0029 },
      ],
      chosen: 1,
    },
  ),
  comparing: event(
    "memory",
    "A round differs from the best by less than the noise: these are drawn with more samples.",
    { t, with: t.nullable(), drawn: z.array(t) },
    { t: 3, with: 1, drawn: [1, 3] },
  ),
  compared: event(
    "memory",
    "What drawing with more samples showed. `by`: whose losses decided.",
    {
      t,
      with: t.nullable(),
      best_t: t.nullable(),
      by: z.enum(["preview", "careful"]),
      equal: z.boolean().nullable(),
      samples: z.number().nullable(),
      careful: z.array(z.object({ t, careful: measures })),
      failed: z.string().nullable(),
    },
    {
      t: 3,
      with: 1,
      best_t: 3,
      by: "careful",
      equal: false,
      samples: 64,
      careful: [{ t: 3, careful: sample.measures }],
      failed: null,
    },
  ),
  round: event(
    "memory",
    "A finished round, which is the best so far, and what the run has cost by now.",
    {
      round,
      best_t: t.nullable(),
      loss: z.number().nullable(),
      best_loss: z.number().nullish(),
      usage: usage.optional(),
    },
    { round: sample.round, best_t: 1, loss: 0.0031, best_loss: 0.0031, usage: sample.usage },
  ),
  failed: event(
    ["generator", "verifier", "supervisor"],
    "A player, a measurement or the run's own work failed; what it means for the run follows from later events.",
    { t: t.optional(), error: errorData },
    { t: 1, error: sample.error },
  ),
};
