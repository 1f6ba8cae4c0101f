import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HttpSkill, serveOnHttp } from "../../skills/http.ts";
import { tellProgress } from "../../skills/progress.ts";

const said = (text: string): CallToolResult => ({ content: [{ type: "text", text }] });

let skill: HttpSkill;
let aborted: string[];
/** A server whose tools do what the conformance suite's fixture tools do, as far as ours do such things. */
function open(): McpServer {
  const server = new McpServer({ name: "test", version: "1" });
  server.registerTool("wait", {}, async ({ signal, ...extra }) => {
    const settled = tellProgress({ signal, ...extra }, "wait is at work");
    if (!signal.aborted) await once(signal, "abort");
    settled();
    aborted.push(String(extra.requestId));
    return said("");
  });
  server.registerTool("reconnect", {}, async ({ closeSSEStream }) => {
    closeSSEStream?.();
    await pause(100);
    return said("after the connection broke");
  });
  server.registerTool("error", {}, () => {
    throw new Error("fails by intention");
  });
  return server;
}
beforeAll(async () => {
  skill = await serveOnHttp(open, 0, 300);
  aborted = [];
});
afterAll(() => skill.close());

async function connect(): Promise<Client> {
  const client = new Client({ name: "test", version: "1" });
  const requestInit = { headers: { Authorization: `Bearer ${skill.token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(skill.url), { requestInit }) as Transport);
  return client;
}

const version = "2025-11-25";
const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: version, capabilities: {}, clientInfo: { name: "raw", version: "1" } },
};
const ping = { jsonrpc: "2.0", id: 2, method: "ping" };

/** A request as a client of its own writes it. */
const send = (body: unknown, headers: Record<string, string> = {}, method = "POST"): Promise<Response> =>
  fetch(skill.url, {
    method,
    headers: {
      authorization: `Bearer ${skill.token}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      ...headers,
    },
    ...(method === "POST" ? { body: typeof body === "string" ? body : JSON.stringify(body) } : {}),
  });

async function session(): Promise<Record<string, string>> {
  const { headers } = await send(initialize);
  return { "mcp-session-id": headers.get("mcp-session-id") ?? "", "mcp-protocol-version": version };
}

