import { VigaError } from "../../config/errors.ts";
import type { ModeName } from "../../config/modes/mode.ts";
import type { ResolvedConfig, ResolvedRole } from "../../config/resolved.ts";
import type { RunSpec } from "../../machines/domain/index.ts";
import type { EngineFacts } from "../../prompts/index.ts";
import type { GeneratorPlayer, VerifierPlayer } from "./player.ts";

/** The engine's capability card, once a slot holds the run's scene. */
export type CardReader = () => Promise<EngineFacts | null>;

// Players are loaded when a role needs them: a role that starts again after a crash loads no other's libraries.

/** Makes the player of the generator role; `shadow` is the one that listens beside it, if any. Servers of its skills end with the signal. */
export async function makeGenerator(
  spec: RunSpec,
  readCard: CardReader,
  signal: AbortSignal,
): Promise<{ player: GeneratorPlayer; shadow: GeneratorPlayer | null }> {
  const config = configOf(spec);
  const player = await generatorOf(config.roles.generator, spec, readCard, signal);
  const shadow = config.shadow.generator ? await generatorOf(config.shadow.generator, spec, readCard, signal) : null;
  if (config.refine !== "solver") return { player, shadow };
  const [{ withRefine }, { createSolver }] = await Promise.all([
    import("./solver/refine.ts"),
    import("./solver/solver.ts"),
  ]);
  return { player: withRefine(player, createSolver()), shadow };
}

async function generatorOf(
  role: ResolvedRole,
  spec: RunSpec,
  readCard: CardReader,
  signal: AbortSignal,
): Promise<GeneratorPlayer> {
  switch (role.spec.kind) {
    case "solver":
      return (await import("./solver/solver.ts")).createSolver();
    case "command":
      return (await import("./command/command.ts")).createCommandGenerator({ command: role.spec.command });
    case "replay": {
      const { createReplayGenerator, loadRecording } = await import("./replay/replay.ts");
      return createReplayGenerator(await loadRecording(role.spec.path));
    }
    case "model": {
      const { createModelGenerator } = await import("./model/generator.ts");
      const options = { ...(await modelOptions(role, spec, signal)), ...baselineOf(configOf(spec)) };
      return withCard(role.player, readCard, (card) => createModelGenerator({ ...options, card }));
    }
    default:
      throw unknownPlayer("generator", role.player);
  }
}

/** Makes the player of the verifier role; `shadow` is the one that listens beside it, if any. */
export async function makeVerifier(
  spec: RunSpec,
  signal: AbortSignal,
): Promise<{ player: VerifierPlayer; shadow: VerifierPlayer | null }> {
  const config = configOf(spec);
  const player = await verifierOf(config.roles.verifier, spec, signal);
  const shadow = config.shadow.verifier ? await verifierOf(config.shadow.verifier, spec, signal) : null;
  return { player, shadow };
}

async function verifierOf(role: ResolvedRole, spec: RunSpec, signal: AbortSignal): Promise<VerifierPlayer> {
  switch (role.spec.kind) {
    case "pixels":
      return (await import("./pixels/pixels.ts")).createPixels();
    case "command":
      return (await import("./command/command.ts")).createCommandVerifier({ command: role.spec.command });
    case "replay": {
      const { createReplayVerifier, loadRecording } = await import("./replay/replay.ts");
      return createReplayVerifier(await loadRecording(role.spec.path));
    }
    case "model": {
      const { createModelVerifier } = await import("./model/verifier.ts");
      return createModelVerifier({
        ...(await modelOptions(role, spec, signal)),
        ...(role.calibrate === undefined ? {} : { calibrate: role.calibrate }),
        ...(role.pairwise === undefined ? {} : { pairwise: role.pairwise }),
      });
    }
    default:
      throw unknownPlayer("verifier", role.player);
  }
}

/** The spec keeps the resolved configuration, which config checked when the run was made. */
function configOf(spec: RunSpec): Pick<ResolvedConfig, "roles" | "shadow" | "baseline" | "refine"> {
  return spec.config as unknown as Pick<ResolvedConfig, "roles" | "shadow" | "baseline" | "refine">;
}

async function modelOptions(role: ResolvedRole, spec: RunSpec, signal: AbortSignal) {
  const { profile, skills, temperature, max_tokens } = role;
  if (profile === null) throw unknownPlayer("role", role.player);
  const [{ createModel }, { noteModelEvent }, { roleSkills }] = await Promise.all([
    import("../../bridge/models/client.ts"),
    import("./model/call.ts"),
    import("./skills.ts"),
  ]);
  const offered = skills === undefined ? undefined : roleSkills(skills, spec, signal);
  return {
    model: createModel(profile, { onEvent: noteModelEvent }),
    mode: spec.task.mode as ModeName,
    ...(offered === undefined ? {} : { tools: offered.names, extra: offered.tools }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(max_tokens === undefined ? {} : { maxTokens: max_tokens }),
  };
}

function baselineOf({ baseline }: Pick<ResolvedConfig, "baseline">) {
  return baseline === "none" ? {} : { baseline };
}

/** A generator that is made at its first turn, when the engine has said what it is. */
function withCard(
  name: string,
  readCard: CardReader,
  make: (card: EngineFacts | null) => GeneratorPlayer,
): GeneratorPlayer {
  let made: Promise<GeneratorPlayer> | null = null;
  return {
    name,
    async write(context, io) {
      made ??= readCard().then(make);
      return (await made).write(context, io);
    },
  };
}

function unknownPlayer(role: string, player: string): VigaError {
  return new VigaError("config_invalid", `roles.${role}: no player "${player}"`, {
    hint: "solver, pixels, replay:<file>, command:<program>, or a model named under models:",
  });
}
