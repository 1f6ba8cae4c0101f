import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../harness/cli.ts";

let client: Client;
let out: string;
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "viga-web-skill-"));
  client = new Client({ name: "test", version: "1" });
  const args = [main, "skill", "web", "--out", out];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: "ignore" }));
}, 60_000);
afterAll(async () => {
  await client.close();
  await rm(out, { recursive: true, force: true });
});

const call = async (name: string, args: Record<string, unknown> = {}): Promise<CallToolResult> =>
  (await client.callTool({ name, arguments: args }, undefined, { timeout: 120_000 })) as CallToolResult;

describe("the web skill for an MCP client", () => {
  it("draws a page, describes it and writes it where the user said", async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["execute_code", "get_page_info", "save_page"]);
    expect((await call("get_page_info")).isError).toBe(true);
    const code = "<h1>Hello</h1><img src=none.png>";
    const drawn = await call("execute_code", { code, width: 320 });
    expect(drawn.structuredContent).toMatchObject({
      ok: true,
      checks: [{ check: "missing_file" }],
      pictures: [{ width: 320, height: 720, media: "image/png" }],
    });
    expect(drawn.content.map(({ type }) => type)).toEqual(["text", "image"]);
    const info = await call("get_page_info");
    expect(info.content[0]).toMatchObject({ type: "text", text: expect.stringContaining('"Hello"') });
    await writeFile(join(out, "mine.html"), "mine");
    expect((await call("save_page", { name: "mine.html" })).isError).toBe(true);
    expect((await call("save_page", { name: "index.html" })).structuredContent).toEqual({
      path: join(out, "index.html"),
    });
    expect(await readFile(join(out, "index.html"), "utf8")).toBe(code);
  }, 240_000);

  it("answers a page that cannot be drawn with its error", async () => {
    const failed = await call("execute_code", { code: "no tags at all" });
    expect(failed).toMatchObject({ isError: true, structuredContent: { ok: false, error: { type: "NoHtml" } } });
  }, 60_000);
});