describe("streamable HTTP", () => {
  it("answers a ping with its own id, and a notification with nothing", async () => {
    const mine = await session();
    const answered = await send({ ...ping, id: "mine" }, mine);
    expect(answered.headers.get("content-type")).toBe("text/event-stream");
    expect(await answered.text()).toContain('"id":"mine"');
    const told = await send({ jsonrpc: "2.0", method: "notifications/initialized" }, mine);
    expect([told.status, await told.text()]).toEqual([202, ""]);
  });

  it("answers every request of a batch", async () => {
    const text = await (await send([ping, { ...ping, id: 3 }], await session())).text();
    expect(text).toMatch(/"id":2[\s\S]*"id":3/);
  });

  it.each([
    ["garbage", "{not json", {}, 400, "not JSON"],
    ["an empty batch", "[]", {}, 400, "a batch of 0"],
    ["another JSON-RPC", { ...ping, jsonrpc: "1.0" }, {}, 400, "not a JSON-RPC 2.0 message"],
    ["a version it does not speak", ping, { "mcp-protocol-version": "1999-01-01" }, 400, "2025-11-25"],
    ["a client that takes JSON only", ping, { accept: "application/json" }, 406, "text/event-stream"],
    ["text that is not JSON by its type", ping, { "content-type": "text/plain" }, 415, "application/json"],
    ["a second introduction", initialize, {}, 400, "already initialized"],
  ])("refuses %s and says why", async (_, body, headers, status, words) => {
    const refused = await send(body, { ...(await session()), ...headers });
    expect(refused.status).toBe(status);
    expect(((await refused.json()) as { error: { message: string } }).error.message).toContain(words);
  });

  it("begins with an introduction, and ends with DELETE", async () => {
    expect((await send(ping)).status).toBe(400);
    expect((await send(null, {}, "GET")).status).toBe(400);
    const mine = await session();
    expect((await send(null, mine, "PUT")).status).toBe(405);
    expect((await send(null, mine, "DELETE")).status).toBe(200);
    expect((await send(ping, mine)).status).toBe(404);
    expect((await send(null, mine, "DELETE")).status).toBe(404);
  });

  it("goes on with a version of the past for a client that names no version, and offers its own for one of the future", async () => {
    const mine = { "mcp-session-id": (await session())["mcp-session-id"] ?? "" };
    expect((await send(ping, mine)).status).toBe(200);
    const params = { ...initialize.params, protocolVersion: "2099-01-01" };
    expect(await (await send({ ...initialize, params })).text()).toContain(`"protocolVersion":"${version}"`);
  });

  it("takes one listener of a session at a time", async () => {
    const mine = { ...(await session()), accept: "text/event-stream" };
    const listener = await send(null, mine, "GET");
    expect(listener.status).toBe(200);
    expect((await send(null, mine, "GET")).status).toBe(409);
    await listener.body?.cancel();
  });

  it("tells where a client that needs a token finds no OAuth server", async () => {
    const { origin } = new URL(skill.url);
    expect((await fetch(`${origin}/.well-known/oauth-protected-resource`)).status).toBe(404);
  });

  it("answers a call that is too long to be read as the tool would", async () => {
    const client = await connect();
    const call = { name: "error", arguments: { code: "#".repeat(9_000_000) } };
    const answered = (await client.callTool(call)) as CallToolResult;
    expect(answered.isError).toBe(true);
    expect(answered.content[0]).toMatchObject({ text: expect.stringContaining("more than the 8388608 that are read") });
    await client.close();
  });
});

describe("an MCP client by HTTP", () => {
  it("hears the error of a tool, and that there is no such method", async () => {
    const client = await connect();
    expect(await client.callTool({ name: "error" })).toMatchObject({
      isError: true,
      content: [{ type: "text", text: "fails by intention" }],
    });
    await expect(client.setLoggingLevel("debug")).rejects.toThrow("Method not found");
    await client.close();
  });

  it("hears progress, and its time-out and its cancelling end what it called", async () => {
    const client = await connect();
    const told: number[] = [];
    const onprogress = ({ progress }: { progress: number }) => void told.push(progress);
    await expect(client.callTool({ name: "wait" }, undefined, { onprogress, timeout: 200 })).rejects.toThrow(
      "timed out",
    );
    const stop = new AbortController();
    const cancelled = client.callTool({ name: "wait" }, undefined, { signal: stop.signal });
    setTimeout(() => stop.abort("enough"), 100);
    await expect(cancelled).rejects.toThrow("enough");
    await expect.poll(() => aborted.length).toBe(2);
    expect(told[0]).toBe(0);
    await client.close();
  });

  it("gets the answer of a call whose connection broke", async () => {
    const client = await connect();
    expect(await client.callTool({ name: "reconnect" })).toEqual(said("after the connection broke"));
    await client.close();
  });

  it("that does not come back has its calls ended, and so has one that ends its session", async () => {
    aborted = [];
    const call = { jsonrpc: "2.0", method: "tools/call", params: { name: "wait", arguments: {} } };
    const stop = new AbortController();
    const mine = await session();
    const headers = { authorization: `Bearer ${skill.token}`, accept: "application/json, text/event-stream" };
    const sent = fetch(skill.url, {
      method: "POST",
      headers: { ...headers, ...mine, "content-type": "application/json" },
      body: JSON.stringify({ ...call, id: 7 }),
      signal: stop.signal,
    });
    await sent;
    stop.abort();
    await expect.poll(() => aborted).toEqual(["7"]);
    const ending = await session();
    await send({ ...call, id: 8 }, ending);
    await send(null, ending, "DELETE");
    await expect.poll(() => aborted).toEqual(["7", "8"]);
  });
});
