import type { PlayerModule } from "../player-module.ts";
import { createCommandGenerator, createCommandVerifier } from "./command.ts";

export const player: PlayerModule = {
  generator: async ({ role }) => createCommandGenerator({ command: role.spec.argument ?? "" }),
  verifier: async ({ role }) => createCommandVerifier({ command: role.spec.argument ?? "" }),
};
