import type { ResolvedConfig, ResolvedRole } from "../../config/resolved.ts";
import type { RunSpec } from "../../machines/domain/index.ts";
import type { EngineFacts } from "../../prompts/index.ts";
import type { GeneratorPlayer, VerifierPlayer } from "./player.ts";

/** The engine's capability card, once a slot holds the run's scene. */
export type CardReader = () => Promise<EngineFacts | null>;

/** What a player is made from: the role as configured, the run, and the engine's card. */
export interface PlayerRequest {
  role: ResolvedRole;
  spec: RunSpec;
  config: PlayerConfig;
  readCard: CardReader;
  /** Ends what the player started, such as the servers of its skills. */
  signal: AbortSignal;
}

export type PlayerConfig = Pick<ResolvedConfig, "roles" | "shadow" | "baseline" | "refine" | "seed">;

/** What `<kind>/player.ts` exports as `player`: how that kind plays each of its roles. */
export interface PlayerModule {
  generator?(request: PlayerRequest): Promise<GeneratorPlayer>;
  verifier?(request: PlayerRequest): Promise<VerifierPlayer>;
}
