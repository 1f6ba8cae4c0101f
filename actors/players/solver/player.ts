import { limitsOf } from "../../../config/refine.ts";
import type { PlayerModule } from "../player-module.ts";
import { solverFor } from "./for-engine.ts";

export const player: PlayerModule = {
  generator: async ({ role, spec }) => solverFor(spec.engine, { limits: limitsOf(role) }),
};
