import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { assetService } from "../../../config/assets.ts";
import { skill } from "../../../skills/assets/mcp.ts";
import { type Lab, openLab } from "../../bridge/engines/lab.ts";
import { assetServices } from "../../harness/asset-services.ts";

let lab: Lab;
let beside: string;
let assets: string;
let client: Client;
let imports = 0;
/** A box of 2 x 4 x 1, away from the origin and below the ground. */
const box = `import bpy
for thing in list(bpy.data.objects): bpy.data.objects.remove(thing)
bpy.ops.mesh.primitive_cube_add(location=(7, -3, -9)); bpy.context.object.scale = (1, 2, 0.5)
bpy.ops.object.light_add(type='SUN')
`;

beforeAll(async () => {
  lab = await openLab();
  // Not under the system's temporary folder, of which jobs have one of their own.
  beside = await mkdtemp(join(import.meta.dirname, ".assets-"));
  assets = join(beside, "assets");
  await mkdir(join(assets, "chairs"), { recursive: true });
  const saved = await lab.run(box, { save: "a.blend" });
  await copyFile(join(saved.dir, "a.blend"), join(assets, "chairs/wooden_stool.blend"));
  expect(saved.error).toBeUndefined();
  const exported = await lab.run(
    `${box}import os\nbpy.ops.export_scene.gltf(filepath=os.path.join(os.getcwd(), 'out.glb'))\n`,
  );
  expect(exported.error).toBeUndefined();
  await copyFile(join(exported.dir, "out.glb"), join(assets, "brass_tray.glb"));
  await writeFile(join(assets, "lamp.obj"), "v 5 5 5\nv 7 5 5\nv 5 5 9\nv 5 6 5\nf 1 2 3\nf 1 2 4\nf 1 3 4\nf 2 3 4\n");
  await writeFile(join(assets, "lamp_old.glb"), "no model");
  await writeFile(join(assets, "lamp.json"), JSON.stringify({ tags: ["light", "desk"], size: 0.4 }));
  vi.stubEnv("XDG_CACHE_HOME", join(lab.scratch, "cache"));
  const { engine } = lab;
  const counted: typeof engine = Object.assign(Object.create(engine), {
    call: (request: Parameters<typeof engine.call>[0]) => {
      imports += (request.args.files as string[]).length;
      return engine.call(request);
    },
  });
  const server = skill.open({ engine: counted, scratch: join(lab.scratch, "jobs"), assets: [assets] });
  const [mine, its] = InMemoryTransport.createLinkedPair();
  client = new Client({ name: "test", version: "1" });
  await Promise.all([server.connect(its), client.connect(mine)]);
}, 60_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await client.close();
  await lab.close();
  await rm(beside, { recursive: true, force: true });
});

interface Told {
  text: string;
  sheet: Buffer | null;
}

async function find(args: Record<string, unknown>): Promise<Told> {
  const { content, isError } = await client.callTool({ name: "get_better_assets", arguments: args });
  const parts = content as ({ type: "text"; text: string } | { type: "image"; data: string })[];
  const [text, picture] = [parts.find(({ type }) => type === "text"), parts.find(({ type }) => type === "image")];
  if (isError) throw new Error((text as { text: string }).text);
  const sheet = picture === undefined ? null : Buffer.from((picture as { data: string }).data, "base64");
  return { text: (text as { text: string }).text, sheet };
}

