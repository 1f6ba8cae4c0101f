import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type RunSpec, runSpec, specKey } from "../../actors/run/run-spec.ts";
import { ArtifactStore } from "../../bridge/artifacts/store.ts";
import { writeBusFile } from "../../bridge/bus/address.ts";
import { type Bus, openBus } from "../../bridge/bus/connection.ts";
import { makeEnvelope } from "../../bridge/bus/envelope.ts";
import { putCell } from "../../bridge/bus/kv.ts";
import { publish } from "../../bridge/bus/publish.ts";
import { type BusServer, startBusServer } from "../../bridge/bus/server.ts";
import { mailboxSubject } from "../../bridge/bus/subjects.ts";
import { writeAtomic } from "../../bridge/files/write-atomic.ts";
import { identityOf } from "../../bridge/processes/identity.ts";
import { sweepScratch } from "../../bridge/processes/scratch.ts";
import { VigaError } from "../../config/errors.ts";
import type { ExecutorSettings } from "../../config/executors.ts";
import { followTape } from "../../observers/follow.ts";
import type { Observer } from "../../observers/observer.ts";
import { type HostMode, type Hosts, startHosts } from "./hosts.ts";

export interface RingOptions {
  spec: RunSpec;
  executors: readonly ExecutorSettings[];
  hosts: HostMode;
  /** A bus elsewhere; absent: our own server, with its store in `<out>/bus`. */
  busAddress?: { url: string; creds?: string | undefined };
  natsServer?: string | undefined;
  observers: readonly Observer[];
  signal: AbortSignal;
  log: (line: string) => void;
  /** Called when the bus is up and everything is being started. */
  onBus?: (bus: Bus) => void;
}

export interface RingResult {
  status: "done" | "failed" | "interrupted";
  reason: string;
  error: { message: string; hint?: string } | null;
  bestT: number | null;
}

/**
 * Runs a run to its end: bus, spec, roles and executors, observers. Started on a folder whose run was cut off, it
 * goes on where the bus's store says; everything is idempotent.
 */
export async function runRing(options: RingOptions): Promise<RingResult> {
  const { spec, signal, log } = options;
  const ending = new AbortController();
  const ended = AbortSignal.any([signal, ending.signal]);
  let server: BusServer | null = null;
  let bus: Bus | null = null;
  let hosts: Hosts | null = null;
  try {
    if (options.busAddress === undefined) {
      server = await startBusServer({
        dir: join(spec.out, "bus"),
        ...(options.natsServer === undefined ? {} : { command: options.natsServer }),
        onRestart: (reason) => log(`${reason}; started again`),
      });
    }
    const address = server ? { url: server.url, token: server.token } : (options.busAddress ?? { url: "" });
    bus = await openBus(address, { name: `viga run ${spec.run}` });
    await writeBusFile(spec.out, { schema: 1, run: spec.run, ...address, ...ourselves() });
    await putCell(bus.actors, specKey(spec.run), spec, ended);
    options.onBus?.(bus);

    const finished = followTape(
      bus,
      spec.run,
      new ArtifactStore(join(spec.out, "artifacts")),
      options.observers,
      ended,
      log,
    );
    hosts = startHosts({ mode: options.hosts, bus, spec, executors: options.executors, signal: ended, log });
    await begin(bus, spec, ended);
    return await Promise.race([finished, hosts.broken, aborted(signal)]);
  } catch (error) {
    // Whatever was under way when the signal came ends with an error of its own.
    if (signal.aborted) return interrupted;
    throw error;
  } finally {
    ending.abort();
    await hosts?.ended;
    for (const observer of options.observers) await observer.close();
    await bus?.close();
    await server?.stop();
    // Scratch folders of children that had to be killed.
    await sweepScratch();
  }
}

/** The first message of the ring. Its id makes a second one, at a resume, a duplicate. */
async function begin(bus: Bus, spec: RunSpec, signal: AbortSignal): Promise<void> {
  const facts = { mode: spec.task.mode, out: spec.out, players: spec.players, config: spec.config };
  const data = JSON.parse(JSON.stringify({ task: spec.task, memory: spec.memory, facts })) as Record<string, unknown>;
  const message = makeEnvelope({
    id: `${spec.run}/begin`,
    source: `${spec.run}/launcher`,
    type: "begin",
    subject: `${spec.run}/supervisor`,
    sequence: 1,
    data,
  });
  await publish(bus, mailboxSubject(spec.run, "supervisor"), message, signal);
}

function ourselves(): { pid: number; process?: string } {
  const identity = identityOf();
  return { pid: process.pid, ...(identity === null ? {} : { process: identity }) };
}

const interrupted: RingResult = { status: "interrupted", reason: "interrupted", error: null, bestT: null };

function aborted(signal: AbortSignal): Promise<RingResult> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(interrupted);
    signal.addEventListener("abort", () => resolve(interrupted), { once: true });
  });
}

/** Writes `<out>/run.json`, from which a run is resumed. */
export async function writeSpec(spec: RunSpec): Promise<void> {
  await writeAtomic(join(spec.out, "run.json"), `${JSON.stringify(spec, null, 2)}\n`);
}

export async function loadSpec(out: string): Promise<RunSpec> {
  const path = join(out, "run.json");
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new VigaError("not_found", `${out} holds no run: there is no run.json`, {
      cause,
      hint: "give the output folder of a run, the one with run.json and tape.jsonl in it",
    });
  });
  try {
    return { ...runSpec.parse(JSON.parse(text)), out };
  } catch (cause) {
    throw new VigaError("input_invalid", `${path} is damaged`, { cause, hint: "start the run again" });
  }
}
