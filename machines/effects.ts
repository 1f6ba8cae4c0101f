import { z } from "zod";
import type { ErrorData, Usage } from "./domain/index.ts";

/**
 * What a machine may ask of its host. Machines do nothing themselves: `transition()` returns these as data, and the
 * host carries them out after the step is committed.
 *
 * - send: a message to another role's mailbox.
 * - record: an event on the tape.
 * - perform: slow or outside work by the host (call a player, run a job). Its outcome comes back as an `effect.done`
 *   or `effect.failed` event with the same key, once, also after a crash.
 */
export const effect = z.discriminatedUnion("type", [
  z.object({ type: z.literal("send"), to: z.string(), event: z.record(z.string(), z.unknown()) }),
  z.object({ type: z.literal("record"), name: z.string(), data: z.record(z.string(), z.unknown()) }),
  z.object({ type: z.literal("perform"), key: z.string(), kind: z.string(), input: z.record(z.string(), z.unknown()) }),
]);
export type Effect = z.infer<typeof effect>;

/** The one action name of every machine; its params are an Effect. */
export const effectAction = "effect" as const;

export const effectActions = {
  [effectAction]: (_: unknown, _effect: Effect) => {
    // Carried out by the host, never by XState.
  },
};

export const send = (to: string, event: { type: string } & Record<string, unknown>): Effect => ({
  type: "send",
  to,
  event,
});
export const record = (name: string, data: Record<string, unknown>): Effect => ({ type: "record", name, data });
export const perform = (key: string, kind: string, input: Record<string, unknown>): Effect => ({
  type: "perform",
  key,
  kind,
  input,
});

/** Outcomes of `perform`. */
export interface EffectDone {
  type: "effect.done";
  key: string;
  kind: string;
  output: Record<string, unknown>;
}
export interface EffectFailed {
  type: "effect.failed";
  key: string;
  kind: string;
  error: ErrorData;
  /** What it had spent by then. */
  usage?: Partial<Usage>;
}
export type EffectOutcome = EffectDone | EffectFailed;
