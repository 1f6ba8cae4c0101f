import { z } from "zod";
import type { NamedProfile, ToolStyle } from "../../config/profile.ts";
import type { Usage } from "../../machines/domain/index.ts";

/**
 * What a role says to a model and what it gets back. Nothing here knows an endpoint or a library: the client behind
 * `createModel` turns it into the wire's form, keeps the token budget, and reads the reply tolerantly.
 */

/**
 * `drop`: when the budget is too small, parts and messages with the lowest number are left out first (a round's number
 * drops the oldest round first). Without it they are never left out.
 */
export interface TextPart {
  type: "text";
  text: string;
  drop?: number;
}

/** A picture in any format that sharp reads. `label` is shown to the model before the picture and stands in the receipt. */
export interface ImagePart {
  type: "image";
  bytes: Buffer;
  media: string;
  label: string;
  drop?: number;
}
export type Part = TextPart | ImagePart;

/** A tool call as the conversation remembers it. */
export interface CallRecord {
  id: string;
  name: string;
  arguments: Record<string, unknown>;
  /** Goes back to the endpoint with the call as it came (Google's thought signatures); nobody else reads it. */
  extra?: Record<string, unknown>;
}

/**
 * One message. `tool` answers the call with id `toolCallId`; its pictures reach the model in a user message right after,
 * because tool messages carry text only on most endpoints.
 */
export interface ChatMessage {
  role: "system" | "user" | "assistant" | "tool";
  parts: Part[];
  toolCalls?: CallRecord[];
  toolCallId?: string;
  drop?: number;
}

/** A tool as offered. `parameters` is what the model reads, `schema` is what its arguments are checked against. */
export interface ToolSpec {
  name: string;
  description: string;
  parameters: Record<string, unknown>;
  schema: z.ZodType<Record<string, unknown>>;
  /** Other names that a call of it may bear. */
  aliases?: readonly string[];
}

/** A tool from one zod object schema. */
export function toolSpec(name: string, description: string, schema: z.ZodType<Record<string, unknown>>): ToolSpec {
  const { $schema: _, ...parameters } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return { name, description, parameters: parameters as Record<string, unknown>, schema };
}

export interface ChatRequest {
  messages: ChatMessage[];
  tools: ToolSpec[];
  /** Forces a tool style for this call; without it the handle's own, which steps down after failures. */
  toolStyle?: ToolStyle;
  /** True: a reply without a valid call is a problem (`no_call`), and the endpoint is asked to insist on one. */
  requireCall?: boolean;
  maxTokens?: number;
  temperature?: number;
  signal: AbortSignal;
}

/** Everything that can be off about a reply. */
export const problemCodes = [
  /** The JSON was broken and could be repaired. */
  "json_repaired",
  /** The JSON could not be read, even repaired. */
  "json_broken",
  /** The reply ended before it was complete. */
  "cut_off",
  /** Several replies were put together, or one was asked for again with more room. */
  "continued",
  /** The call came in another form than the one asked for. */
  "other_style",
  /** The call stood in the model's reasoning, not in its reply. */
  "call_in_thinking",
  /** A tool was called by an older or similar name. */
  "tool_renamed",
  "tool_unknown",
  /** Arguments of the wrong type that could be converted without guessing. */
  "arguments_coerced",
  "arguments_wrong",
  /** Arguments without a tool's name, which fit exactly one tool. */
  "tool_inferred",
  "no_call",
  "empty_reply",
  "refusal",
  /** The same text over and over. */
  "repetition",
  /** Three failures in a row: the next call uses a simpler tool style. */
  "stepped_down",
  "images_scaled",
  "images_merged",
  "parts_dropped",
  "output_lowered",
  /** The endpoint said that the context was too long; asked again with less. */
  "context_lowered",
  /** The endpoint refused a request field; asked again without it. */
  "field_dropped",
  /** The request was over the endpoint's size limit; asked again with lighter pictures. */
  "images_lightened",
  /** The endpoint counted fewer tokens than the pictures alone need: it very likely never showed them to the model. */
  "images_unseen",
] as const;
export type ProblemCode = (typeof problemCodes)[number];

