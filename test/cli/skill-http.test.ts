import { createInterface } from "node:readline";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { cube } from "../bridge/engines/lab.ts";
import { main } from "../harness/cli.ts";

const start = (...args: string[]) =>
  execa(process.execPath, [main, "skill", "blender", ...args], { reject: false, stdin: "ignore", buffer: true });

describe("viga skill NAME --http PORT", () => {
  it("prints url and token, gives each client a scene of its own, and ends with Ctrl-C", async () => {
    const running = start("--http", "0", "--json");
    const lines = createInterface({ input: running.stdout });
    const [line] = (await new Promise<string[]>((done) => lines.once("line", (text) => done([text])))) as [string];
    const { schema, url, token } = JSON.parse(line) as { schema: number; url: string; token: string };
    expect(schema).toBe(1);
    expect((await fetch(url, { method: "POST", body: "{}" })).status).toBe(401);
    const connect = async () => {
      const client = new Client({ name: "test", version: "1" });
      const requestInit = { headers: { Authorization: `Bearer ${token}` } };
      await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }) as Transport);
      return client;
    };
    const [one, two] = [await connect(), await connect()];
    const drawn = await one.callTool({ name: "execute_code", arguments: { code: cube, px: 16, samples: 1 } });
    expect(drawn).toMatchObject({ isError: false, structuredContent: { of: "last_program" } });
    expect(await one.callTool({ name: "get_scene_info" })).toMatchObject({ structuredContent: { of: "last_program" } });
    expect(await two.callTool({ name: "get_scene_info" })).toMatchObject({ structuredContent: { of: "base" } });
    running.kill("SIGINT");
    const { exitCode, stderr } = await running;
    expect([exitCode, stderr]).toEqual([0, ""]);
    await Promise.allSettled([one.close(), two.close()]);
  }, 60_000);

  it.each([
    [["--http", "70000"], /whole number, 0 to 65535/],
    [["--json"], /without --http, stdout belongs to the protocol/],
  ])("%j is refused in one line", async (args, line) => {
    const { exitCode, stderr, stdout } = await start(...args);
    expect(exitCode).toBe(2);
    expect(`${stderr}${stdout}`).toMatch(line);
  });
});
