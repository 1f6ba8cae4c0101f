import { limitsOf } from "../../../config/refine.ts";
import type { PlayerModule } from "../player-module.ts";
import { createSolver } from "./solver.ts";

export const player: PlayerModule = { generator: async ({ role }) => createSolver({ limits: limitsOf(role) }) };
