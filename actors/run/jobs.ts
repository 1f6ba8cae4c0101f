import { z } from "zod";
import type { Bus } from "../../bridge/bus/connection.ts";
import { makeEnvelope } from "../../bridge/bus/envelope.ts";
import { publish } from "../../bridge/bus/publish.ts";
import { jobSubject } from "../../bridge/bus/subjects.ts";
import { pause } from "../../bridge/bus/timers.ts";
import { VigaError } from "../../config/errors.ts";
import { quality } from "../../machines/domain/index.ts";
import type { ActorHost } from "../actor/host.ts";
import type { Lease, LeaseWatch } from "./lease.ts";

/** What a slot is asked to do: run a program, probe its scene, or call one of the engine's own operations. */
export const jobWork = z.discriminatedUnion("op", [
  z.object({
    op: z.literal("run"),
    t: z.number().int(),
    candidate: z.number().int(),
    code: z.string(),
    quality,
    /** Name of the file that the state is saved as beside the pictures. */
    save: z.string().optional(),
    /** Keep the live scene for probes. */
    keep: z.boolean(),
  }),
  z.object({
    op: z.literal("probe"),
    action: z.string(),
    args: z.record(z.string(), z.unknown()),
    seconds: z.number().optional(),
  }),
  z.object({
    op: z.literal("call"),
    name: z.string(),
    args: z.record(z.string(), z.unknown()),
    files: z.array(z.string()),
    seconds: z.number().optional(),
  }),
]);
export type JobWork = z.infer<typeof jobWork>;

export const jobOrder = z.object({
  job: z.string(),
  run: z.string(),
  /** Role whose mailbox gets the answer. */
  role: z.string(),
  epoch: z.number().int(),
  /** Of the actor that asks: when a later one plays its role, nobody waits for the answer any more. */
  incarnation: z.number().int().optional(),
  work: jobWork,
});
export type JobOrder = z.infer<typeof jobOrder>;

/** A slot's answer. `refused` names why nothing was done (a stale lease); `reply` is the engine's own answer. */
export const jobAnswer = z.object({
  job: z.string(),
  slot: z.string(),
  epoch: z.number().int(),
  refused: z.string().optional(),
  reply: z.record(z.string(), z.unknown()),
  /** Files that the job left, by name, as artifacts. */
  files: z.record(z.string(), z.string()),
});
export type JobAnswer = z.infer<typeof jobAnswer>;

export interface JobTarget {
  slot: string;
  epoch: number;
}

/**
 * Sends work to the slot that holds the run's scene and waits for its answer. When the scene moves to another slot
 * meanwhile, the work is sent there again; an answer with an older epoch is refused.
 * @param options.key unique and stable within the actor
 * @param options.again how many times work whose engine died under it is sent again before that is the answer
 * @param options.spread for the n-th of several candidates: use the n-th ready slot instead of the scene's own
 */
export async function runJob(
  context: { bus: Bus; host: ActorHost; leases: LeaseWatch; engine: string },
  work: JobWork,
  options: { key: string; seconds: number; again?: number; spread?: (lease: Lease) => string },
): Promise<JobAnswer> {
  const { bus, host, leases, engine } = context;
  let again = options.again ?? 0;
  for (let attempt = 1; ; attempt++) {
    const held = await leases.current(host.signal);
    const slot = options.spread?.(held) ?? held.slot;
    const job = `${host.address}/${options.key}/${attempt}@${host.incarnation}.${held.epoch}`;
    const order: JobOrder = {
      job,
      run: held.run,
      role: host.options.role,
      epoch: held.epoch,
      incarnation: host.incarnation,
      work,
    };
    const waiting = host.waitForJob(job);
    const data = JSON.parse(JSON.stringify(order)) as Record<string, unknown>;
    const message = makeEnvelope({ id: job, source: host.address, type: "job", subject: slot, data });
    await publish(bus, jobSubject(engine, slot), message, host.signal);
    const moved = new AbortController();
    const stop = AbortSignal.any([host.signal, moved.signal]);
    const outcome = await Promise.race([
      waiting.reply.then((data) => jobAnswer.parse(data)),
      leases.newerThan(held.epoch, stop).then(() => "moved" as const),
      pause(options.seconds * 1000, stop).then(() => "late" as const),
    ]);
    moved.abort();
    waiting.cancel();
    if (host.signal.aborted) throw new VigaError("interrupted", "stopped while a job was running");
    if (outcome === "late") {
      throw new VigaError("engine_timeout", `slot ${slot} did not answer in ${options.seconds} s`, {
        retry: "elsewhere",
      });
    }
    // A stale answer (its lease was taken away meanwhile) is refused: the scene lives elsewhere now.
    if (outcome === "moved" || outcome.refused !== undefined || outcome.epoch < leases.epoch) continue;
    if (!crashed(outcome) || again <= 0) return outcome;
    again -= 1;
  }
}

/** The engine died, or could not be had: the work itself may be sound. */
function crashed({ reply }: JobAnswer): boolean {
  const kind = (reply.error as { kind?: unknown } | undefined)?.kind;
  return reply.ok !== true && kind === "crash";
}