describe("viga skill assets", () => {
  it("finds by name, folder, tag and with a slip, with sizes and a sheet of pictures; a broken file is named", async () => {
    const { text, sheet } = await find({ object_name: "stol" });
    expect(text).toMatch(
      /1\. \S+wooden_stool\.blend \(blend, \d+ KiB, 1 mesh, 6 faces, 2 x 4 x 1 in its own units, tags: chairs\)/,
    );
    const { channels } = await sharp(sheet!).stats();
    expect(channels[1]!.max - channels[1]!.min).toBeGreaterThan(100);
    expect((await find({ object_name: "chair" })).text).toContain("wooden_stool.blend");
    const lamps = (await find({ object_name: "desk light" })).text;
    expect(lamps).toMatch(/1\. \S+lamp\.obj [^\n]*really 0.4 m/);
    expect(lamps).toContain("size=0.40");
    expect((await find({ object_name: "lamp" })).text).toMatch(/Left out, it cannot be imported: \S+lamp_old\.glb/);
    expect(await find({ object_name: "giraffe" })).toMatchObject({
      text: expect.stringMatching(/^None of the 4 files fits/),
      sheet: null,
    });
  });

  it("imports a file once for as long as it stays as it is, and leaves the library as it was", async () => {
    await find({ object_name: "tray" });
    const before = imports;
    await find({ object_name: "tray" });
    expect(imports).toBe(before);
    await writeFile(
      join(assets, "lamp.obj"),
      "v 0 0 0\nv 3 0 0\nv 0 0 3\nv 0 3 0\nf 1 2 3\nf 1 2 4\nf 1 3 4\nf 2 3 4\n",
    );
    expect((await find({ object_name: "desk" })).text).toContain("3 x 3 x 3");
    expect(imports).toBe(before + 1);
    expect((await readdir(assets)).sort()).toEqual([
      "brass_tray.glb",
      "chairs",
      "lamp.json",
      "lamp.obj",
      "lamp_old.glb",
    ]);
    expect(existsSync(join(lab.scratch, "cache", "viga", "assets", "index"))).toBe(true);
  });

  it.each(["stool", "tray"])("tells code that stands a thing on the ground at the stated size: %s", async (name) => {
    const { text } = await find({ object_name: name });
    expect(text).toMatch(/^The best first/);
    const code = text.split("for each copy:\n")[1]!.replace("size=1.00", "size=2.0");
    const program = `import bpy
for thing in list(bpy.data.objects): bpy.data.objects.remove(thing)
${code}
corners = [t.matrix_world @ Vector(c) for t in bpy.data.objects if t.type == 'MESH' for c in t.bound_box]
print([[round(f(c[i] for c in corners), 3) + 0.0 for i in range(3)] for f in (min, max)])
`;
    const state = await lab.run(program, { assets: [assets] });
    expect(state.error).toBeUndefined();
    expect(state.log).toContain("[[-0.5, -1.0, 0.0], [0.5, 1.0, 0.5]]");
  });

  it("says which files programs may not read", async () => {
    const vase = join(assets, "vase.obj");
    await copyFile(join(assets, "lamp.obj"), vase);
    await chmod(vase, 0);
    expect((await find({ object_name: "vase" })).text).toMatch(
      /vase\.obj \(programs may not read it: Permission denied\)/,
    );
    await rm(vase);
  });

  it("has a service make what no library holds, and imports that in the sandbox too", async () => {
    const services = await assetServices();
    vi.stubEnv("MESHY_API_KEY", "msy_key");
    const meshy = assetService.parse({ kind: "meshy", url: services.url });
    services.behave({ polls: 0 });
    const options = { engine: lab.engine, scratch: join(lab.scratch, "jobs"), assets: [assets], services: [meshy] };
    const [mine, its] = InMemoryTransport.createLinkedPair();
    const other = new Client({ name: "test", version: "1" });
    await Promise.all([skill.open(options).connect(its), other.connect(mine)]);
    const answer = await other.callTool({ name: "get_better_assets", arguments: { object_name: "sushi" } });
    expect(answer.structuredContent).toMatchObject({
      found: [{ path: expect.stringMatching(/sushi-\w{8}\.glb$/), size: [1, 0, 2], meshes: 1, faces: 1 }],
      notes: [expect.stringContaining("made for you by meshy")],
    });
    await other.close();
    await services.close();
  });

  it("refuses without a library, and says how to name one", async () => {
    const server = skill.open({ engine: lab.engine, scratch: join(lab.scratch, "jobs") });
    const [mine, its] = InMemoryTransport.createLinkedPair();
    const other = new Client({ name: "test", version: "1" });
    await Promise.all([server.connect(its), other.connect(mine)]);
    const answer = await other.callTool({ name: "get_better_assets", arguments: { object_name: "chair" } });
    expect(answer).toMatchObject({ isError: true, content: [{ text: expect.stringContaining("--assets FOLDER") }] });
    await other.close();
  });
});
