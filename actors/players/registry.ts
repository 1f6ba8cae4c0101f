import { VigaError } from "../../config/errors.ts";
import { writtenPlayers } from "../../config/players.ts";
import { limitsOf, refiningOf } from "../../config/refine.ts";
import type { ResolvedRole } from "../../config/resolved.ts";
import type { RunSpec } from "../../machines/domain/index.ts";
import type { GeneratorPlayer, VerifierPlayer } from "./player.ts";
import type { CardReader, PlayerConfig, PlayerModule } from "./player-module.ts";

/** Makes the player of the generator role; `shadow` is the one that listens beside it, if any. Servers of its skills end with the signal. */
export async function makeGenerator(
  spec: RunSpec,
  readCard: CardReader,
  signal: AbortSignal,
): Promise<{ player: GeneratorPlayer; shadow: GeneratorPlayer | null }> {
  const config = configOf(spec);
  const make = async (role: ResolvedRole) =>
    (await moduleOf(role)).generator?.({ role, spec, config, readCard, signal });
  const player = known(await make(config.roles.generator), "generator", config.roles.generator);
  const shadow = config.shadow.generator
    ? known(await make(config.shadow.generator), "generator", config.shadow.generator)
    : null;
  const limits = refiningOf(config.refine);
  if (limits === null) return { player, shadow };
  const [{ withRefine }, { solverFor }] = await Promise.all([
    import("./solver/refine.ts"),
    import("./solver/for-engine.ts"),
  ]);
  // Given a time, it is used: without one a refinement stays as short as a round, for the model goes on anyway.
  const goesOn = limits.seconds !== undefined;
  return { player: withRefine(player, solverFor(spec.engine, { limits: limitsOf(limits), goesOn })), shadow };
}

/** Makes the player of the verifier role; `shadow` is the one that listens beside it, if any. */
export async function makeVerifier(
  spec: RunSpec,
  readCard: CardReader,
  signal: AbortSignal,
): Promise<{ player: VerifierPlayer; shadow: VerifierPlayer | null }> {
  const config = configOf(spec);
  const make = async (role: ResolvedRole) =>
    (await moduleOf(role)).verifier?.({ role, spec, config, readCard, signal });
  const player = known(await make(config.roles.verifier), "verifier", config.roles.verifier);
  const shadow = config.shadow.verifier
    ? known(await make(config.shadow.verifier), "verifier", config.shadow.verifier)
    : null;
  return { player, shadow };
}

/**
 * The module of a role's kind of player, from the folder of that name. Loaded when a role needs it: a role that starts
 * again after a crash loads no other's libraries.
 */
async function moduleOf(role: ResolvedRole): Promise<PlayerModule> {
  const { kind } = role.spec;
  if (!/^[a-z_]+$/.test(kind)) throw unknownPlayer("role", role);
  const loaded = (await import(`./${kind}/player.ts`)) as { player: PlayerModule };
  return loaded.player;
}

/** The spec keeps the resolved configuration, which config checked when the run was made. */
function configOf(spec: RunSpec): PlayerConfig {
  return spec.config as unknown as PlayerConfig;
}

function known<P>(player: P | undefined, name: string, role: ResolvedRole): P {
  if (player === undefined) throw unknownPlayer(name, role);
  return player;
}

function unknownPlayer(name: string, { player }: ResolvedRole): VigaError {
  return new VigaError("config_invalid", `roles.${name}: "${player}" cannot play it`, {
    hint: `${writtenPlayers.join(", ")}, or a model named under models:`,
  });
}
