import { type JSONRPCMessage, JSONRPCMessageSchema, type RequestId } from "@modelcontextprotocol/sdk/types.js";
import { inputLimits } from "../config/check-inputs.ts";
import type { LongMessage } from "./long-lines.ts";

/** Bytes of the longest message that is read: a program of the size allowed, each byte escaped, fits. */
export const mostMessage = 8 * 1024 * 1024;

/** Messages of one batch at most, as the SDK's HTTP transport has it. */
const mostBatch = 100;

const codes = { parse: -32700, invalid: -32600 } as const;

/** What a client hears of a message that no server gets to see. An id of null: it showed none. */
export interface Refusal {
  jsonrpc: "2.0";
  id: RequestId | null;
  error?: { code: number; message: string };
  /** A tool's own words: the model that called it reads them, where a host keeps protocol errors to itself. */
  result?: { isError: true; content: { type: "text"; text: string }[] };
}

const refusal = (code: number, message: string, id: RequestId | null = null): Refusal => ({
  jsonrpc: "2.0",
  id,
  error: { code, message },
});

/** Of a message that was too long to be read. */
export function tooLong({ bytes, id, isCall }: LongMessage): Refusal {
  const text = `a message of ${bytes} bytes, more than the ${mostMessage} that are read; a program may have ${inputLimits.program}`;
  const known = id === null ? null : (JSON.parse(id) as RequestId);
  if (known === null || !isCall) return refusal(codes.invalid, text, known);
  return { jsonrpc: "2.0", id: known, result: { isError: true, content: [{ type: "text", text }] } };
}

/**
 * Reads what a client sent as one message. A batch, which protocol 2025-03-26 has, is its messages one after the other;
 * what is none is refused by itself.
 */
export function readMessages(text: string): { messages: JSONRPCMessage[]; refused: Refusal[] } {
  let sent: unknown;
  try {
    sent = JSON.parse(text);
  } catch {
    return { messages: [], refused: [refusal(codes.parse, "not JSON: a message is one JSON-RPC 2.0 object")] };
  }
  if (Array.isArray(sent) && (sent.length === 0 || sent.length > mostBatch)) {
    const message = `a batch of ${sent.length} messages; one has 1 to ${mostBatch}`;
    return { messages: [], refused: [refusal(codes.invalid, message)] };
  }
  const each = (Array.isArray(sent) ? sent : [sent]).map((one: unknown) => ({
    one,
    message: JSONRPCMessageSchema.safeParse(one).data,
  }));
  return {
    messages: each.flatMap(({ message }) => message ?? []),
    refused: each
      .filter(({ message }) => message === undefined)
      .map(({ one }) => refusal(codes.invalid, "not a JSON-RPC 2.0 message", idOf(one))),
  };
}

function idOf(sent: unknown): RequestId | null {
  const id: unknown = typeof sent === "object" && sent !== null && "id" in sent ? sent.id : null;
  return typeof id === "string" || typeof id === "number" ? id : null;
}
