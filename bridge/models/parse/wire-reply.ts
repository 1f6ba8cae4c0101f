import type { Finish } from "../contract.ts";

/** A native call as it came over the wire. `extra`: what the endpoint wants back with it. */
export interface WireCall {
  id: string;
  name: string;
  arguments: string;
  extra?: Record<string, unknown>;
}

/** A reply as it came over the wire. */
export interface WireReply {
  content: string;
  /** Reasoning that the endpoint already took apart. */
  reasoning: string;
  toolCalls: WireCall[];
  refusal: string | null;
  finish: Finish;
  /** Why it ended, in the endpoint's own word; null: it never said. */
  finishSaid?: string | null;
}
