import { createHash, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { VigaError } from "../config/errors.ts";
import { mostMessage } from "./stdio.ts";

/** A skill's address, and what a client must send as `Authorization: Bearer <token>`. */
export interface HttpSkill {
  url: string;
  token: string;
  close(): Promise<void>;
}

/** Clients at once; each has a scene of its own. One more takes the place of the one that was quiet longest. */
const mostSessions = 16;

interface Session {
  server: McpServer;
  transport: StreamableHTTPServerTransport;
  /** Requests that are being answered. */
  open: number;
  last: number;
}

const loopback: readonly string[] = ["127.0.0.1", "localhost", "[::1]"];

/** Host and Origin name this machine: a page in a browser cannot reach us by a name of its own that points here. */
function isLocal({ headers: { host, origin } }: IncomingMessage): boolean {
  const names = (url: string) => URL.canParse(url) && loopback.includes(new URL(url).hostname);
  return host !== undefined && names(`http://${host}`) && (origin === undefined || names(origin));
}

function hasToken({ headers: { authorization = "" } }: IncomingMessage, token: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(authorization.replace(/^bearer +/i, "Bearer ")), hash(`Bearer ${token}`));
}

function refuse(response: ServerResponse, status: number, message: string, headers: Record<string, string> = {}): void {
  const body = JSON.stringify({ jsonrpc: "2.0", error: { code: -32000, message }, id: null });
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
}

/**
 * Serves a skill by streamable HTTP on 127.0.0.1, at /mcp, for those who have its random token. `open` makes the server
 * of one session. Port 0: any free one. Throws `input_invalid` for a port that cannot be had.
 */
export async function serveOnHttp(open: () => McpServer, port: number): Promise<HttpSkill> {
  const token = randomBytes(32).toString("base64url");
  const sessions = new Map<string, Session>();

  /** False where every session is at work. */
  const makeRoom = async (): Promise<boolean> => {
    if (sessions.size < mostSessions) return true;
    const quiet = [...sessions.values()].filter((each) => each.open === 0).sort((a, b) => a.last - b.last)[0];
    await quiet?.server.close();
    return quiet !== undefined;
  };

  const fresh = async (): Promise<Session> => {
    const server = open();
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      maxRequestBodySize: mostMessage,
      onsessioninitialized: (id) => void sessions.set(id, session),
    });
    const session: Session = { server, transport, open: 0, last: Date.now() };
    transport.onclose = () => void sessions.delete(transport.sessionId ?? "");
    // Its optional members are declared without undefined, which this project's compiler tells apart.
    await server.connect(transport as Transport);
    return session;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!isLocal(request)) return refuse(response, 403, "Host and Origin must name this machine's loopback");
    if (!hasToken(request, token)) {
      return refuse(response, 401, "no token, or a wrong one", { "www-authenticate": 'Bearer realm="viga"' });
    }
    if (request.url?.split("?")[0] !== "/mcp") return refuse(response, 404, "the skill is at /mcp");
    const id = request.headers["mcp-session-id"];
    const known = typeof id === "string" ? sessions.get(id) : undefined;
    if (id !== undefined && known === undefined)
      return refuse(response, 404, "there is no such session: start another");
    if (known === undefined && !(await makeRoom())) return refuse(response, 503, `${mostSessions} clients are at work`);
    const session = known ?? (await fresh());
    session.last = Date.now();
    // A GET is the stream that a client keeps open to listen: no work.
    if (request.method === "POST") {
      session.open += 1;
      response.once("close", () => {
        session.open -= 1;
      });
    }
    await session.transport.handleRequest(request, response);
    // What began with anything but `initialize` was answered so, and is no session.
    if (known === undefined && session.transport.sessionId === undefined) await session.server.close();
  };

  const http = createServer((request, response) => {
    handle(request, response).catch((thrown: unknown) => {
      if (!response.headersSent) refuse(response, 500, thrown instanceof Error ? thrown.message : String(thrown));
      else response.end();
    });
  });
  await listening(http, port);
  const { port: bound } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}/mcp`,
    token,
    async close() {
      await Promise.all([...sessions.values()].map(({ server }) => server.close()));
      const closed = new Promise<void>((done) => http.close(() => done()));
      http.closeAllConnections();
      await closed;
    },
  };
}

async function listening(http: Server, port: number): Promise<void> {
  await new Promise<void>((done, refused) => {
    http.once("error", (cause: NodeJS.ErrnoException) =>
      refused(
        new VigaError("input_invalid", `--http ${port}: cannot listen there (${cause.code ?? cause.message})`, {
          hint: "give another port, or 0 for any free one",
          cause,
        }),
      ),
    );
    http.listen(port, "127.0.0.1", done);
  });
}
