import { readFile } from "node:fs/promises";
import { createMachine } from "xstate";
import { z } from "zod";
import { ActorHost } from "../actors/actor/host.ts";
import { actorKey } from "../actors/run/bus-keys.ts";
import { runJob } from "../actors/run/jobs.ts";
import { dropLease, grantLease, LeaseWatch } from "../actors/run/lease.ts";
import { SlotWatch } from "../actors/run/slots.ts";
import { readCell } from "../bridge/bus/kv.ts";
import { pause } from "../bridge/bus/timers.ts";
import { listGenerator, quietVerifier } from "../test/harness/players.ts";
import { testRing } from "../test/harness/ring.ts";
import { stubEngine } from "../test/harness/stub-engine.ts";

/** Jobs that are counted, and those before them that warm the code up. */
const counted = 1000;
const warming = 200;

/** Processor time of handing one job out and taking its answer in, in milliseconds. */
export interface HandOut {
  jobs: number;
  /** This process: both ends of the queue. */
  own: number;
  /** nats-server; null where it cannot be told. */
  server: number | null;
}

/** Milliseconds of processor time of another process so far, as Linux counts it (hundredths of a second). */
async function processorOf(pid: number | undefined): Promise<number | null> {
  const text = pid === undefined ? null : await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields === undefined ? null : 10 * (Number(fields[11]) + Number(fields[12]));
}

/**
 * What it takes to hand a job out, without anything that is done with it: a run asks for `jobsPerTask` jobs under each lease,
 * one after the other, of a slot whose engine answers at once. Both ends stand in this process. Counted are the lease's grant
 * and its watching, the job's envelope and publish, its delivery, the slot's look at lease and asker, the empty job folder, the
 * answer's publish, the acknowledgement, and the answer's way through the actor's mailbox.
 */
export async function handOut(jobsPerTask: number): Promise<HandOut> {
  const ring = await testRing();
  const stop = new AbortController();
  const { signal } = stop;
  try {
    const { bus, spec, store } = ring;
    const players = { generator: listGenerator([]), verifier: quietVerifier };
    ring.start({ players, slots: { cpu: stubEngine() }, roles: [] });
    const slots = new SlotWatch(bus, spec.engine, signal);
    const leases = new LeaseWatch(bus, spec.run, signal);
    const host = new ActorHost({
      bus,
      store,
      run: spec.run,
      role: "generator",
      machine: createMachine({}),
      messages: z.never(),
      input: undefined,
      perform: async () => ({}),
      signal,
    });
    const serving = host.serve();
    while ((await readCell(bus.actors, actorKey(spec.run, "generator"), signal)).value === null)
      await pause(20, signal);
    const context = { bus, host, leases, engine: spec.engine };
    const request = { run: spec.run, engine: spec.engine, avoid: null, waitSeconds: 10 };
    const ask = async (from: number, count: number) => {
      for (let n = from; n < from + count; n++) {
        if (n % jobsPerTask === 0) {
          const { epoch } = await grantLease(bus, slots, request, signal);
          await leases.newerThan(epoch - 1, signal);
        }
        const work = { op: "call" as const, name: "nothing", args: {}, files: [] };
        await runJob(context, work, { key: `job${n}`, seconds: 20 });
      }
    };
    await ask(0, warming);
    const [before, serverBefore] = [process.cpuUsage(), await processorOf(ring.server.pid)];
    await ask(warming, counted);
    const { user, system } = process.cpuUsage(before);
    const serverAfter = await processorOf(ring.server.pid);
    await dropLease(bus, spec.run, signal);
    stop.abort();
    await serving.catch(() => undefined);
    return {
      jobs: counted,
      own: (user + system) / 1000 / counted,
      server: serverBefore === null || serverAfter === null ? null : (serverAfter - serverBefore) / counted,
    };
  } finally {
    stop.abort();
    await ring.close();
  }
}
