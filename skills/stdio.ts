import { EventEmitter, once } from "node:events";
import { PassThrough } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { CancelledNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { inputLimits } from "../config/check-inputs.ts";
import { type LongLine, shortLines } from "./long-lines.ts";

/** Bytes of the longest message that is read: a program of the size allowed, each byte escaped, fits. */
export const mostMessage = 8 * 1024 * 1024;

/** Milliseconds that requests under way have once the client has closed its end: it may have piped them in, or died. */
const lastAnswers = 5000;

/** Serves the skill on stdio until the client goes away or the signal aborts. */
export async function serveOnStdio(server: McpServer, signal: AbortSignal): Promise<void> {
  const out = new PassThrough();
  out.pipe(process.stdout);
  const lines = process.stdin.pipe(shortLines(mostMessage, (line) => answerLong(line, out)));
  const transport = new StdioServerTransport(lines, out);
  const closed = new Promise<void>((resolve) => {
    transport.onclose = resolve;
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  const ended = new Promise<void>((resolve) => lines.once("end", resolve));
  await server.connect(transport);
  const answered = openRequests(transport);
  await Promise.race([closed, ended]);
  await Promise.race([closed, answered(), pause(lastAnswers, undefined, { ref: false })]);
  await server.close();
}

/** Follows which requests wait for their answer. What it returns settles once none does. */
function openRequests(transport: StdioServerTransport): () => Promise<void> {
  const open = new Set<string | number>();
  const settled = new EventEmitter();
  const { onmessage } = transport;
  transport.onmessage = (message) => {
    if ("id" in message && "method" in message) open.add(message.id);
    // A request that was cancelled gets no answer.
    const cancelled = CancelledNotificationSchema.safeParse(message).data?.params.requestId;
    if (cancelled !== undefined) open.delete(cancelled);
    onmessage?.(message);
  };
  const send = transport.send.bind(transport);
  transport.send = async (message) => {
    await send(message);
    if ("id" in message && message.id !== undefined && !("method" in message)) open.delete(message.id);
    if (open.size === 0) settled.emit("all");
  };
  return async () => {
    if (open.size > 0) await once(settled, "all");
  };
}

function answerLong({ bytes, id, isCall }: LongLine, out: PassThrough): void {
  const text = `a message of ${bytes} bytes, more than the ${mostMessage} that are read; a program may have ${inputLimits.program}`;
  if (id === null) {
    process.stderr.write(`viga: ${text}; it shows no id to answer\n`);
    return;
  }
  const said = isCall
    ? { result: { isError: true, content: [{ type: "text", text }] } }
    : { error: { code: -32600, message: text } };
  out.write(`${JSON.stringify({ jsonrpc: "2.0", id: JSON.parse(id) as string | number, ...said })}\n`);
}
