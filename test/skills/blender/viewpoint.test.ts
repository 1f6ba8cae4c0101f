import { readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Lab, openLab, picture } from "../../bridge/engines/lab.ts";

/** A closed room: six walls, a red jug and a blue box on the ground, a lamp, a camera that turns from frame to frame. */
const room = `
import bpy, math
def slab(name, location, scale, colour=(0.8, 0.8, 0.8)):
    bpy.ops.mesh.primitive_cube_add(location=location)
    item = bpy.context.object
    item.name, item.scale = name, scale
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    nodes = material.node_tree.nodes
    glow = nodes.new('ShaderNodeEmission')
    glow.inputs[0].default_value = (*colour, 1)
    material.node_tree.links.new(glow.outputs[0], nodes['Material Output'].inputs[0])
    item.data.materials.append(material)
slab('Floor', (0, 0, -0.1), (4, 4, 0.1)); slab('Ceiling', (0, 0, 3.1), (4, 4, 0.1))
slab('North', (0, 4.1, 1.5), (4, 0.1, 1.5)); slab('South', (0, -4.1, 1.5), (4, 0.1, 1.5))
slab('East', (4.1, 0, 1.5), (0.1, 4, 1.5)); slab('West', (-4.1, 0, 1.5), (0.1, 4, 1.5))
slab('RedJug', (1, 1, 0.5), (0.3, 0.3, 0.5), (1, 0, 0)); slab('BlueBox', (-1, 0, 0.4), (0.4, 0.4, 0.4), (0, 0, 1))
camera = bpy.data.objects.new('Cam', bpy.data.cameras.new('Cam'))
bpy.context.collection.objects.link(camera)
camera.location, camera.rotation_euler = (0, -3.5, 1.5), (math.radians(80), 0, 0)
camera.keyframe_insert('rotation_euler', frame=1)
camera.rotation_euler.z = math.radians(180)
camera.keyframe_insert('rotation_euler', frame=20)
scene = bpy.context.scene
scene.camera, scene.frame_end = camera, 20
scene.view_settings.view_transform = 'Standard'
`;

interface Pose {
  location: number[];
  rotation: number[];
  lens: number;
  frame: number;
}
interface Answer {
  viewpoint: Record<string, unknown>;
  camera: Pose;
  sees: { name: string; share: number }[];
  views: (Pose & { seen: number; sees: { name: string; share: number }[] })[];
  hidden: string[];
}

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
  const aspect = { width: 4, height: 3 };
  const state = await lab.run(room, { keep: "room", views: [{ ...picture, aspect }], quality: { px: 64, samples: 1 } });
  expect(state.error).toBeUndefined();
}, 60_000);
afterAll(() => lab.close());

/** One tool as a role calls it: with what the last answer handed over. */
async function look(action: string, args: Record<string, unknown> = {}, viewpoint?: unknown) {
  const reply = await lab.probe("room", action, { ...args, ...(viewpoint === undefined ? {} : { viewpoint }) });
  if (!reply.ok) throw new Error(`${reply.error?.message} (${reply.error?.hint})`);
  return { ...(reply.result as Answer), dir: reply.dir };
}
const shareOf = (sees: Answer["sees"], name: string): number => sees.find((thing) => thing.name === name)?.share ?? 0;

/** Shares of a picture that are red and blue. */
async function colours(dir: string, name = "viewpoint.png") {
  const { data, info } = await sharp(await readFile(join(dir, name)))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  let [red, blue] = [0, 0];
  for (let at = 0; at < data.length; at += 3) {
    if (data[at]! > 150 && data[at + 2]! < 80) red += 1;
    if (data[at]! < 80 && data[at + 2]! > 150) blue += 1;
  }
  const pixels = info.width * info.height;
  return { red: red / pixels, blue: blue / pixels, width: info.width, height: info.height };
}

