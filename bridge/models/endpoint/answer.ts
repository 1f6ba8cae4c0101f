import type { WireReply } from "../parse/wire-reply.ts";

/** Tokens as the endpoint counted them. `cached` is part of `input`, `reasoning` of `output`. */
export interface WireUsage {
  input: number;
  output: number;
  cached?: number;
  reasoning?: number;
}

/** What one request brought. */
export interface Attempt extends WireReply {
  /** null when the endpoint said nothing. */
  usage: WireUsage | null;
  /** False: there was not even one choice. */
  choices: boolean;
}
