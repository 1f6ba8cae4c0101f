import { z } from "zod";
import type { Bus } from "../../bridge/bus/connection.ts";
import { type Envelope, makeEnvelope, parseEnvelope } from "../../bridge/bus/envelope.ts";
import { watchExhausted } from "../../bridge/bus/jobs.ts";
import { publish } from "../../bridge/bus/publish.ts";
import { deadLetterSubject, mailboxSubject } from "../../bridge/bus/subjects.ts";
import { pause } from "../../bridge/bus/timers.ts";
import { failedRun } from "../../machines/domain/index.ts";
import { onControl } from "./control.ts";
import { jobOrder } from "./jobs.ts";
import type { LeaseWatch } from "./lease.ts";
import { SlotWatch, slotTimeout } from "./slots.ts";

/**
 * What the supervisor's process watches beside its mailbox, turned into messages: a slot that stopped beating, jobs
 * that no worker ended, control verbs.
 */
export async function watchRun(options: {
  bus: Bus;
  run: string;
  engine: string;
  leases: LeaseWatch;
  signal: AbortSignal;
  log: (line: string) => void;
}): Promise<void> {
  const { bus, run, signal } = options;
  await Promise.all([
    watchSlot(options),
    watchExhausted(bus, signal, (bytes) => failJob(bus, run, bytes, signal)),
    onControl(bus, run, signal, async (verb, data, id) => {
      await post(bus, run, "supervisor", "control", { verb, data }, `${run}/control/${id}`, signal);
    }),
  ]);
}

async function watchSlot(options: {
  bus: Bus;
  run: string;
  engine: string;
  leases: LeaseWatch;
  signal: AbortSignal;
}): Promise<void> {
  const { bus, run, engine, leases, signal } = options;
  const slots = new SlotWatch(bus, engine, signal);
  const started = Date.now();
  let told = 0;
  while (!signal.aborted) {
    await pause(1000, signal);
    if (leases.epoch === 0 || told >= leases.epoch || signal.aborted) continue;
    // While the bus itself is away nobody's beat arrives: that says nothing about the slot.
    if (!(await busAnswers(bus))) {
      await pause(slotTimeout, signal);
      continue;
    }
    const held = await leases.current(signal);
    const known = slots.find(held.slot);
    const heard = known?.heard ?? started;
    if (Date.now() - heard <= slotTimeout) continue;
    told = held.epoch;
    const why = `no heartbeat for ${Math.round((Date.now() - heard) / 1000)} s`;
    await post(
      bus,
      run,
      "supervisor",
      "slot.lost",
      { slot: held.slot, epoch: held.epoch, why },
      `${run}/slot-lost/${held.epoch}`,
      signal,
    );
  }
}

async function busAnswers(bus: Bus): Promise<boolean> {
  return Promise.race([bus.nc.flush().then(() => true), pause(500).then(() => false)]).catch(() => false);
}

/** A job given out three times without an end becomes a dead letter and a failed answer, never a silence. */
async function failJob(bus: Bus, run: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  let letter: Envelope;
  try {
    letter = parseEnvelope(bytes);
  } catch {
    return;
  }
  const order = jobOrder.safeParse(letter.data);
  if (!order.success || order.data.run !== run) return;
  const { job, role, epoch } = order.data;
  const message = makeEnvelope({
    id: `${job}/exhausted`,
    source: letter.source,
    type: "dead.letter",
    subject: letter.subject,
    data: letter.data,
  });
  await publish(bus, deadLetterSubject(run, role), message, signal);
  const reply = failedRun({
    kind: "crash",
    type: "JobExhausted",
    message: "the executor died three times while it ran this program",
    hint: "the program brings the engine's process down; write it differently",
  });
  await post(bus, run, role, "job.done", { job, slot: letter.subject, epoch, reply, files: {} }, `${job}/done`, signal);
}

async function post(
  bus: Bus,
  run: string,
  role: string,
  type: string,
  data: Record<string, unknown>,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const plain = z.record(z.string(), z.unknown()).parse(JSON.parse(JSON.stringify(data)));
  const message = makeEnvelope({ id, source: `${run}/watch`, type, subject: `${run}/${role}`, data: plain });
  await publish(bus, mailboxSubject(run, role), message, signal);
}
