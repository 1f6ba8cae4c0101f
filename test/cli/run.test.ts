import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { connect } from "nats";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { main, type Workplace, workplace } from "../harness/cli.ts";

let at: Workplace;
beforeAll(async () => {
  at = await workplace();
});
afterAll(() => at.close());

interface Scores {
  rounds: { t: number; pl: number }[];
  best: { t: number };
  start: { pl: number };
}
const scoresOf = async (out: string) => JSON.parse(await readFile(join(at.dir, out, "scores.json"), "utf8")) as Scores;

test("a run writes its output tree, and its last line is the path of one picture of start, target and best", async () => {
  const result = await at.viga(...at.run, "--out", "one");
  expect(result.all).not.toContain("Error");
  expect(result.exitCode).toBe(0);
  const last = result.stdout.trimEnd().split("\n").at(-1) ?? "";
  expect(last.endsWith("side_by_side.png")).toBe(true);
  const picture = await sharp(join(at.dir, last)).metadata();
  expect(picture.format).toBe("png");
  expect(picture.width).toBeGreaterThan((picture.height ?? 0) * 3);
  const scores = await scoresOf("one");
  expect(scores.rounds.map(({ t }) => t)).toEqual([0, 1, 2, 3]);
  const files = await readdir(join(at.dir, "one"));
  for (const name of [
    "args.json",
    "scores.json",
    "tape.jsonl",
    "report.html",
    "bus.json",
    "best",
    "codes",
    "renders",
    "blender_file.blend",
  ]) {
    expect(files).toContain(name);
  }
  expect((await readdir(join(at.dir, "one", "renders", "2"))).sort()).toEqual(
    expect.arrayContaining(["diff.png", "scene.json"]),
  );
  expect((await stat(join(at.dir, "one", "bus.json"))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(at.dir, "one", "codes", "2.py"), "utf8")).toContain("# round 2");
});

test("observe follows a run from its first event with no arguments, and any NATS client can with the printed line", async () => {
  const run = at.viga(...at.run, "--out", "two");
  // Before that output/latest is still the run of the test before, of which --print-nats says that it is over.
  await vi.waitFor(() => expect(existsSync(join(at.dir, "two", "bus.json"))).toBe(true), 10_000);
  const observing = at.viga("observe", "--json");
  const printed = await at.viga("observe", "--print-nats", "--json");
  const { server, subject } = JSON.parse(printed.stdout) as { server: string; subject: string };
  const address = new URL(server);
  const client = await connect({ servers: address.host, user: address.username, pass: address.password });
  const heard: string[] = [];
  client.subscribe(subject, { callback: (_, message) => void heard.push(message.subject) });
  const observed = await observing;
  await client.close();
  expect((await run).exitCode).toBe(0);
  const types = observed.stdout.split("\n").map((line) => (JSON.parse(line) as { type: string }).type);
  expect(types[0]).toBe("run.started");
  expect(types.at(-1)).toBe("run.finished");
  expect(types.filter((type) => type === "round")).toHaveLength(4);
  expect(heard.length).toBeGreaterThan(3);
});

test("with every role and both executors in processes of their own the result is the same, and each engine sees its device", async () => {
  const one = await scoresOf("one");
  const run = at.viga(...at.run, "--out", "three", "--hosts", "apart");
  const roles = ["supervisor", "memory", "generator", "verifier"].map((role) =>
    at.viga("role", role, "--out", "three"),
  );
  const slots = [0, 1].map((gpu) => at.viga("executor", "--slot", `gpu${gpu}`, "--gpu", String(gpu), "--out", "three"));
  const devices: Promise<string>[] = slots.map(async (slot) => {
    let said = "";
    slot.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    await vi.waitFor(() => expect(said).toMatch(/ready .*pid \d+/), 30_000);
    const pid = /pid (\d+)/.exec(said)?.[1] ?? "";
    const environment = await readFile(`/proc/${pid}/environ`, "utf8");
    return environment
      .split("\0")
      .filter((line) => line.startsWith("CUDA_VISIBLE_DEVICES="))
      .join();
  });
  expect(await Promise.all(devices)).toEqual(["CUDA_VISIBLE_DEVICES=0", "CUDA_VISIBLE_DEVICES=1"]);
  expect((await run).exitCode).toBe(0);
  for (const part of [...roles, ...slots]) expect((await part).exitCode).toBe(0);
  const three = await scoresOf("three");
  expect(three.best.t).toBe(one.best.t);
  for (const [index, { t, pl }] of three.rounds.entries()) {
    expect(t).toBe(one.rounds[index]?.t);
    expect(pl).toBeCloseTo(one.rounds[index]?.pl ?? 0, 7);
  }
}, 90_000);

test("the Blender skill runs programs and describes the scene for any MCP client", async () => {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [main, "skill", "blender"],
    stderr: "ignore",
  });
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
  const { tools } = await client.listTools();
  const names = tools.map((tool) => tool.name);
  expect(names).toEqual(expect.arrayContaining(["execute_code", "get_scene_info", "investigate", "lookup_api"]));
  const code =
    "import bpy\nbpy.ops.mesh.primitive_cube_add()\nbpy.context.object.name='Box'\nbpy.ops.object.camera_add(location=(0,-6,0),rotation=(1.57,0,0))\nbpy.context.scene.camera=bpy.context.object";
  const drawn = (await client.callTool({
    name: "execute_code",
    arguments: { code, px: 32, samples: 1, aspect: { width: 9, height: 16 } },
  })) as Reply;
  expect(drawn.isError).toBe(false);
  const image = drawn.content.find((part) => part.type === "image");
  const { width, height } = await sharp(Buffer.from(image?.data ?? "", "base64")).metadata();
  expect([width, height]).toEqual([18, 32]);
  const info = (await client.callTool({ name: "get_scene_info", arguments: {} })) as Reply;
  expect(info.content[0]?.text).toContain("Box");
  const failed = (await client.callTool({
    name: "execute_code",
    arguments: { code: "x = 1\nraise ValueError('no')", px: 32 },
  })) as Reply;
  expect(failed.isError).toBe(true);
  expect(failed.content[0]?.text).toContain('"line": 2');
  await client.close();
});

interface Reply {
  isError?: boolean;
  content: { type: string; text?: string; data?: string }[];
}
