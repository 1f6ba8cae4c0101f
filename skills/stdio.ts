import { PassThrough } from "node:stream";
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { inputLimits } from "../config/check-inputs.ts";
import { type LongLine, shortLines } from "./long-lines.ts";

/** Bytes of the longest message that is read: a program of the size allowed, each byte escaped, fits. */
export const mostMessage = 8 * 1024 * 1024;

/** Serves the skill on stdio until the client goes away or the signal aborts. */
export async function serveOnStdio(server: McpServer, signal: AbortSignal): Promise<void> {
  const out = new PassThrough();
  out.pipe(process.stdout);
  const lines = process.stdin.pipe(shortLines(mostMessage, (line) => answerLong(line, out)));
  const transport = new StdioServerTransport(lines, out);
  const closed = new Promise<void>((resolve) => {
    transport.onclose = resolve;
    process.stdin.once("end", resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await server.connect(transport);
  await closed;
  await server.close();
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
