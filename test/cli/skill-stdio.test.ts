import { execa } from "execa";
import { expect, it } from "vitest";
import { main } from "../harness/cli.ts";

it("requests that are piped in are answered though nothing comes after them", async () => {
  const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "pipe", version: "1" } };
  const messages = [
    { id: 1, method: "initialize", params },
    { method: "notifications/initialized" },
    { id: 2, method: "tools/call", params: { name: "get_scene_info", arguments: {} } },
  ];
  const input = messages.map((message) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`).join("");
  const { stdout, exitCode } = await execa(process.execPath, [main, "skill", "blender"], { input, reject: false });
  const answers = stdout.split("\n").map((line) => JSON.parse(line) as { id: number; result: object });
  expect(answers.map(({ id }) => id)).toEqual([1, 2]);
  expect(answers[1]?.result).toMatchObject({ structuredContent: { of: "base" } });
  expect(exitCode).toBe(0);
}, 60_000);
