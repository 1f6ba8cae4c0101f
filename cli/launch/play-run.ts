import { addAbortListener } from "node:events";
import { join } from "node:path";
import { specKey } from "../../actors/run/bus-keys.ts";
import { ArtifactStore } from "../../bridge/artifacts/store.ts";
import type { Bus } from "../../bridge/bus/connection.ts";
import { makeEnvelope } from "../../bridge/bus/envelope.ts";
import { putCell } from "../../bridge/bus/kv.ts";
import { publish } from "../../bridge/bus/publish.ts";
import { mailboxSubject } from "../../bridge/bus/subjects.ts";
import type { RunResult, RunSpec } from "../../machines/domain/index.ts";
import { followTape } from "../../observers/follow.ts";
import type { Observer } from "../../observers/observer.ts";
import { type HostMode, type Hosts, startRoles } from "./hosts.ts";

export interface PlayOptions {
  /** Where the roles live. Slots are served by whoever calls, or elsewhere: many runs share them. */
  hosts: HostMode;
  observers: readonly Observer[];
  signal: AbortSignal;
  log: (line: string) => void;
  /** Rejects when something that the run needs (a slot's process) cannot go on. */
  broken?: Promise<never>;
}

/**
 * Plays one run on a bus to its end: its spec, its roles, its observers. Prints nothing. Many runs may be played on one
 * bus at once. Played on a bus where the run was cut off, it goes on where the bus's store says; everything is
 * idempotent.
 */
export async function playRun(bus: Bus, spec: RunSpec, options: PlayOptions): Promise<RunResult> {
  const { signal, log, observers } = options;
  const ending = new AbortController();
  const ended = AbortSignal.any([signal, ending.signal]);
  let roles: Hosts | null = null;
  let failed = false;
  try {
    await putCell(bus.actors, specKey(spec.run), spec, ended);
    const finished = followTape(bus, spec.run, new ArtifactStore(join(spec.out, "artifacts")), observers, ended, log);
    roles = startRoles({ mode: options.hosts, bus, spec, signal: ended, log });
    await begin(bus, spec, ended);
    return await Promise.race([finished, roles.broken, ...(options.broken ? [options.broken] : []), aborted(signal)]);
  } catch (error) {
    // Whatever was under way when the signal came ends with an error of its own.
    if (signal.aborted) return interrupted;
    failed = true;
    throw error;
  } finally {
    ending.abort();
    await roles?.ended;
    for (const observer of observers) {
      await observer.close().catch((error: unknown) => {
        // On a full disk nothing can be written either: the first error is the cause.
        if (!failed) throw error;
      });
    }
  }
}

/** The first message of the ring. Its id makes a second one, at a resume, a duplicate. */
async function begin(bus: Bus, spec: RunSpec, signal: AbortSignal): Promise<void> {
  const { generator, verifier } = spec.config.roles;
  const facts = {
    mode: spec.task.mode,
    out: spec.out,
    measurement: spec.measurement,
    output: spec.output,
    code_ending: spec.code_ending,
    players: { generator: generator.player, verifier: verifier.player },
    config: spec.config,
  };
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

const interrupted: RunResult = { status: "interrupted", reason: "interrupted", error: null, bestT: null };

function aborted(signal: AbortSignal): Promise<RunResult> {
  return new Promise((resolve) => {
    addAbortListener(signal, () => resolve(interrupted));
  });
}
