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
import type { SlotWatch } from "./slots.ts";

/** Whose scene a probe looks at: one candidate of one round. Its program makes the scene again where it is gone. */
const sceneOfCandidate = z.object({ t: z.number().int(), candidate: z.number().int(), code: z.string() });

/** What a slot is asked to do: run a program, probe its scene, or call one of the engine's own operations. */
export const jobWork = z.discriminatedUnion("op", [
  z.object({
    op: z.literal("run"),
    t: z.number().int(),
    candidate: z.number().int(),
    code: z.string(),
    quality,
    /** Seed of the renderer's sampling; absent: the run's. */
    renderSeed: z.number().int().nonnegative().optional(),
    /** Name of the file that the state is saved as beside the pictures. */
    save: z.string().optional(),
    /** Keep the live scene for probes. */
    keep: z.boolean(),
  }),
  z.object({
    op: z.literal("probe"),
    scene: sceneOfCandidate,
    action: z.string(),
    args: z.record(z.string(), z.unknown()),
    seconds: z.number().optional(),
  }),
  z.object({
    op: z.literal("call"),
    name: z.string(),
    args: z.record(z.string(), z.unknown()),
    files: z.array(z.string()),
    /** Calls of the same session share a process where the engine can do that. */
    session: z.string().optional(),
    /** Its files belong to the run's result; without it they go when the run ends. */
    lasting: z.literal(true).optional(),
    seconds: z.number().optional(),
  }),
  /** This candidate was chosen: the scenes of the others of its round may go. Nobody waits for an answer. */
  z.object({ op: z.literal("choose"), t: z.number().int(), candidate: z.number().int() }),
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

/** Who sends jobs. `slots` tells of slots other than the scene's own. */
export interface JobContext {
  bus: Bus;
  host: ActorHost;
  leases: LeaseWatch;
  slots?: SlotWatch;
  engine: string;
}

/**
 * Sends work to the slot that holds the run's scene and waits for its answer. When the scene moves to another slot
 * meanwhile, the work is sent there again; an answer with an older epoch is refused.
 * @param options.key unique and stable within the actor
 * @param options.again how many times work whose engine died under it is sent again before that is the answer
 * @param options.place chooses another slot than the scene's own; asked again when the chosen one falls silent
 */
export async function runJob(
  context: JobContext,
  work: JobWork,
  options: { key: string; seconds: number; again?: number; place?: (lease: Lease) => string },
): Promise<JobAnswer> {
  const { bus, host, leases, slots, engine } = context;
  let again = options.again ?? 0;
  for (let attempt = 1; ; attempt++) {
    const held = await leases.current(host.signal);
    const slot = options.place?.(held) ?? held.slot;
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
      // The supervisor watches over the scene's own slot; another's silence is noticed here.
      ...(slots === undefined || slot === held.slot ? [] : [slots.lost(slot, stop).then(() => "moved" as const)]),
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

/** Tells the slots of a round's candidates which one was chosen, so that they let the other scenes go. */
export async function tellChosen(
  context: JobContext,
  states: readonly { t: number; candidate: number; slot: string }[],
  chosen: { t: number; candidate: number },
): Promise<void> {
  const { bus, host, leases, engine } = context;
  const { run, epoch } = await leases.current(host.signal);
  const work = { op: "choose" as const, t: chosen.t, candidate: chosen.candidate };
  for (const slot of new Set(states.map((state) => state.slot))) {
    const job = `${host.address}/chosen/${chosen.t}/${slot}@${host.incarnation}.${epoch}`;
    const data: JobOrder = { job, run, role: host.options.role, epoch, work };
    const message = makeEnvelope({ id: job, source: host.address, type: "job", subject: slot, data: { ...data } });
    await publish(bus, jobSubject(engine, slot), message, host.signal);
  }
}

/** The engine died, or could not be had: the work itself may be sound. */
function crashed({ reply }: JobAnswer): boolean {
  const kind = (reply.error as { kind?: unknown } | undefined)?.kind;
  return reply.ok !== true && kind === "crash";
}
