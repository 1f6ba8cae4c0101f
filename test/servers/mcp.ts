/**
 * An MCP server that misbehaves, on stdin and stdout: `node test/servers/mcp.ts [MODE] [FILE]`. As MODE: `sound` does so in its tools only, `deaf` answers
 * nothing at all, `empty` lists no tools, `babble` lists nonsense, `counted` notes its starts too. Its tools: `hang`, `die`, `nonsense`, `long`, `broken`
 * (half a picture), `env` (names it sees) and `echo`. Each call is noted as a line of FILE.
 */
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [mode = "", file] = process.argv.slice(2);
const names = ["hang", "die", "nonsense", "long", "broken", "env", "echo", "Odd Name.v2"];

function answer(id: unknown, result: unknown): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, result })}\n`);
}

const text = (said: string) => ({ content: [{ type: "text", text: said }] });

/** Result of a call; null: none comes. */
function resultOf(name: string, args: unknown): unknown {
  switch (name) {
    case "hang":
      return null;
    case "die":
      process.stderr.write("out of paint\n");
      return process.exit(3);
    case "nonsense":
      return { content: "forty-two", isError: 7 };
    case "long":
      return text("x".repeat(200_000));
    case "broken":
      return { content: [{ type: "image", data: "iVBORw0KGgoAAAAN", mimeType: "image/png" }] };
    case "env":
      return text(Object.keys(process.env).sort().join(" "));
    default:
      return text(JSON.stringify(args));
  }
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line) as { id?: unknown; method: string; params?: Record<string, unknown> };
  if (mode === "deaf") return;
  if (method === "initialize") {
    if (mode === "counted" && file !== undefined) appendFileSync(file, "start\n");
    const serverInfo = { name: "trouble", version: "1" };
    answer(id, { protocolVersion: params?.protocolVersion, capabilities: { tools: {} }, serverInfo });
  }
  if (method === "tools/list") {
    const inputSchema = { type: "object", properties: { what: { type: ["string", "null"] } } };
    const tools = names.map((name) => ({ name, description: `Does ${name}.`, inputSchema }));
    answer(id, mode === "babble" ? { tools: "many" } : { tools: mode === "empty" ? [] : tools });
  }
  if (method === "tools/call") {
    const name = String(params?.name);
    if (file !== undefined) appendFileSync(file, `${name}\n`);
    const result = resultOf(name, params?.arguments);
    if (result !== null) answer(id, result);
  }
});
// A server that hangs does not mind its closed input.
if (mode === "deaf") setInterval(() => undefined, 1000);
