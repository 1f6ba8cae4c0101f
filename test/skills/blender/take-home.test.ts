import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cube, type Lab, openLab } from "../../bridge/engines/lab.ts";

interface Made {
  files: string[];
  views: { name: string; location: number[] }[];
  left_out: Record<string, string>;
}

/** A cube that a modifier makes three of, painted, and a hidden thing. */
const program = `${cube}
import random
thing = bpy.data.objects['Cube']
array = thing.modifiers.new('row', 'ARRAY')
array.count = 3
material = bpy.data.materials.new('Rust')
material.use_nodes = True
material.node_tree.nodes['Principled BSDF'].inputs['Base Color'].default_value = (0.6, 0.2, 0.1, 1)
thing.data.materials.append(material)
thing.location.z = random.random()
`;

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
}, 60_000);
afterAll(() => lab.close());

const args = { program, seed: 7, orbit: 3, quality: { px: 48, samples: 1 }, aspect: [3, 2] };

it("a result can be taken home: as glTF that another Blender reads, and seen from three sides", async () => {
  const made = await lab.call("take_home", args);
  expect(made.error).toBeUndefined();
  const { files, views, left_out } = made.result as Made;
  expect(views.map(({ name }) => name)).toEqual(["orbit_1.png", "orbit_2.png", "orbit_3.png"]);
  expect(new Set(views.map(({ location }) => location.join())).size).toBe(3);
  for (const { name } of views) {
    expect(await sharp(join(made.dir, name)).metadata()).toMatchObject({ width: 48, height: 32 });
    const { channels } = await sharp(await readFile(join(made.dir, name))).stats();
    expect(channels[0]!.stdev).toBeGreaterThan(3);
  }
  // USD only from a Blender that was built with it; another says so and writes nothing.
  const usd = await lab.run("import bpy\nassert bpy.app.build_options.usd");
  if (usd.ok) expect((await readFile(join(made.dir, "scene.usdc"))).subarray(0, 8).toString()).toBe("PXR-USDC");
  else expect(left_out["scene.usdc"]).toBe("this Blender was built without USD");
  expect(files.includes("scene.usdc")).toBe(usd.ok);
  const { ok: numpy } = await lab.run("import numpy");
  if (!numpy) return expect(left_out["scene.glb"]).toContain("install python3-numpy");
  expect(files).toContain("scene.glb");
  const dir = await lab.folder();
  await copyFile(join(made.dir, "scene.glb"), join(dir, "scene.glb"));
  const read = await lab.run(
    `import bpy, numpy, os
# Blender 3.4's importer asks numpy for a name that numpy 1.24 took away.
numpy.bool = bool
bpy.ops.import_scene.gltf(filepath=os.path.abspath('scene.glb'))
bpy.context.view_layer.update()
for thing in bpy.context.scene.objects:
    print(thing.name, thing.type, [round(v, 3) for v in thing.dimensions], [m.name for m in thing.data.materials] if thing.type == 'MESH' else '')
`,
    { dir },
  );
  expect(read.error).toBeUndefined();
  expect(read.log).toContain("Cube MESH [6.0, 2.0, 2.0] ['Rust']");
  expect(read.log).toMatch(/Cam\S* CAMERA/);
  expect(read.log).toMatch(/Sun\S* LIGHT/);
}, 60_000);

it("what cannot be made costs itself only, and a program that fails is told as such", async () => {
  const empty = await lab.call("take_home", { ...args, program: "import bpy", orbit: 1 });
  expect(empty.result).toMatchObject({ left_out: { "orbit_1.png": expect.stringContaining("nothing to look at") } });
  expect(await lab.call("take_home", { ...args, program: "raise ValueError('no')" })).toMatchObject({
    ok: false,
    error: { type: "ValueError", message: "no" },
  });
});

it("an animation's frames lie one below the other, evenly apart, and some of them on a sheet", async () => {
  const moving = `${program}
bpy.context.scene.frame_start, bpy.context.scene.frame_end = 3, 23
thing.keyframe_insert('location', frame=3)
thing.location.z += 2
thing.keyframe_insert('location', frame=23)
`;
  const made = await lab.call("take_home", { ...args, program: moving, orbit: 0, animation: 5 });
  expect(made.result).toMatchObject({ animation: { frames: [3, 8, 13, 18, 23], size: [48, 32], fps: 24 } });
  expect((made.result as Made).files).toEqual(expect.arrayContaining(["animation_strip.png", "animation.png"]));
  const strip = sharp(join(made.dir, "animation_strip.png"));
  expect(await strip.metadata()).toMatchObject({ width: 48, height: 160 });
  const part = (top: number) => strip.clone().extract({ left: 0, top, width: 48, height: 32 }).raw().toBuffer();
  expect((await part(0)).equals(await part(128))).toBe(false);
  // Seen through the program's own camera, also where views from around were drawn before.
  const beside = await lab.call("take_home", { ...args, program: moving, orbit: 1, animation: 5 });
  const again = await sharp(join(beside.dir, "animation_strip.png")).raw().toBuffer();
  expect(again.equals(await strip.clone().raw().toBuffer())).toBe(true);
  const still = await lab.call("take_home", {
    ...args,
    program: `${program}\nbpy.context.scene.frame_end = 1`,
    animation: 5,
  });
  expect((still.result as Made).left_out["animation_strip.png"]).toContain("one frame");
});
