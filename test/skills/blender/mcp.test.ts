import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inputLimits } from "../../../config/check-inputs.ts";
import { fitted } from "../../../skills/pictures.ts";
import { cube } from "../../bridge/engines/lab.ts";
import { main } from "../../harness/cli.ts";

let client: Client;
beforeAll(async () => {
  client = new Client({ name: "test", version: "1" });
  const args = [main, "skill", "blender"];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: "ignore" }));
  // The client checks structured content against the schemas that it has been told.
  await client.listTools();
}, 60_000);
afterAll(() => client.close());

type Asked = Parameters<Client["callTool"]>[2];
const call = async (name: string, args: Record<string, unknown> = {}, asked?: Asked): Promise<CallToolResult> =>
  (await client.callTool({ name, arguments: args }, undefined, asked)) as CallToolResult;
const execute = (code: string, asked?: Asked) => call("execute_code", { code, px: 32, samples: 1 }, asked);
const textOf = ({ content }: CallToolResult): string => (content[0]?.type === "text" ? content[0].text : "");
const names = (info: CallToolResult): unknown[] =>
  (info.structuredContent as { result: { objects: { name: string }[] } }).result.objects.map(({ name }) => name);

const endless = "import time\nwhile True: time.sleep(0.1)\n";

describe("the Blender skill for an MCP client", () => {
  it("says of each tool what it does to the world, what it takes and what it answers", async () => {
    const { tools } = await client.listTools();
    const of = (name: string) => tools.find((tool) => tool.name === name)!;
    expect(of("get_scene_info").annotations).toMatchObject({ readOnlyHint: true, openWorldHint: false });
    expect(of("execute_code").annotations).toMatchObject({ readOnlyHint: false, destructiveHint: false });
    for (const { name, inputSchema, outputSchema } of tools) {
      expect(inputSchema).toMatchObject({ type: "object", additionalProperties: false });
      // What looks at no scene says of none.
      const required = name === "lookup_api" ? ["version", "found"] : ["of"];
      expect(outputSchema).toMatchObject({ type: "object", required: expect.arrayContaining(required) });
    }
  });

  it("describes the last good scene after a program that failed, and says so", async () => {
    const base = await call("get_scene_info");
    expect(base.structuredContent).toMatchObject({ of: "base", result: { objects: [] } });
    const good = await execute(cube);
    expect(good.structuredContent).toMatchObject({
      ok: true,
      pictures: [{ width: 32, height: 18, media: "image/png" }],
      of: "last_program",
    });
    expect(JSON.parse(textOf(good))).toEqual(good.structuredContent);
    const failed = await execute("import bpy\nbpy.ops.mesh.primitive_cone_add()\nraise ValueError('no')");
    expect(failed.isError).toBe(true);
    expect(failed.structuredContent).toMatchObject({ ok: false, error: { line: 3 }, of: "last_good_program" });
    const info = await call("get_scene_info");
    expect(info.structuredContent).toMatchObject({ of: "last_good_program" });
    expect(names(info)).toEqual(["Cam", "Cube", "Sun"]);
  });

  it("tells what is wrong with a scene, and with lines of the program that nothing ran", async () => {
    const { structuredContent } = await execute(`${cube}\ndef never():\n    bpy.data.lamps.new("l", "SUN")\n`);
    const { checks } = structuredContent as { checks: { check: string; text: string }[] };
    expect(checks.find(({ check }) => check === "program")?.text).toContain("use bpy.data.lights");
  });

  it("hands a viewpoint from call to call until another program runs", async () => {
    await execute(cube);
    const camera = (answer: CallToolResult) =>
      (answer.structuredContent as { result: { camera: { location: number[] } } }).result.camera.location;
    const small = { px: 32, samples: 1 };
    const first = await call("investigate", { operation: "focus", object_name: "cube", ...small });
    expect(first.content.map(({ type }) => type)).toEqual(["text", "image"]);
    expect(textOf(first)).toMatch(
      /^Of last_program\. Camera: location \(.*\), rotation_euler \(.*\) radians, lens 50 mm/,
    );
    const nearer = await call("investigate", { operation: "zoom", direction: "in", ...small });
    expect(Math.hypot(...camera(nearer))).toBeCloseTo(Math.hypot(...camera(first)) / 1.5, 2);
    await execute(cube);
    expect(camera(await call("set_keyframe", { frame_number: 1, ...small }))).toEqual([5, -5, 5]);
    expect(textOf(await call("investigate", { operation: "focus", object_name: "cub" }))).toContain(
      "did you mean 'Cube'",
    );
  });

  it("refuses arguments that it does not know, and names those that it does", async () => {
    const wrong = await call("execute_code", { code: cube, resolution: 32 });
    expect(wrong.isError).toBe(true);
    expect(textOf(wrong)).toContain("unknown argument resolution; expected one of code, append, thought");
    expect(textOf(await call("get_scene_info", { all: true }))).toContain("unknown argument all; expected one of none");
  });

  it("answers a program over the limit, and a message so long that it is not read", async () => {
    for (const bytes of [inputLimits.program + 1, 9 * 1024 * 1024, 20 * 1024 * 1024]) {
      const refused = await execute("#".repeat(bytes));
      expect(refused.isError).toBe(true);
      expect(textOf(refused)).toContain(String(inputLimits.program));
    }
    expect((await execute(cube)).isError).toBe(false);
  });

  it("bounds what a program printed, and keeps its end", async () => {
    const { structuredContent } = await execute("for line in range(100_000): print('line', line)");
    const { log } = structuredContent as { log: string };
    expect(log.length).toBeLessThan(20_000);
    expect(log.trimEnd()).toMatch(/^\[\.\.\.\][\s\S]*line 99999$/);
  });

  it("tells its progress while a program runs", async () => {
    const told: { progress: number; message?: string | undefined }[] = [];
    const slow = `import time\ntime.sleep(1.3)\n${cube}`;
    await execute(slow, { onprogress: (progress) => void told.push(progress) });
    expect(told.map(({ progress }) => progress)).toEqual(expect.arrayContaining([0, 1]));
    expect(told[0]?.message).toContain("execute_code is at work");
  });

  // The program would run for two minutes; nothing after it would be answered within the test's time.
  it("ends a program that its client cancels or no longer waits for", async () => {
    const stop = new AbortController();
    const cancelled = execute(endless, { signal: stop.signal });
    setTimeout(() => stop.abort("enough"), 700);
    await expect(cancelled).rejects.toThrow("enough");
    await expect(execute(endless, { timeout: 700 })).rejects.toThrow("timed out");
    expect((await execute(cube)).isError).toBe(false);
    expect(names(await call("get_scene_info"))).toContain("Cube");
  }, 30_000);
});

describe("a picture in an answer", () => {
  it("is a PNG where it fits, else a JPEG, and smaller where that must be", async () => {
    const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
    const png = await sharp({ create: { width: 256, height: 128, channels: 3, background: "grey", noise } })
      .png()
      .toBuffer();
    expect(await fitted(png, png.length)).toMatchObject({ width: 256, content: { mimeType: "image/png" } });
    const jpeg = await fitted(png, png.length - 1);
    expect(jpeg).toMatchObject({ width: 256, height: 128, content: { mimeType: "image/jpeg" } });
    const small = await fitted(png, 4000);
    const bytes = Buffer.from(small.content.data, "base64");
    expect(bytes.length).toBeLessThanOrEqual(4000);
    expect(await sharp(bytes).metadata()).toMatchObject({ width: small.width, height: small.height, format: "jpeg" });
    expect(small.width / small.height).toBeCloseTo(2, 1);
  });
});
