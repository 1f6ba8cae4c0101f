import { z } from "zod";
import {
  context,
  errorData,
  feedback,
  measures,
  memoryOptions,
  program,
  round,
  stage,
  state,
  task,
  usage,
} from "./domain/index.ts";

/**
 * Every message of the ring, by the role whose mailbox takes it. The host checks each against these before its
 * machine sees it; what does not fit is a dead letter.
 */

const t = z.number().int().nonnegative();
const key = z.string();
const output = z.record(z.string(), z.unknown());
const someUsage = usage.partial();
const usages = z.union([someUsage, z.array(someUsage)]);
const effectDone = z.object({ type: z.literal("effect.done"), key, kind: z.string(), output });
const effectFailed = z.object({
  type: z.literal("effect.failed"),
  key,
  kind: z.string(),
  error: errorData,
  usage: someUsage.optional(),
});
const plan = z.string();

export const generatorMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("context"), context }),
  z.object({ type: z.literal("approve"), t, ok: z.boolean(), reason: z.string().optional() }),
  z.object({ type: z.literal("stop") }),
  effectDone,
  effectFailed,
]);

export const executorMessage = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("program"),
    t,
    programs: z.array(program).min(1),
    plan: plan.optional(),
    stage: stage.optional(),
    usage: usages.optional(),
  }),
  z.object({ type: z.literal("drain") }),
  effectDone,
  effectFailed,
]);

const states = z.array(state).min(1);
export const verifierMessage = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("state"),
    t,
    programs: z.array(program).min(1),
    states,
    plan: plan.optional(),
    stage: stage.optional(),
    usage: usages.optional(),
  }),
  z.object({ type: z.literal("analyze"), task }),
  effectDone,
  effectFailed,
]);

const stopPatch = memoryOptions.shape.stop.partial();
export const memoryMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("start"), task, options: memoryOptions }),
  z.object({
    type: z.literal("analysis"),
    text: z.string(),
    noise: z.number().nonnegative().optional(),
    usage: usages.optional(),
  }),
  z.object({ type: z.literal("verifier.failed"), error: errorData, usage: usages.optional() }),
  z.object({
    type: z.literal("feedback"),
    t,
    program,
    state,
    measures: measures.nullable(),
    feedback: feedback.nullable(),
    error: errorData.nullable(),
    plan: plan.optional(),
    usage: usages.optional(),
  }),
  z.object({
    type: z.literal("state.failed"),
    t,
    programs: z.array(program).min(1),
    states,
    plan: plan.optional(),
    usage: usages.optional(),
  }),
  z.object({ type: z.literal("generator.end"), t, reason: z.string(), usage: usages.optional() }),
  z.object({ type: z.literal("generator.failed"), t, error: errorData, usage: usages.optional() }),
  z.object({
    type: z.literal("retune"),
    stop: stopPatch.optional(),
    candidates: z.number().int().min(1).max(64).optional(),
  }),
  z.object({ type: z.literal("pause") }),
  z.object({ type: z.literal("resume") }),
  z.object({ type: z.literal("stop"), error: errorData.optional() }),
  effectDone,
  effectFailed,
]);

export const supervisorMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("begin"), task, memory: memoryOptions, facts: output }),
  z.object({
    type: z.literal("stopped"),
    reason: z.string(),
    why: z.string(),
    error: errorData.nullable(),
    best: round.nullable(),
    /** Rounds that noise leaves equal to the best. */
    contenders: z.array(round),
    start: round.nullable(),
    usage,
  }),
  z.object({ type: z.literal("slot.lost"), slot: z.string(), epoch: z.number().int(), why: z.string() }),
  z.object({ type: z.literal("slot.failed"), slot: z.string() }),
  z.object({ type: z.literal("role.restarted"), role: z.string(), reason: z.string() }),
  z.object({ type: z.literal("role.failed"), role: z.string(), error: errorData }),
  z.object({ type: z.literal("control"), verb: z.enum(["pause", "resume", "stop", "set", "approve"]), data: output }),
  effectDone,
  effectFailed,
]);

export const messageOf = {
  generator: generatorMessage,
  executor: executorMessage,
  verifier: verifierMessage,
  memory: memoryMessage,
  supervisor: supervisorMessage,
} as const;
