import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { main } from "../harness/cli.ts";

const line = (message: object): string => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`;

it("requests that are piped in are answered though nothing comes after them", async () => {
  const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "pipe", version: "1" } };
  const messages = [
    { id: 1, method: "initialize", params },
    { method: "notifications/initialized" },
    { id: 2, method: "tools/call", params: { name: "get_scene_info", arguments: {} } },
  ];
  const input = messages.map(line).join("");
  const { stdout, exitCode } = await execa(process.execPath, [main, "skill", "blender"], { input, reject: false });
  const answers = stdout.split("\n").map((line) => JSON.parse(line) as { id: number; result: object });
  expect(answers.map(({ id }) => id)).toEqual([1, 2]);
  expect(answers[1]?.result).toMatchObject({ structuredContent: { of: "base" } });
  expect(exitCode).toBe(0);
}, 60_000);

it("a client is answered before the engine has started, whatever it sends, and told when the engine cannot start", async () => {
  const dir = await mkdtemp(join(tmpdir(), "viga-skill-"));
  const blender = join(dir, "blender");
  await writeFile(blender, "#!/bin/sh\nsleep 2\nexit 1\n");
  await chmod(blender, 0o755);
  const batch = JSON.stringify([{ jsonrpc: "2.0", id: 4, method: "ping" }, 5]);
  const running = execa(process.execPath, [main, "skill", "blender"], {
    env: { VIGA_BLENDER: blender },
    reject: false,
  });
  for (const sent of [line({ id: 1, method: "ping" }), "garbage\n", "\n", `${batch}\n`]) running.stdin.write(sent);
  const { stdout, stderr, exitCode } = await running;
  const answers = stdout.split("\n").map((each) => JSON.parse(each) as { id: number | null; error?: { code: number } });
  expect(answers.map(({ id, error }) => [id, error?.code]).sort()).toEqual(
    [
      [1, undefined],
      [4, undefined],
      [null, -32600],
      [null, -32700],
    ].sort(),
  );
  expect(stderr).toMatch(/^viga: Blender's process ended/);
  expect(exitCode).toBe(1);
  await rm(dir, { recursive: true, force: true });
}, 60_000);

it("in the weak sandbox too, programs run as a user of their own when viga is root", async () => {
  const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "pipe", version: "1" } };
  const code = "import os\nprint('user', 'root' if 0 in (os.getuid(), os.geteuid(), os.getgid()) else 'other')";
  const messages = [
    { id: 1, method: "initialize", params },
    { method: "notifications/initialized" },
    { id: 2, method: "tools/call", params: { name: "execute_code", arguments: { code, px: 16, samples: 1 } } },
  ];
  const input = messages.map(line).join("");
  const env = { VIGA_SANDBOX: "weak" };
  const { stdout, exitCode } = await execa(process.execPath, [main, "skill", "blender"], { input, env, reject: false });
  expect(stdout).toContain("user other");
  expect(exitCode).toBe(0);
}, 60_000);
