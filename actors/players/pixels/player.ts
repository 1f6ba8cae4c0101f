import type { PlayerModule } from "../player-module.ts";
import { createPixels } from "./pixels.ts";

export const player: PlayerModule = { verifier: async () => createPixels() };
