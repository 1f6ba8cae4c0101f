import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { KeptMessages } from "./kept-messages.ts";
import { type OpenRequests, openRequests } from "./open-requests.ts";

/** Milliseconds after which a client whose connection broke should ask for what it missed. */
const askAgain = 1000;

/** One client by HTTP: its server, its requests under way and the connections that it has. */
export class HttpSession {
  readonly server: McpServer;
  readonly transport: StreamableHTTPServerTransport;
  readonly requests: OpenRequests;
  /** When it was last heard of, milliseconds. */
  last = Date.now();
  readonly #gone: number;
  #connections = 0;
  #leaving: NodeJS.Timeout | undefined;

  private constructor(
    server: McpServer,
    transport: StreamableHTTPServerTransport,
    requests: OpenRequests,
    gone: number,
  ) {
    this.server = server;
    this.transport = transport;
    this.requests = requests;
    this.#gone = gone;
  }

  /**
   * @param gone milliseconds without a connection after which its requests are ended
   * @param begun hears of the session's id once the client has introduced itself, and `ended` of its end
   */
  static async open(
    server: McpServer,
    gone: number,
    { begun, ended }: { begun: (id: string, session: HttpSession) => void; ended: (id: string) => void },
  ): Promise<HttpSession> {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => begun(id, session),
      eventStore: new KeptMessages(),
      retryInterval: askAgain,
    });
    transport.onclose = () => {
      clearTimeout(session.#leaving);
      ended(transport.sessionId ?? "");
    };
    // Its optional members are declared without undefined, which this project's compiler tells apart.
    await server.connect(transport as Transport);
    const session = new HttpSession(server, transport, openRequests(transport as Transport), gone);
    return session;
  }

  /**
   * Counts a connection. A client that lost its own may come back for its answer; one that does not has its programs
   * ended, which else would keep the engine from the others.
   */
  connected(response: ServerResponse): void {
    this.last = Date.now();
    this.#connections += 1;
    clearTimeout(this.#leaving);
    response.once("close", () => {
      this.#connections -= 1;
      if (this.#connections > 0) return;
      this.#leaving = setTimeout(() => this.requests.cancel("its client is gone"), this.#gone);
      this.#leaving.unref();
    });
  }
}
