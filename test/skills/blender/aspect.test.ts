import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPicture } from "../../../evaluators/pictures/picture.ts";
import { photometricLoss } from "../../../evaluators/pictures/pl.ts";
import { type PictureSize, sizeOf, type View } from "../../../machines/domain/index.ts";
import { type Lab, openLab } from "../../bridge/engines/lab.ts";

/** A glowing ball in the middle of the picture before a dim ground with a box: what is round must stay round. */
const scene = `
import bpy
def glow(item, strength):
    material = bpy.data.materials.new('glow')
    material.use_nodes = True
    tree = material.node_tree
    light = tree.nodes.new('ShaderNodeEmission')
    light.inputs['Strength'].default_value = strength
    tree.links.new(light.outputs[0], tree.nodes['Material Output'].inputs[0])
    item.data.materials.append(material)
bpy.ops.mesh.primitive_uv_sphere_add(radius=1.0, segments=48, ring_count=24)
glow(bpy.context.object, 1.0)
bpy.ops.mesh.primitive_plane_add(size=60, location=(0, 20, 0), rotation=(1.5708, 0, 0))
glow(bpy.context.object, 0.01)
bpy.ops.mesh.primitive_cube_add(size=0.6, location=(2.2, 0, 0.9))
glow(bpy.context.object, 0.3)
bpy.ops.object.camera_add(location=(0, -12, 0), rotation=(1.5708, 0, 0))
bpy.context.object.name = 'Cam'
bpy.context.scene.camera = bpy.context.object
scene = bpy.context.scene
scene.view_settings.view_transform = 'Standard'
`;
/** What is in the way of a picture's size, and where the frame it shows would be cut. */
const meddling = `
scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 100, 2000, 10
scene.render.pixel_aspect_x, scene.render.pixel_aspect_y = 2.0, 1.0
scene.render.use_border = scene.render.use_crop_to_border = True
scene.render.border_min_x, scene.render.border_max_x = 0.1, 0.4
`;
const resolution = (width: number, height: number) =>
  `${scene}\nscene.render.resolution_x, scene.render.resolution_y = ${width}, ${height}\n`;
const px = 48;
const quality = { px, samples: 16 };
const view = (name: string, aspect?: PictureSize): View => ({
  name,
  camera: "Cam",
  ...(aspect === undefined ? {} : { aspect }),
});

const targets: Record<string, PictureSize> = {
  square: { width: 512, height: 512 },
  threeToTwo: { width: 640, height: 427 },
  upright: { width: 1080, height: 1920 },
  wide: { width: 1920, height: 1080 },
  ribbon: { width: 3000, height: 20 },
  needle: { width: 11, height: 700 },
};

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

