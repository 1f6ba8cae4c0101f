import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { CallToolResultSchema, ListToolsResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { toVigaError, VigaError } from "../../config/errors.ts";
import type { SkillServer } from "../../config/skills.ts";
import { type ForeignAnswer, failedAnswer, readAnswer } from "./answer.ts";
import { openTransport } from "./transport.ts";

/** A tool as a server describes it. */
export interface ListedTool {
  name: string;
  description: string;
  parameters: Record<string, unknown>;
}

/** Pages of a list and tools in all; a server with more of either has gone wrong. */
const mostPages = 20;
const mostTools = 200;

/**
 * An MCP server of the user's. It runs outside the sandbox, with the environment variables that its settings name. It is
 * started when it is first needed, and again after it died or hung.
 */
export class ForeignServer {
  readonly name: string;
  readonly #settings: SkillServer;
  #client: Promise<Client> | null = null;
  #said: () => string = () => "";
  #kill: () => void = () => undefined;
  #closed = false;

  constructor(name: string, settings: SkillServer) {
    this.name = name;
    this.#settings = settings;
  }

  get #limitMs(): number {
    return this.#settings.seconds * 1000;
  }

  /** Starts it, unless it runs. Throws `dependency_missing` with the server's own last words. */
  async start(): Promise<void> {
    await this.#live();
  }

  /** Its tools; none where it offers none. Throws `engine_failed` when it hangs, dies or answers nonsense. */
  async list(): Promise<ListedTool[]> {
    const client = await this.#live();
    const tools: ListedTool[] = [];
    let cursor: string | undefined;
    try {
      for (let page = 0; page < mostPages && tools.length < mostTools; page++) {
        const request = { method: "tools/list" as const, params: cursor === undefined ? {} : { cursor } };
        const found = await client.request(request, ListToolsResultSchema, this.#options());
        for (const { name, description, title, inputSchema } of found.tools) {
          tools.push({ name, description: description ?? title ?? name, parameters: inputSchema });
        }
        cursor = found.nextCursor;
        if (cursor === undefined) break;
      }
    } catch (error) {
      this.#forget();
      throw new VigaError("engine_failed", `skills.${this.name}: no list of tools: ${this.#why(error)}`);
    }
    return tools.slice(0, mostTools);
  }

  /**
   * Calls a tool. Whatever goes wrong with the server is an answer; only the signal throws (`interrupted`). A server that
   * hangs is ended, so that the next call finds a fresh one.
   */
  async call(tool: string, args: Record<string, unknown>, signal: AbortSignal): Promise<ForeignAnswer> {
    let client: Client;
    try {
      client = await this.#live();
    } catch (error) {
      return failedAnswer(toVigaError(error).message);
    }
    try {
      const request = { method: "tools/call" as const, params: { name: tool, arguments: args } };
      const result = await client.request(request, CallToolResultSchema, { ...this.#options(), signal });
      return await readAnswer(result);
    } catch (error) {
      if (signal.aborted) throw new VigaError("interrupted", `stopped while ${this.name}/${tool} was called`);
      const refusal = isRefusal(error);
      if (!refusal) this.#forget();
      const again = refusal ? "" : " It is started again at the next call.";
      return failedAnswer(`${this.name}/${tool} gave no result: ${this.#why(error)}.${again}`);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const client = this.#client;
    this.#client = null;
    await client?.then((open) => open.close()).catch(() => undefined);
  }

  #options() {
    return { timeout: this.#limitMs, maxTotalTimeout: this.#limitMs };
  }

  #live(): Promise<Client> {
    if (this.#closed) throw new VigaError("interrupted", `${this.name} is closed`);
    if (this.#client !== null) return this.#client;
    // One that was given up may close late, when a newer one is at work.
    const gone = (): void => {
      if (this.#client === opening) this.#client = null;
    };
    const opening = this.#open(gone);
    this.#client = opening;
    opening.catch(gone);
    return opening;
  }

  async #open(gone: () => void): Promise<Client> {
    const { transport, said, kill } = openTransport(this.#settings, `skills.${this.name}`);
    this.#said = said;
    this.#kill = kill;
    const client = new Client({ name: "viga", version: "1" });
    client.onclose = gone;
    // What a broken line or a lost connection means shows in the call that waits for it.
    client.onerror = () => undefined;
    try {
      await client.connect(transport, this.#options());
      return client;
    } catch (error) {
      const why = this.#why(error);
      kill();
      void client.close().catch(() => undefined);
      const what = "url" in this.#settings ? this.#settings.url : this.#settings.command.join(" ");
      throw new VigaError("dependency_missing", `skills.${this.name}: cannot start ${what}: ${why}`, {
        hint: `try that line by hand; it must speak MCP within ${this.#settings.seconds} s`,
      });
    }
  }

  /** Ends a server that cannot be trusted to answer any more, without waiting for its end. */
  #forget(): void {
    const client = this.#client;
    this.#client = null;
    this.#kill();
    void client?.then((open) => open.close()).catch(() => undefined);
  }

  #why(error: unknown): string {
    const message = error instanceof Error ? error.message : String(error);
    const first = message.replaceAll(/\s+/g, " ").slice(0, 300);
    const said = this.#said().replaceAll(/\s+/g, " ").slice(-300);
    return /timed out/i.test(first)
      ? `no answer within ${this.#settings.seconds} s`
      : `${first}${said === "" ? "" : ` (it said: ${said})`}`;
  }
}

/** JSON-RPC errors that a sound server answers with (unknown tool, wrong arguments, its own failure). */
function isRefusal(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "number" && [-32601, -32602, -32603].includes(code);
}
