import { request } from "node:http";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type HttpSkill, serveOnHttp } from "../../skills/http.ts";

let skill: HttpSkill;
let closed: number;
let made: number;
beforeEach(async () => {
  [closed, made] = [0, 0];
  skill = await serveOnHttp(() => {
    made += 1;
    const server = new McpServer({ name: "test", version: "1" });
    const mine = made;
    server.registerTool("which", {}, () => ({ content: [{ type: "text", text: String(mine) }] }));
    server.server.onclose = () => {
      closed += 1;
    };
    return server;
  }, 0);
});
afterEach(() => skill.close());

async function connect(): Promise<Client> {
  const client = new Client({ name: "test", version: "1" });
  const headers = { Authorization: `Bearer ${skill.token}` };
  const transport = new StreamableHTTPClientTransport(new URL(skill.url), { requestInit: { headers } });
  await client.connect(transport as Transport);
  return client;
}

const which = async (client: Client): Promise<unknown> => (await client.callTool({ name: "which" })).content;

/** A request as a stranger sends it; `fetch` would not let the Host header be chosen. */
function asked(headers: Record<string, string>, path = "/mcp"): Promise<number> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
  return new Promise((done, failed) => {
    const { port } = new URL(skill.url);
    const sent = request({ host: "127.0.0.1", port, path, method: "POST", headers }, (response) => {
      response.resume();
      done(response.statusCode ?? 0);
    });
    sent.on("error", failed);
    sent.end(body);
  });
}

describe("a skill served by HTTP", () => {
  it("gives each client a server of its own, and ends it with the session", async () => {
    const [one, two] = [await connect(), await connect()];
    expect(await which(one)).toEqual([{ type: "text", text: "1" }]);
    expect(await which(two)).toEqual([{ type: "text", text: "2" }]);
    await (one.transport as unknown as StreamableHTTPClientTransport).terminateSession();
    expect(closed).toBe(1);
    await one.close();
    await two.close();
  });

  it("lets the client that was quiet longest go when there are too many", async () => {
    const clients: Client[] = [];
    for (let index = 0; index < 17; index++) clients.push(await connect());
    expect(closed).toBe(1);
    await expect(which(clients[0]!)).rejects.toThrow("no such session");
    expect(await which(clients[1]!)).toEqual([{ type: "text", text: "2" }]);
    await Promise.all(clients.map((client) => client.close()));
  });

  it("answers 401 without its token or with another", async () => {
    expect(await asked({})).toBe(401);
    expect(await asked({ authorization: "Bearer" })).toBe(401);
    expect(await asked({ authorization: `Bearer ${skill.token}x` })).toBe(401);
    expect(await asked({ authorization: `Basic ${skill.token}` })).toBe(401);
    expect(skill.token.length).toBeGreaterThan(40);
    expect(made).toBe(0);
  });

  it("refuses a page that reaches it by another name, whatever it knows", async () => {
    const authorization = `Bearer ${skill.token}`;
    expect(await asked({ authorization, host: "evil.example" })).toBe(403);
    expect(await asked({ authorization, host: "127.0.0.1.evil.example" })).toBe(403);
    expect(await asked({ authorization, origin: "https://evil.example" })).toBe(403);
    expect(await asked({ authorization, origin: "null" })).toBe(403);
    expect(made).toBe(0);
  });

  it("listens on loopback only, at /mcp only, and keeps nothing of what is no session", async () => {
    expect(skill.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/);
    const headers = {
      authorization: `Bearer ${skill.token}`,
      origin: "http://localhost:6274",
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
    };
    expect(await asked(headers, "/other")).toBe(404);
    expect(await asked({ ...headers, "mcp-session-id": "made-up" })).toBe(404);
    expect(await asked(headers)).toBe(400);
    expect([made, closed]).toEqual([0, 0]);
  });

  it("says that a port is taken", async () => {
    const { port } = new URL(skill.url);
    const again = serveOnHttp(() => new McpServer({ name: "x", version: "1" }), Number(port));
    await expect(again).rejects.toMatchObject({
      code: "input_invalid",
      message: expect.stringContaining("EADDRINUSE"),
    });
  });
});