async function sizes(dir: string, names: readonly string[]): Promise<Record<string, PictureSize>> {
  const found = names.map(async (name) => {
    const { width, height } = await sharp(join(dir, `${name}.png`)).metadata();
    return [name, { width, height }] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

/** Width and height of what is bright in a picture. */
async function ball(path: string): Promise<PictureSize> {
  const { width, height, rgb } = await readPicture(path);
  const columns = new Set<number>();
  const rows = new Set<number>();
  for (let i = 0; i < width * height; i++) {
    if (rgb[3 * i]! < 200) continue;
    columns.add(i % width);
    rows.add(Math.floor(i / width));
  }
  return { width: columns.size, height: rows.size };
}

describe("a picture's shape", () => {
  it.each([
    ["a wide scene", resolution(1920, 1080)],
    ["a square scene", resolution(512, 512)],
    ["an upright scene", resolution(600, 1000)],
    ["a program that sets size, pixels and border", scene + meddling],
  ])("is its target's on %s, each view its own, and what is round stays round", async (_, program) => {
    const views = Object.entries(targets).map(([name, aspect]) => view(name, aspect));
    const state = await lab.run(program, { views, quality });
    expect(state.error).toBeUndefined();
    const wanted = Object.fromEntries(Object.entries(targets).map(([name, aspect]) => [name, sizeOf(aspect, px)]));
    expect(await sizes(state.dir, Object.keys(targets))).toEqual(wanted);
    expect(wanted.threeToTwo).toEqual({ width: 48, height: 32 });
    expect([wanted.ribbon, wanted.needle]).toEqual([
      { width: 48, height: 1 },
      { width: 1, height: 48 },
    ]);
    for (const name of ["square", "threeToTwo", "upright", "wide"]) {
      const { width, height } = await ball(join(state.dir, `${name}.png`));
      // By AUTO fit the lens spans the longer side, so the ball is as large in every shape.
      expect(width).toBeGreaterThan(9);
      expect(Math.abs(width - height)).toBeLessThanOrEqual(1);
    }
  });

  it("without a target is the scene's own, its pixels' shape counted, whatever shapes came before", async () => {
    const views = [view("square", targets.square), view("own"), view("upright", targets.upright), view("again")];
    const wide = await lab.run(resolution(1920, 1080), { views, quality });
    expect(await sizes(wide.dir, ["own", "again"])).toEqual({
      own: { width: 48, height: 27 },
      again: { width: 48, height: 27 },
    });
    const odd = await lab.run(`${resolution(400, 300)}scene.render.pixel_aspect_y = 2\n`, { views, quality });
    expect((await sizes(odd.dir, ["own"])).own).toEqual({ width: 32, height: 48 });
    const round = await ball(join(odd.dir, "own.png"));
    expect(Math.abs(round.width - round.height)).toBeLessThanOrEqual(1);
    const line = await lab.run(resolution(4, 65_536), { views: [view("own")], quality });
    expect((await sizes(line.dir, ["own"])).own).toEqual({ width: 3, height: 48 });
  });

  it("is what scene.json says, and a probe's too unless it asks for another", async () => {
    const run = await lab.run(scene + meddling, { views: [view("a", targets.upright)], quality, keep: "kept" });
    const resolutionIn = (text: string) => (JSON.parse(text) as { resolution: number[] }).resolution;
    expect(resolutionIn(await readFile(join(run.dir, "scene.json"), "utf8"))).toEqual([27, 48]);
    expect((await lab.probe("kept", "scene_info")).result).toMatchObject({ resolution: [27, 48] });
    const same = await lab.probe("kept", "render", { px: 32, samples: 1 });
    expect(same.result).toMatchObject({ size: [18, 32] });
    expect((await sizes(same.dir, ["probe"])).probe).toEqual({ width: 18, height: 32 });
    const other = await lab.probe("kept", "render", { px: 32, samples: 1, aspect: [3, 2] });
    expect((await sizes(other.dir, ["probe"])).probe).toEqual({ width: 32, height: 21 });
    for (const aspect of [[0, 1], [1], "16:9", [1, -2]]) {
      const refused = await lab.probe("kept", "render", { aspect });
      expect(refused.error).toMatchObject({ kind: "program", message: expect.stringContaining("[width, height]") });
    }
    const bare = await lab.run(resolution(640, 400), { views: [], keep: "bare" });
    expect(resolutionIn(await readFile(join(bare.dir, "scene.json"), "utf8"))).toEqual([640, 400]);
    const own = await lab.probe("bare", "render", { px: 32, samples: 1 });
    expect(own.result).toMatchObject({ size: [32, 20] });
  });

  it("is checked outside: a program that makes the engine draw another size has no picture", async () => {
    const program = `${scene}
import sys
render = sys.modules['viga_engine.blender.backend.render']
render.size_for = lambda scene, px, aspect=None: (px, px // 2)`;
    const state = await lab.run(program, { views: [view("a", targets.square)], quality });
    expect(state).toMatchObject({ ok: false, renders: [], error: { kind: "output", type: "NoPicture" } });
  });
});

describe("a goal program against its own target", () => {
  const shapes: Record<string, [base: PictureSize, target: PictureSize]> = {
    "a square goal on a 16:9 base": [targets.wide!, { width: 48, height: 48 }],
    "a 640 x 400 target on the factory scene": [targets.wide!, { width: 64, height: 40 }],
    "a 9:16 target on a square base": [targets.square!, { width: 36, height: 64 }],
    "a 3:2 target on an upright base": [
      { width: 600, height: 1000 },
      { width: 60, height: 40 },
    ],
    "a 16:9 target on a square base": [targets.square!, { width: 64, height: 36 }],
  };
  let folder: string;
  /** Targets by Blender itself, twice with different seeds: what two drawings of one picture differ by is noise. */
  beforeAll(async () => {
    folder = await lab.folder();
    const list = Object.values(shapes).map(([, { width, height }]) => [width, height]);
    await writeFile(
      join(folder, "draw.py"),
      `import bpy
bpy.ops.wm.read_factory_settings(use_empty=True)
${scene}
scene.render.engine = 'CYCLES'
scene.cycles.samples, scene.cycles.use_denoising, scene.render.image_settings.color_mode = 16, False, 'RGB'
for width, height in ${JSON.stringify(list)}:
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = width, height, 100
    for seed in (0, 1):
        scene.cycles.seed = seed
        scene.render.filepath = ${JSON.stringify(folder)} + f'/{width}x{height}-{seed}.png'
        bpy.ops.render.render(write_still=True)`,
    );
    await promisify(execFile)(process.env.VIGA_BLENDER ?? "blender", [
      "-b",
      "--factory-startup",
      "--python",
      join(folder, "draw.py"),
    ]);
  });

  it.each(Object.entries(shapes))("loses no more than noise: %s", async (_, [base, target]) => {
    const [goal, again] = await Promise.all(
      [0, 1].map((seed) => readPicture(join(folder, `${target.width}x${target.height}-${seed}.png`))),
    );
    const noise = photometricLoss(again!, goal!);
    const program = resolution(base.width, base.height);
    const at = { px: Math.max(target.width, target.height), samples: 16 };
    const state = await lab.run(program, { views: [view("a", target), view("own")], quality: at });
    expect(photometricLoss(await readPicture(join(state.dir, "a.png")), goal!)).toBeLessThanOrEqual(1.5 * noise);
    // The same in the scene's shape is another picture: the measure can tell.
    expect(photometricLoss(await readPicture(join(state.dir, "own.png")), goal!)).toBeGreaterThan(3 * noise);
  });
});
