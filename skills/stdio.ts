import { addAbortListener } from "node:events";
import { PassThrough } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { lines } from "./long-lines.ts";
import { mostMessage, type Refusal, readMessages, tooLong } from "./messages.ts";
import { openRequests } from "./open-requests.ts";

/**
 * Milliseconds that requests under way have once the client has closed its end, for it may have piped them in, or died.
 * They count from when the engine has started.
 */
const lastAnswers = 5000;

/** Serves the skill on stdio until the client goes away or the signal aborts. `started` settles with the engine. */
export async function serveOnStdio(server: McpServer, signal: AbortSignal, started: Promise<unknown>): Promise<void> {
  const out = new PassThrough();
  out.pipe(process.stdout);
  const refuse = (refused: Refusal): void => void out.write(`${JSON.stringify(refused)}\n`);
  const messages = process.stdin.pipe(
    lines({
      most: mostMessage,
      whole: (line) => oneByOne(line.toString(), refuse),
      long: (line) => refuse(tooLong(line)),
    }),
  );
  const transport = new StdioServerTransport(messages, out);
  const closed = new Promise<void>((resolve) => {
    transport.onclose = resolve;
    addAbortListener(signal, () => resolve());
  });
  const ended = new Promise<void>((resolve) => messages.once("end", resolve));
  await server.connect(transport);
  const open = openRequests(transport);
  await Promise.race([closed, ended]);
  const late = started.then(
    () => pause(lastAnswers, undefined, { ref: false }),
    () => {},
  );
  await Promise.race([closed, open.none(), late]);
  if (open.size > 0 && !signal.aborted) {
    process.stderr.write(
      `viga: stdin is closed: let go of ${open.size} that took longer than ${lastAnswers / 1000} s\n`,
    );
  }
  await server.close();
}

/** The messages of a line, a line each: the SDK's transport knows no batches and is silent about what it cannot read. */
function oneByOne(line: string, refuse: (refused: Refusal) => void): string {
  if (line.trim() === "") return "";
  const { messages, refused } = readMessages(line);
  refused.forEach(refuse);
  return messages.map((message) => `${JSON.stringify(message)}\n`).join("");
}
