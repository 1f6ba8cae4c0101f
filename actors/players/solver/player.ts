import type { PlayerModule } from "../player-module.ts";
import { createSolver } from "./solver.ts";

export const player: PlayerModule = { generator: async () => createSolver() };
