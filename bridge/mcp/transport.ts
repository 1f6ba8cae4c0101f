import { DEFAULT_INHERITED_ENV_VARS, StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { SkillServer } from "../../config/skills.ts";
import { childEnv, valuesOf } from "../processes/child-env.ts";

/** Lines of a server's own output that are kept for an error's sake. */
const mostLines = 5;

export interface OpenTransport {
  transport: Transport;
  /** The last lines that the server printed beside the protocol. */
  said(): string;
  /** Ends a program that does not go by itself. */
  kill(): void;
}

/** Programs under way. One that hangs does not mind its closed input, and must not outlive this process. */
const running = new Set<StdioClientTransport>();
process.once("exit", () => {
  for (const transport of running) kill(transport);
});

function kill({ pid }: StdioClientTransport): void {
  try {
    if (pid !== null) process.kill(pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}

/** The way to a server; nothing is started yet. Throws `dependency_missing` for a variable that is not set. */
export function openTransport(server: SkillServer, label: string): OpenTransport {
  if ("url" in server) {
    const values = valuesOf(Object.values(server.headers), label);
    const headers = Object.fromEntries(
      Object.entries(server.headers).map(([name, from]) => [name, values[from] ?? ""]),
    );
    const transport = new StreamableHTTPClientTransport(new URL(server.url), { requestInit: { headers } });
    // The library's own class declares an optional session that its interface does not take as such.
    return { transport: transport as unknown as Transport, said: () => "", kill: () => undefined };
  }
  const [command = "", ...args] = server.command;
  const env: Record<string, string | undefined> = {
    // The library would hand these on by itself; one that is undefined is not handed on.
    ...Object.fromEntries(DEFAULT_INHERITED_ENV_VARS.map((name) => [name, undefined])),
    ...childEnv(server.env, label),
  };
  const transport = new StdioClientTransport({ command, args, env: env as Record<string, string>, stderr: "pipe" });
  running.add(transport);
  transport.onclose = () => void running.delete(transport);
  let tail = "";
  transport.stderr?.on("data", (chunk: Buffer) => {
    tail = (tail + chunk.toString("utf8")).slice(-2000);
  });
  const said = () => tail.trim().split("\n").slice(-mostLines).join(" | ").trim();
  return { transport, said, kill: () => kill(transport) };
}