/** `repaired` false: the model must be told (`message` is written for it); true: noted for the tape only. */
export interface Problem {
  code: ProblemCode;
  message: string;
  repaired: boolean;
  tool?: string;
}

/** A call whose arguments passed the tool's schema. */
export type ToolCall = CallRecord;

/** Proof of one picture that was really sent: hash, size in pixels and bytes of what went over the wire. */
export interface ImageReceipt {
  sha256: string;
  /** Hash of the picture as the caller gave it. */
  source: string;
  width: number;
  height: number;
  bytes: number;
  detail: string | null;
  label: string;
}

/** What a handle has learned about its model; plain data, so that a recorded reply can give it back. */
export interface HandleState {
  style: ToolStyle;
  /** Failures of this style in a row. */
  failures: number;
  /** Factor on the token estimate, learned from the counts the server returns; at least 1. */
  scale: number;
  /** Limits the server named, where they are below the profile's. */
  contextTokens: number | null;
  outputTokens: number | null;
  maxImages: number | null;
  /** Request fields that the endpoint refuses; `tools`: it takes none beside the text. */
  refused: string[];
  /** How often pictures were made lighter because a request was over the endpoint's size limit; absent: never. */
  lighter?: number;
}

export type Finish = "stop" | "length" | "tool_calls" | "content_filter" | "unknown";

/** Plain JSON: it may be recorded and given back in place of a call. */
export interface ChatReply {
  /** What the model said beside its calls, without its thinking. */
  text: string;
  thinking: string;
  calls: ToolCall[];
  problems: Problem[];
  finish: Finish;
  /** Of all its requests, refused and failed ones too. */
  usage: Usage;
  receipts: ImageReceipt[];
  /** The style this call was made in. */
  style: ToolStyle;
  /** Seconds from the first attempt to the last byte, waiting included. */
  seconds: number;
  /** Tokens of the input as estimated before sending. */
  estimated_tokens: number;
  handle: HandleState;
}

export type ModelEvent =
  | { type: "retry"; attempt: number; code: string; message: string; wait_s: number }
  | { type: "problem"; problem: Problem }
  /** The endpoint refused a field; later requests to this model do without it. */
  | { type: "refused"; field: string; message: string }
  /** Nothing of an answer has come for a while; `limit_s` seconds after it was asked for it is given up. */
  | { type: "waiting"; first: boolean; limit_s: number }
  /** A chat that ended without a reply, and what its requests had cost by then. */
  | { type: "failed"; code: string; message: string; usage: Usage };

/** What a model needs from its host; everything has a default but tests replace it. */
export interface ModelDeps {
  /** Where keys come from. Default: process.env. */
  env?: Record<string, string | undefined>;
  /** Told as it happens, so that the tape says why a call took long. Never sees a key. */
  onEvent?: (event: ModelEvent) => void;
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** 0..1, for the jitter. */
  random?: () => number;
  /** Milliseconds after which waiting for an answer is told. */
  quietMs?: number;
}

/** A model as one role holds it: its step-down and what it learned belong to this handle alone. */
export interface Model {
  readonly name: string;
  readonly profile: NamedProfile;
  readonly state: Readonly<HandleState>;
  /** Takes over what a recorded reply had learned (`reply.handle`). */
  restore(state: HandleState): void;
  /**
   * One exchange. Passing failures are retried, cut-off and empty replies are asked for again. Throws VigaError:
   * model_auth, model_unreachable, model_rate_limited, model_timeout, model_context, model_refused, interrupted.
   * A reply that arrived but cannot be used is no error: see `problems`.
   */
  chat(request: ChatRequest): Promise<ChatReply>;
}
