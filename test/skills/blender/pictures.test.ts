import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { cube, type Lab, openLab } from "../../bridge/engines/lab.ts";

/** Mean brightness of a picture's left and right half, 0-255. */
async function halves(path: string): Promise<[number, number]> {
  const { width = 0, height = 0 } = await sharp(path).metadata();
  const mean = async (left: number): Promise<number> => {
    const half = sharp(path).extract({ left, top: 0, width: Math.floor(width / 2), height });
    const { channels } = await sharp(await half.png().toBuffer()).stats();
    return channels.reduce((sum, channel) => sum + channel.mean, 0) / channels.length;
  };
  return [await mean(0), await mean(Math.ceil(width / 2))];
}

const moving = `${cube}
cube = bpy.data.objects['Cube']
cube.location = (-3, -3, 0)
cube.keyframe_insert('location', frame=1)
cube.location = (3, 3, 0)
cube.keyframe_insert('location', frame=20)
`;

describe("pictures of a scene", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab({ isolation: "fork" });
  });
  afterAll(() => lab.close());

  it("shows each view at its own frame", async () => {
    const views = [
      { camera: "Cam", name: "start", frame: 1 },
      { camera: "Cam", name: "end", frame: 20 },
    ];
    const state = await lab.run(moving, { views });
    expect(state.renders.map((render) => render.frame)).toEqual([1, 20]);
    const [start, end] = await Promise.all(["start", "end"].map((name) => halves(join(state.dir, `${name}.png`))));
    expect(start?.[0]).toBeGreaterThan(start?.[1] ?? 0);
    expect(end?.[1]).toBeGreaterThan(end?.[0] ?? 0);
  });

  it("takes frames by their place in the scene's range, and photographs through cameras of their own", async () => {
    const program = `${moving}
bpy.context.scene.frame_start, bpy.context.scene.frame_end = 5, 16
other = bpy.data.objects.new('target2', bpy.data.cameras.new('target2'))
other.location, other.rotation_euler = (-5, 5, 5), (0.95, 0, 3.927)
bpy.context.scene.collection.objects.link(other)`;
    const places = (["start", "middle", "end"] as const).map((frame) => ({ camera: null, name: frame, frame }));
    const views = [...places, { camera: "target2", name: "target2", frame: "start" as const }];
    const state = await lab.run(program, { views });
    expect(state.renders.map(({ frame }) => frame)).toEqual([5, 10, 16, 5]);
    // Seen from the other side the cube is at the other edge.
    const [here, there] = await Promise.all(["start", "target2"].map((name) => halves(join(state.dir, `${name}.png`))));
    expect(here![0] - here![1]).toBeGreaterThan(0);
    expect(there![0] - there![1]).toBeLessThan(0);
    expect(await lab.run(moving, { views })).toMatchObject({
      ok: false,
      error: {
        type: "NoCamera",
        message: expect.stringContaining("target2"),
        hint: expect.stringContaining("add this one"),
      },
    });
  });

  it("handlers that move things at a frame are in the picture, although none runs during the render", async () => {
    const program = `${cube}
def move(scene, *_):
    bpy.data.objects['Cube'].location = (-3, -3, 0) if scene.frame_current == 1 else (3, 3, 0)
bpy.app.handlers.frame_change_post.append(move)`;
    const views = [1, 20].map((frame) => ({ camera: "Cam", name: `f${frame}`, frame }));
    const state = await lab.run(program, { views });
    const [start, end] = await Promise.all(["f1.png", "f20.png"].map((name) => halves(join(state.dir, name))));
    expect(start?.[0]).toBeGreaterThan(start?.[1] ?? 0);
    expect(end?.[1]).toBeGreaterThan(end?.[0] ?? 0);
  });

  it("a marker bound to another camera does not take the named camera's place", async () => {
    const program = `${cube}
other = bpy.data.objects.new('Away', bpy.data.cameras.new('Away'))
other.location.z = 500
bpy.context.scene.collection.objects.link(other)
bpy.context.scene.timeline_markers.new('switch', frame=1).camera = other`;
    const views = [{ camera: "Cam", name: "a", frame: 1 }];
    const state = await lab.run(program, { views });
    const { channels } = await sharp(join(state.dir, "a.png")).stats();
    expect(channels[0]?.max).toBeGreaterThan((channels[0]?.min ?? 0) + 30);
  });

  it("takes them with Workbench too, in children of a parent that never touches graphics", async () => {
    const quality = { px: 64, samples: 1, renderer: "WORKBENCH" } as const;
    const views = [{ camera: "Cam", name: "a" }];
    for (let i = 0; i < 2; i += 1) {
      const state = await lab.run(cube, { views, quality });
      expect(state).toMatchObject({ ok: true, log: "" });
      const { channels } = await sharp(join(state.dir, "a.png")).stats();
      expect(channels[0]?.max).toBeGreaterThan((channels[0]?.min ?? 0) + 30);
    }
  });

  it("a probe that looks from elsewhere sees something else, and its bad arguments are errors", async () => {
    await lab.run(cube, { keep: "scene" });
    const away = await lab.probe("scene", "render", { location: [0, 0, 9], look_at: [0, 0, 90], px: 32, samples: 1 });
    const { channels } = await sharp(join(away.dir, "probe.png")).stats();
    expect(channels[0]?.max).toBeLessThan(5);
    for (const args of [{ px: 1e9 }, { location: [1, 2] }, { camera: "None" }, { name: "../../escape.png" }]) {
      expect(await lab.probe("scene", "render", args)).toMatchObject({ ok: false, error: { kind: "program" } });
    }
  });

  it("a probe that comes at once finds the scene, whenever the process of its run ends", async () => {
    for (let time = 0; time < 12; time++) {
      await lab.run(cube, { keep: "soon" });
      const probe = await lab.probe("soon", "render", { px: 32, samples: 1 });
      expect(probe.error).toBeUndefined();
    }
  });

  it("the symbol index lists types, operators and sockets of the running Blender", async () => {
    const reply = await lab.call("symbols");
    const { file } = z.object({ file: z.string() }).parse(reply.result);
    const symbols = JSON.parse(gunzipSync(await readFile(join(reply.dir, file))).toString());
    expect(symbols.nodes.ShaderNodeBsdfPrincipled.inputs).toContain("Base Color");
    expect(symbols.operators["mesh.primitive_cube_add"]).toMatchObject({ size: "FLOAT", location: "FLOAT[3]" });
    expect(symbols.types.Object.properties).toMatchObject({ location: "FLOAT[3]", data: "POINTER:ID" });
    expect(Object.keys(symbols.types).length).toBeGreaterThan(2000);
  });
});
