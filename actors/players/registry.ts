import { VigaError } from "../../config/errors.ts";
import type { RunSpec } from "../spec.ts";
import { createPixels } from "./pixels.ts";
import type { GeneratorPlayer, VerifierPlayer } from "./player.ts";

/** Makes the player that the run's configuration maps to its generator role. */
export async function makeGenerator(spec: RunSpec): Promise<GeneratorPlayer> {
  const { player } = spec.players.generator;
  if (player === "solver") return (await import("./solver/solver.ts")).createSolver();
  throw unknownPlayer("generator", player);
}

/** Makes the player that the run's configuration maps to its verifier role. */
export async function makeVerifier(spec: RunSpec): Promise<VerifierPlayer> {
  const { player } = spec.players.verifier;
  if (player === "pixels") return createPixels();
  throw unknownPlayer("verifier", player);
}

function unknownPlayer(role: string, player: string): VigaError {
  return new VigaError("config_invalid", `roles.${role}: no player "${player}"`, {
    hint: "solver, pixels, replay:<file>, command:<program>, or a model named under models:",
  });
}
