import type { ResolvedRole } from "../../../config/resolved.ts";
import type { PlayerModule } from "../player-module.ts";
import { createCommandGenerator, createCommandVerifier } from "./command.ts";

const optionsOf = ({ spec, env }: ResolvedRole) => ({ command: spec.argument ?? "", env: env ?? [] });

export const player: PlayerModule = {
  generator: async ({ role }) => createCommandGenerator(optionsOf(role)),
  verifier: async ({ role }) => createCommandVerifier(optionsOf(role)),
};
