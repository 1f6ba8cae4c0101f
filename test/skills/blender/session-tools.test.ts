import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cube } from "../../bridge/engines/lab.ts";
import { main } from "../../harness/cli.ts";

let client: Client;
let out: string;
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "viga-test-out-"));
  client = new Client({ name: "test", version: "1" });
  const args = [main, "skill", "blender", "--out", out];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: "ignore" }));
  // The client checks structured content against the schemas that it has been told.
  await client.listTools();
}, 60_000);
afterAll(async () => {
  await client.close();
  await rm(out, { recursive: true, force: true });
});

const asked = new Set<string>();
const call = async (name: string, args: Record<string, unknown> = {}): Promise<CallToolResult> => {
  asked.add(name);
  return (await client.callTool({ name, arguments: args })) as CallToolResult;
};
const small = { px: 32, samples: 1 };
const execute = (code: string, append = false) => call("execute_code", { code, append, ...small });
const textOf = ({ content }: CallToolResult): string => (content[0]?.type === "text" ? content[0].text : "");
const names = async (): Promise<string[]> => {
  const { structuredContent } = await call("get_scene_info");
  return (structuredContent as { result: { objects: { name: string }[] } }).result.objects.map(({ name }) => name);
};
const add = (name: string) =>
  `import bpy\nbpy.ops.mesh.primitive_uv_sphere_add(radius=0.5, location=(0, 0, 2))\nbpy.context.object.name = "${name}"`;

describe("a session of the Blender skill", () => {
  it("appends to the live scene, and a failed addition leaves it as it is", async () => {
    await execute(cube);
    expect((await execute(add("Ball"), true)).structuredContent).toMatchObject({ ok: true, of: "last_program" });
    expect(await names()).toEqual(["Ball", "Cam", "Cube", "Sun"]);
    const failed = await execute(`${add("Half")}\nbpy.data.objects["Bal"].hide_render = True\nnothing()`, true);
    expect(failed.structuredContent).toMatchObject({
      ok: false,
      error: { line: 4, more: [{ line: 5 }] },
      of: "last_good_program",
    });
    expect(await names()).toEqual(["Ball", "Cam", "Cube", "Sun"]);
    await execute(cube);
    expect(await names()).toEqual(["Cam", "Cube", "Sun"]);
  });

  it("undoes step by step, and says when there is no more", async () => {
    await execute(cube);
    await execute(add("One"), true);
    await execute(add("Two"), true);
    expect((await call("undo_last_step")).structuredContent).toMatchObject({ of: "earlier_program" });
    expect(await names()).toEqual(["Cam", "Cube", "One", "Sun"]);
    await execute(add("Three"), true);
    expect(await names()).toEqual(["Cam", "Cube", "One", "Sun", "Three"]);
    for (let left = true; left; ) left = (await call("undo_last_step")).isError !== true;
    expect(textOf(await call("undo_last_step"))).toContain("there is no earlier step");
  });

  it("keeps eight snapshots by name, and names the one that went", async () => {
    await execute(cube);
    for (let number = 1; number <= 8; number++) await call("save_snapshot", { name: `s${number}` });
    await execute(add("Ball"), true);
    const { structuredContent } = await call("save_snapshot", { name: "ball" });
    expect(structuredContent).toMatchObject({ gone: "s1", snapshots: expect.arrayContaining(["s2", "ball"]) });
    await call("restore_snapshot", { name: "s8" });
    expect(await names()).toEqual(["Cam", "Cube", "Sun"]);
    await call("restore_snapshot", { name: "ball" });
    expect(await names()).toContain("Ball");
    expect(textOf(await call("restore_snapshot", { name: "s1" }))).toContain("there are: s2");
    expect((await call("list_snapshots")).structuredContent).toMatchObject({ of: "earlier_program" });
  });

  it("tells of one object, and suggests the name that was meant", async () => {
    await execute(cube);
    const { structuredContent } = await call("get_object_info", { object_name: "Cube" });
    expect(structuredContent).toMatchObject({
      result: { name: "Cube", dimensions: [2, 2, 2], mesh: { vertices: 8, edges: 12, faces: 6 } },
    });
    expect(textOf(await call("get_object_info", { object_name: "Cubes" }))).toContain("did you mean 'Cube'");
  });

  it("saves and exports to the named folder, and never over a file of the user's", async () => {
    await execute(cube);
    await writeFile(join(out, "mine.blend"), "mine");
    expect((await call("save_blend", { name: "scene.blend" })).isError).toBe(false);
    expect((await call("save_blend", { name: "scene.blend" })).isError).toBe(false);
    expect((await call("save_blend", { name: "../scene.blend" })).isError).toBe(true);
    expect(textOf(await call("save_blend", { name: "mine.blend" }))).toContain("is there already");
    expect(await readFile(join(out, "mine.blend"), "utf8")).toBe("mine");
    expect((await call("export_scene", { name: "thing.obj" })).isError).toBe(false);
    const exported = await call("export_scene", { name: "scene.glb" });
    if (exported.isError) expect(textOf(exported)).toContain("python3-numpy");
    const made = await readdir(out);
    expect(made).toEqual(expect.arrayContaining(["mine.blend", "scene.blend", "thing.mtl", "thing.obj"]));
    expect(await readFile(join(out, "thing.obj"), "utf8")).toContain("o Cube");
  });

  it("has every one of its tools called by the protocol's own client", async () => {
    await execute(cube);
    await call("lookup_api", { query: "primitive cube" });
    await call("initialize_viewpoint", small);
    await call("set_camera", { location: [0, 0, 8], rotation_euler: [0, 0, 0], ...small });
    await call("investigate", { operation: "focus", object_name: "Cube", ...small });
    const hidden = await call("set_visibility", { show_objects: [], hide_objects: ["Cube"], ...small });
    const picture = hidden.content.find((part) => part.type === "image")!;
    const { channels } = await sharp(Buffer.from(picture.data, "base64")).stats();
    expect(channels[0]!.max - channels[0]!.min).toBeLessThan(20);
    await call("set_keyframe", { frame_number: 1, ...small });
    const { tools } = await client.listTools();
    expect([...asked].sort()).toEqual(tools.map(({ name }) => name).sort());
  });
});
