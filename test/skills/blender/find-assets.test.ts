import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tool } from "../../../skills/assets/tools/get_better_assets.ts";
import { type Lab, limits, openLab } from "../../bridge/engines/lab.ts";

let lab: Lab;
let beside: string;
let assets: string;
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
}, 60_000);
afterAll(async () => {
  await lab.close();
  await rm(beside, { recursive: true, force: true });
});

async function find(args: Record<string, unknown>): Promise<string> {
  const request = { job: "test", name: "find_assets", args, limits, dir: await lab.folder(), assets };
  const { result, error } = await lab.engine.call(request);
  if (error) throw new Error(error.message);
  return tool.text!(result);
}

describe("assets of the task's folder", () => {
  it("are found by name, folder and with a slip, with their size; a broken file is named", async () => {
    expect(await find({ object_name: "stol" })).toMatch(/wooden_stool\.blend \(blend, \d+ KiB, 1 mesh, 2 x 4 x 1 in/);
    expect(await find({ object_name: "chair" })).toContain("wooden_stool.blend");
    const lamps = await find({ object_name: "lamp", reference_type: "image", rig_and_animate: true });
    expect(lamps).toMatch(/- \S+lamp\.obj[\s\S]*Left out, it cannot be imported: \S+lamp_old\.glb/);
    expect(lamps).toMatch(/was not looked at[\s\S]*Nothing was rigged/);
    expect(await find({ object_name: "giraffe" })).toMatch(/^None of the 4 files fits/);
  });

  it.each(["stool", "tray", "lamp"])(
    "stand on the ground at the stated size once the answer's code is pasted: %s",
    async (name) => {
      const told = await find({ object_name: name });
      expect(told).toMatch(/^The best first/);
      const code = told.split("for each copy:\n")[1]!.replace("size=1.0", "size=2.0");
      const program = `import bpy
for thing in list(bpy.data.objects): bpy.data.objects.remove(thing)
${code}
corners = [t.matrix_world @ Vector(c) for t in bpy.data.objects if t.type == 'MESH' for c in t.bound_box]
print([[round(f(c[i] for c in corners), 3) + 0.0 for i in range(3)] for f in (min, max)])
bpy.ops.object.camera_add(location=(4, -4, 4), rotation=(0.9, 0, 0.785)); bpy.context.scene.camera = bpy.context.object
bpy.ops.object.light_add(type='SUN', location=(0, 0, 5))
`;
      const views = [{ camera: null, name: "a" }];
      const state = await lab.run(program, { assets, views });
      expect(state.error).toBeUndefined();
      expect(state.log).toContain("[[-0.5, -1.0, 0.0], [0.5, 1.0, 0.5]]");
      const { channels } = await sharp(join(state.dir, "a.png")).stats();
      expect(channels[0]!.max - channels[0]!.min).toBeGreaterThan(40);
    },
  );

  it("are said to be out of reach where the folder may not be read", async () => {
    await chmod(assets, 0);
    try {
      await expect(find({ object_name: "stool" })).rejects.toThrow(/may not be read/);
    } finally {
      await chmod(assets, 0o755);
    }
  });

  it("are said to be missing where the task has none", async () => {
    expect((await lab.call("find_assets", { object_name: "chair" })).error?.message).toContain("no assets folder");
  });
});
