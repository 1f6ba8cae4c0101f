import { createModel } from "../../bridge/models/client.ts";
import { VigaError } from "../../config/errors.ts";
import type { ModeName } from "../../config/modes/mode.ts";
import type { ResolvedConfig, ResolvedRole } from "../../config/resolved.ts";
import type { EngineFacts } from "../../prompts/index.ts";
import type { RunSpec } from "../spec.ts";
import { createCommandGenerator, createCommandVerifier } from "./command.ts";
import { createModelGenerator } from "./model/generator.ts";
import { createModelVerifier } from "./model/verifier.ts";
import { createPixels } from "./pixels.ts";
import type { GeneratorPlayer, VerifierPlayer } from "./player.ts";
import { createReplayGenerator, createReplayVerifier, loadRecording } from "./replay.ts";
import { createSolver } from "./solver/solver.ts";

/** The engine's capability card, once a slot holds the run's scene. */
export type CardReader = () => Promise<EngineFacts | null>;

/** Makes the player that the run's configuration maps to its generator role. */
export async function makeGenerator(spec: RunSpec, readCard: CardReader): Promise<GeneratorPlayer> {
  const config = configOf(spec);
  const role = config.roles.generator;
  switch (role.spec.kind) {
    case "solver":
      return createSolver();
    case "command":
      return createCommandGenerator({ command: role.spec.command });
    case "replay":
      return createReplayGenerator(await loadRecording(role.spec.path));
    case "model":
      return withCard(spec.players.generator.player, readCard, (card) =>
        createModelGenerator({ ...modelOptions(role, spec), ...baselineOf(config), card }),
      );
    default:
      throw unknownPlayer("generator", role.player);
  }
}

/** Makes the player that the run's configuration maps to its verifier role. */
export async function makeVerifier(spec: RunSpec): Promise<VerifierPlayer> {
  const role = configOf(spec).roles.verifier;
  switch (role.spec.kind) {
    case "pixels":
      return createPixels();
    case "command":
      return createCommandVerifier({ command: role.spec.command });
    case "replay":
      return createReplayVerifier(await loadRecording(role.spec.path));
    case "model":
      return createModelVerifier({
        ...modelOptions(role, spec),
        ...(role.calibrate === undefined ? {} : { calibrate: role.calibrate }),
      });
    default:
      throw unknownPlayer("verifier", role.player);
  }
}

/** The spec keeps the whole resolved configuration, which zod checked when the run was started. */
function configOf(spec: RunSpec): Pick<ResolvedConfig, "roles" | "baseline" | "refine"> {
  return spec.config as unknown as Pick<ResolvedConfig, "roles" | "baseline" | "refine">;
}

function modelOptions(role: ResolvedRole, spec: RunSpec) {
  const { profile, skills, temperature, max_tokens } = role;
  if (profile === null) throw unknownPlayer("role", role.player);
  return {
    model: createModel(profile),
    mode: spec.task.mode as ModeName,
    ...(skills === undefined ? {} : { tools: skills }),
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