describe("viewpoint tools on a live scene", () => {
  it("look at a closed room from inside, from four sides, with poses and a sheet", async () => {
    const { views, viewpoint, dir } = await look("initialize_viewpoint", { object_names: [] });
    expect(views).toHaveLength(4);
    for (const { location, seen } of views) {
      expect(location.every((at, axis) => Math.abs(at) < 4 && (axis < 2 || (at > 0 && at < 3)))).toBe(true);
      expect(seen).toBeGreaterThan(0.9);
    }
    expect(new Set(views.map(({ location }) => location.slice(0, 2).map(Math.sign).join())).size).toBe(4);
    const each = await Promise.all([1, 2, 3, 4].map((index) => colours(dir, `view_${index}.png`)));
    for (const { red, blue, width, height } of each) {
      expect([width, height]).toEqual([64, 48]);
      expect(Math.min(red, blue)).toBeGreaterThan(0.005);
    }
    expect(await colours(dir, "views.png")).toMatchObject({ width: 2 * 64 + 4, height: 2 * 48 + 4 });
    expect(viewpoint).toMatchObject({ location: expect.any(Array), frame: 1 });
  });

  it("frame one thing, go nearer, turn about it and say what the picture shows as its pixels do", async () => {
    const focused = await look("investigate", { operation: "focus", object_name: "redjug" });
    const first = await colours(focused.dir);
    expect(first.red).toBeGreaterThan(0.1);
    expect(shareOf(focused.sees, "RedJug")).toBeCloseTo(first.red, 1);
    const nearer = await look("investigate", { operation: "zoom", direction: "in" }, focused.viewpoint);
    expect((await colours(nearer.dir)).red).toBeGreaterThan(1.5 * first.red);
    const turned = await look("investigate", { instruction: "rotate right 90" }, focused.viewpoint);
    const from = (pose: Pose) => pose.location.map((at, axis) => at - [1, 1, 0.5][axis]!);
    const [a, b] = [from(focused.camera), from(turned.camera)];
    expect(Math.hypot(...b)).toBeCloseTo(Math.hypot(...a), 3);
    expect(a[0]! * b[0]! + a[1]! * b[1]!).toBeCloseTo(0, 3);
    expect((await colours(turned.dir)).red).toBeGreaterThan(0.1);
  });

  it("take a picture from an exact pose, and report the pose that was set", async () => {
    const pose = { location: [1, 1, 2.9], rotation_euler: [0, 0, 0] };
    const { camera, dir, sees } = await look("set_camera", pose);
    expect(camera).toMatchObject({ location: pose.location, rotation: pose.rotation_euler });
    expect((await colours(dir)).red).toBeCloseTo(shareOf(sees, "RedJug"), 1);
  });

  it("hide things for the observer alone, until they are shown again", async () => {
    const down = await look("set_camera", { location: [1, 1, 2.9], rotation_euler: [0, 0, 0] });
    const hidden = await look("set_visibility", { show_objects: [], hide_objects: ["RedJug"] }, down.viewpoint);
    expect((await colours(hidden.dir)).red).toBe(0);
    expect(hidden.hidden).toEqual(["RedJug"]);
    const shown = await look("set_visibility", { show_objects: ["RedJug"], hide_objects: [] }, hidden.viewpoint);
    expect((await colours(shown.dir)).red).toBeGreaterThan(0.01);
    expect((await look("set_camera", { location: [1, 1, 2.9], rotation_euler: [0, 0, 0] })).sees).toEqual(down.sees);
  });

  it("see the frame that is asked for through the scene's camera, evaluated there, and stay at it once moved", async () => {
    const [first, last] = [
      await look("set_keyframe", { frame_number: 1 }),
      await look("set_keyframe", { frame_number: 20 }),
    ];
    expect(first.camera.rotation[2]).toBeCloseTo(0, 3);
    expect(Math.abs(last.camera.rotation[2]!)).toBeCloseTo(Math.PI, 3);
    expect((await colours(first.dir)).red).toBeGreaterThan(0);
    expect((await colours(last.dir)).red).toBe(0);
    expect(last.viewpoint).not.toHaveProperty("location");
    const moved = await look("investigate", { operation: "move", direction: "up" }, last.viewpoint);
    expect(moved.camera.frame).toBe(20);
  });

  it("see simulated bodies where they are at a frame, and say where frames do not differ", async () => {
    const views = [{ ...picture, aspect: { width: 4, height: 3 } }];
    const still = room.replace(/camera\.keyframe_insert.*\n/g, "");
    const drop = `${still}
jug = bpy.data.objects['RedJug']
jug.location.z = 2.2
bpy.ops.rigidbody.world_add()
for name, kind in (('Floor', 'PASSIVE'), ('RedJug', 'ACTIVE')):
    bpy.context.view_layer.objects.active = bpy.data.objects[name]
    bpy.ops.rigidbody.object_add(type=kind)
camera.rotation_euler.z = 0
`;
    const places: number[] = [];
    for (const [scene, program] of Object.entries({ drop, still })) {
      const state = await lab.run(program, { keep: scene, views, quality: { px: 64, samples: 1 } });
      expect(state.error).toBeUndefined();
      for (const frame_number of [1, 20]) {
        const { dir, result } = await lab.probe(scene, "set_keyframe", { frame_number });
        expect(result).toMatchObject({ camera: { frame: frame_number }, frames: { differ: scene === "drop" } });
        const { data } = await sharp(join(dir, "viewpoint.png"))
          .removeAlpha()
          .raw()
          .toBuffer({ resolveWithObject: true });
        const rows = Array.from({ length: 48 }, (_, y) => y).filter((y) =>
          Array.from({ length: 64 }, (_, x) => 3 * (64 * y + x)).some((at) => data[at]! > 150 && data[at + 2]! < 80),
        );
        places.push(rows.at(-1) ?? -1);
      }
    }
    const [up, down, ...same] = places as [number, number, number, number];
    expect(down).toBeGreaterThan(up + 8);
    expect(same[0]).toBe(same[1]);
  });

  it("understand what is asked in words", async () => {
    const start = await look("investigate", { operation: "focus", object_name: "BlueBox" });
    const far = ({ camera }: Answer) => Math.hypot(...camera.location.map((at, axis) => at - [-1, 0, 0.4][axis]!));
    const words = async (instruction: string) => look("investigate", { instruction }, start.viewpoint);
    expect(far(await words("zoom out twice"))).toBeCloseTo(far(start) * 1.5 ** 2, 2);
    expect(far(await words("Please zoom in 2x"))).toBeCloseTo(far(start) / 2, 2);
    const above = await words("look from above");
    expect(Math.abs(above.camera.location[0]! + 1)).toBeLessThan(0.2);
    expect(shareOf((await words("focus on the jug")).sees, "RedJug")).toBeGreaterThan(0.05);
    expect(far(await words("move up then rotate left 20 and zoom in"))).toBeCloseTo(far(start) / 1.5, 2);
  });

  it("refuse what they cannot do with what can be done", async () => {
    const refusals: [string, Record<string, unknown>, RegExp][] = [
      ["investigate", { operation: "focus", object_name: "jug" }, /no object 'jug' \(did you mean 'RedJug'/],
      ["investigate", { instruction: "dance" }, /not understood \(e\.g\. "rotate left 30"/],
      ["investigate", { operation: "zoom", direction: "up" }, /zoom needs a direction: in, out/],
      ["investigate", {}, /operation must be zoom, move or focus/],
      ["set_camera", { location: [0, 0], rotation_euler: [0, 0, 0] }, /three finite numbers/],
      ["set_visibility", { show_objects: ["RedJug"], hide_objects: ["RedJug"] }, /both to be shown and to be hidden/],
      ["set_keyframe", { frame_number: "now" }, /whole number/],
      ["initialize_viewpoint", { object_names: ["Cam"] }, /'Cam' is hidden or has no extent/],
      ["investigate", { instruction: "zoom in", viewpoint: { location: "far" } }, /location must be 3 finite numbers/],
    ];
    for (const [action, args, message] of refusals) await expect(look(action, args)).rejects.toThrow(message);
  });
});
