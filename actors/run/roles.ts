import type { AnyStateMachine } from "xstate";
import { ArtifactStore } from "../../bridge/artifacts/store.ts";
import type { Bus } from "../../bridge/bus/connection.ts";
import { makeEnvelope } from "../../bridge/bus/envelope.ts";
import { readCell } from "../../bridge/bus/kv.ts";
import { publish } from "../../bridge/bus/publish.ts";
import { mailboxSubject } from "../../bridge/bus/subjects.ts";
import { capabilityCard } from "../../bridge/engines/contract.ts";
import { type Death, type RestartPolicy, restartOnDeath } from "../../bridge/processes/restart.ts";
import { toVigaError } from "../../config/errors.ts";
import type { RunSpec } from "../../machines/domain/index.ts";
import { generatorMachine } from "../../machines/generator.ts";
import { memoryMachine } from "../../machines/memory/memory.ts";
import { messageOf } from "../../machines/messages.ts";
import { supervisorMachine } from "../../machines/supervisor.ts";
import { verifierMachine } from "../../machines/verifier.ts";
import type { EngineFacts } from "../../prompts/index.ts";
import { ActorHost, type Perform } from "../actor/host.ts";
import { generatorEffects } from "../effects/generator.ts";
import { memoryEffects } from "../effects/memory.ts";
import { judgedToKeep } from "../effects/observation.ts";
import { supervisorEffects } from "../effects/supervisor.ts";
import { verifierEffects } from "../effects/verifier.ts";
import type { GeneratorPlayer, VerifierPlayer } from "../players/player.ts";
import { makeGenerator, makeVerifier } from "../players/registry.ts";
import { slotKey } from "./bus-keys.ts";
import { LeaseWatch } from "./lease.ts";
import { readSpec } from "./read-spec.ts";
import { SlotWatch, slotEntry } from "./slots.ts";
import { watchRun } from "./watchdog.ts";

/** Roles that run as actors of their own; the executor lives on its slot. */
export const hostedRoles = ["generator", "verifier", "memory", "supervisor"] as const;
export type HostedRole = (typeof hostedRoles)[number];

export interface RoleOptions {
  bus: Bus;
  run: string;
  role: HostedRole;
  signal: AbortSignal;
  log: (line: string) => void;
  /** Players given by the caller instead of those that the run's spec names. */
  players?: { generator?: GeneratorPlayer; verifier?: VerifierPlayer };
}

/**
 * Crashes of a role's host count over the whole run: each is a fault of ours, which the same message mostly brings back.
 * After five restarts the run is told that the role failed.
 */
const restarts: RestartPolicy = { first: 100, most: 1600, window: Number.POSITIVE_INFINITY, limit: 5 };

/**
 * Plays a role of a run until aborted. A crash of the host itself (not of a player, whose errors are messages) is
 * answered with a restart from the last commit, with backoff; the supervisor hears of each.
 */
export async function playRole(options: RoleOptions): Promise<void> {
  const { bus, run, role, signal } = options;
  const onDeath = async (death: Death) => {
    const error = toVigaError(death.error);
    if (error.code === "bus_conflict" || death.last) {
      options.log(`${role}: ${error.message}`);
      if (error.code !== "bus_conflict")
        await tell(bus, run, role, "role.failed", { role, error: error.toData() }, signal);
      throw error;
    }
    options.log(`${role} restarts: ${error.message}`);
    await tell(bus, run, role, "role.restarted", { role, reason: error.message }, signal);
  };
  await restartOnDeath(() => hostRole(options), { deaths: restarts, signal, onDeath });
}

async function hostRole(options: RoleOptions): Promise<void> {
  const { bus, run, role } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  try {
    const spec = await readSpec(bus, run, signal);
    const store = new ArtifactStore(`${spec.out}/artifacts`);
    const leases = new LeaseWatch(bus, run, signal);
    const part = await partOf(role, spec, leases, options, signal);
    const host = new ActorHost({ bus, store, run, role, signal, messages: messageOf[role], ...part });
    const care =
      role === "supervisor" ? watchRun({ bus, run, engine: spec.engine, leases, signal, log: options.log }) : undefined;
    await Promise.race([host.serve(), care ?? new Promise<never>(() => undefined)]);
  } finally {
    stop.abort();
  }
}

async function partOf(
  role: HostedRole,
  spec: RunSpec,
  leases: LeaseWatch,
  options: RoleOptions,
  signal: AbortSignal,
): Promise<{ machine: AnyStateMachine; input: unknown; perform: Perform }> {
  const slots = () => new SlotWatch(options.bus, spec.engine, signal);
  switch (role) {
    case "generator": {
      const { player, shadow } = options.players?.generator
        ? { player: options.players.generator, shadow: null }
        : await makeGenerator(spec, () => readCard(options.bus, spec, leases, signal), signal);
      return {
        machine: generatorMachine,
        input: { approve: spec.approve },
        perform: generatorEffects(player, spec, leases, slots(), shadow),
      };
    }
    case "verifier": {
      const { player, shadow } = options.players?.verifier
        ? { player: options.players.verifier, shadow: null }
        : await makeVerifier(spec, () => readCard(options.bus, spec, leases, signal), signal);
      return {
        machine: verifierMachine,
        input: { remember: judgedToKeep(spec) },
        perform: verifierEffects(player, spec, leases, slots(), shadow),
      };
    }
    case "memory":
      return { machine: memoryMachine, input: undefined, perform: memoryEffects(spec, leases) };
    case "supervisor": {
      return { machine: supervisorMachine, input: undefined, perform: supervisorEffects(spec, leases, slots()) };
    }
  }
}

/** The capability card of the slot that holds the run's scene. */
async function readCard(
  bus: Bus,
  _spec: RunSpec,
  leases: LeaseWatch,
  signal: AbortSignal,
): Promise<EngineFacts | null> {
  const held = await leases.current(signal);
  const cell = await readCell<unknown>(bus.slots, slotKey(held.engine, held.slot), signal);
  const entry = slotEntry.safeParse(cell.value);
  return entry.success ? capabilityCard.parse(entry.data.card) : null;
}

let told = 0;

/** A message to the supervisor from beside the ring (a launcher, a role's host). */
async function tell(
  bus: Bus,
  run: string,
  source: string,
  type: string,
  data: Record<string, unknown>,
  signal: AbortSignal,
): Promise<void> {
  told += 1;
  const id = `${run}/${source}/${type}/${process.pid}.${told}.${Date.now()}`;
  const message = makeEnvelope({ id, source: `${run}/${source}.host`, type, subject: `${run}/supervisor`, data });
  await publish(bus, mailboxSubject(run, "supervisor"), message, signal).catch(() => undefined);
}
