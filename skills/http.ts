import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { isInitializeRequest } from "@modelcontextprotocol/sdk/types.js";
import { VigaError } from "../config/errors.ts";
import { HttpSession } from "./http-session.ts";
import { Collected } from "./long-lines.ts";
import { mostMessage, type Refusal, readMessages, tooLong } from "./messages.ts";

/** A skill's address, and what a client must send as `Authorization: Bearer <token>`. */
export interface HttpSkill {
  url: string;
  token: string;
  close(): Promise<void>;
}

/** Clients at once; each has a scene of its own. One more takes the place of the one that was quiet longest. */
const mostSessions = 16;

/** Milliseconds that a client's programs go on for without a connection of its own. */
const goneAfter = 10_000;

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

type Headers = Record<string, string>;

function answer(response: ServerResponse, status: number, body: Refusal, headers: Headers = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

const refuse = (response: ServerResponse, status: number, message: string, headers?: Headers): void =>
  answer(response, status, { jsonrpc: "2.0", id: null, error: { code: -32000, message } }, headers);

/** What was posted, which the transport checks further; undefined where it has been answered already. */
async function posted(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  const body = new Collected(mostMessage);
  for await (const part of request as AsyncIterable<Buffer>) body.take(part);
  const whole = body.end();
  if (!Buffer.isBuffer(whole)) {
    const refused = tooLong(whole);
    answer(response, refused.result === undefined ? 413 : 200, refused);
    return undefined;
  }
  const { messages, refused } = readMessages(whole.toString());
  if (refused[0] === undefined) return messages;
  answer(response, 400, refused[0]);
  return undefined;
}

/**
 * Serves a skill by streamable HTTP on 127.0.0.1, at /mcp, for those who have its random token. `open` makes the server
 * of one session. Port 0: any free one. Throws `input_invalid` for a port that cannot be had.
 *
 * @param gone milliseconds that a client's programs go on for while it has no connection
 */
export async function serveOnHttp(open: () => McpServer, port: number, gone = goneAfter): Promise<HttpSkill> {
  const token = randomBytes(32).toString("base64url");
  const sessions = new Map<string, HttpSession>();

  /** False where every session is at work. */
  const makeRoom = async (): Promise<boolean> => {
    if (sessions.size < mostSessions) return true;
    const quiet = [...sessions.values()].filter(({ requests }) => requests.size === 0);
    const longest = quiet.sort((a, b) => a.last - b.last)[0];
    await longest?.server.close();
    return longest !== undefined;
  };

  const begin = (): Promise<HttpSession> =>
    HttpSession.open(open(), gone, {
      begun: (id, session) => void sessions.set(id, session),
      ended: (id) => void sessions.delete(id),
    });

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!isLocal(request)) return refuse(response, 403, "Host and Origin must name this machine's loopback");
    // Before the token: a client that looks for an OAuth server finds that there is none.
    if (request.url?.split("?")[0] !== "/mcp") return refuse(response, 404, "the skill is at /mcp");
    if (!hasToken(request, token)) {
      return refuse(response, 401, "no token, or a wrong one", { "www-authenticate": 'Bearer realm="viga"' });
    }
    const id = request.headers["mcp-session-id"];
    const known = typeof id === "string" ? sessions.get(id) : undefined;
    if (id !== undefined && known === undefined) {
      return refuse(response, 404, "there is no such session: start another");
    }
    const body = request.method === "POST" ? await posted(request, response) : null;
    if (body === undefined) return;
    if (known !== undefined) {
      known.connected(response);
      return known.transport.handleRequest(request, response, body ?? undefined);
    }
    if (!Array.isArray(body) || !body.some(isInitializeRequest)) {
      return refuse(response, 400, "no session: begin with an initialize request, then send its Mcp-Session-Id");
    }
    if (!(await makeRoom())) return refuse(response, 503, `${mostSessions} clients are at work`);
    const session = await begin();
    session.connected(response);
    await session.transport.handleRequest(request, response, body);
    // What the transport refused is no session.
    if (session.transport.sessionId === undefined) await session.server.close();
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
