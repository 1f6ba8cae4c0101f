import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { View } from "../../../machines/domain/index.ts";
import { type Lab, limits, openLab } from "../../bridge/engines/lab.ts";

interface Thing {
  name: string;
  rect: [number, number, number, number];
  share: number;
}
interface Map {
  name: string;
  left_out?: string;
  things?: Thing[];
  labels?: { size: [number, number]; data: string };
}
interface Scene {
  renderer: string;
  samples: number;
  objects: { name: string; visible: boolean; box: { min: number[]; max: number[] } | null }[];
  left_out: Record<string, number>;
  views: Map[];
}

/** Seen from the front: a wall, two cubes, and what the test adds; 1 unit is 10 px of 80. */
const scene = `
import bpy, math
def paint(item, kind):
    material = bpy.data.materials.new(kind)
    material.use_nodes = True
    tree = material.node_tree
    shader = tree.nodes.new(kind)
    tree.links.new(shader.outputs[0], tree.nodes['Material Output'].inputs[0])
    item.data.materials.append(material)
def cube(name, x, z, y=0, size=1):
    bpy.ops.mesh.primitive_cube_add(size=size, location=(x, y, z))
    bpy.context.object.name = name
    return bpy.context.object
bpy.ops.mesh.primitive_plane_add(size=60, location=(0, 20, 0), rotation=(math.pi / 2, 0, 0))
bpy.context.object.name = 'Wall'
cube('Left', -2, 0)
cube('Right', 2, 0)
bpy.ops.object.light_add(type='SUN', location=(0, -5, 5), rotation=(0.6, 0, 0))
camera = bpy.data.objects.new('Cam', bpy.data.cameras.new('Cam'))
camera.location, camera.rotation_euler = (0, -10, 0), (math.pi / 2, 0, 0)
camera.data.type, camera.data.ortho_scale = 'ORTHO', 8
bpy.context.collection.objects.link(camera)
bpy.context.scene.camera = camera
`;
const quality = { px: 80, samples: 2 };
const view: View = { name: "a", camera: "Cam", aspect: { width: 80, height: 60 } };

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

async function made(more: string, job: Parameters<Lab["run"]>[1] = {}) {
  const state = await lab.run(scene + more, { views: [view], quality, ...job });
  expect(state.error).toBeUndefined();
  const info = JSON.parse(await readFile(join(state.dir, "scene.json"), "utf8")) as Scene;
  return { state, info, map: info.views[0]! };
}

/** Name of what is seen at a place given in fractions of the picture. */
function at({ labels, things }: Map, x: number, y: number): string | null {
  const [width, height] = labels!.size;
  const pixels = new Uint16Array(new Uint8Array(inflateSync(Buffer.from(labels!.data, "base64"))).buffer);
  const label = pixels[Math.floor(y * height) * width + Math.floor(x * width)]!;
  return label === 0 ? null : things![label - 1]!.name;
}

describe("the map of a picture's objects", () => {
  it("names what each place shows, and says where a thing is and how much it takes up", async () => {
    const { map, info } = await made("");
    expect([at(map, 0.25, 0.5), at(map, 0.75, 0.5), at(map, 0.5, 0.5)]).toEqual(["Left", "Right", "Wall"]);
    expect(map.labels!.size).toEqual([80, 60]);
    const left = map.things!.find(({ name }) => name === "Left")!;
    for (const [index, side] of [1.5 / 8, 2.5 / 6, 2.5 / 8, 3.5 / 6].entries()) {
      expect(Math.abs(left.rect[index]! - side)).toBeLessThanOrEqual(1 / 60);
    }
    expect(left.share).toBeCloseTo(1 / 48, 2);
    expect(map.things!.map(({ name }) => name)[0]).toBe("Wall");
    expect(info).toMatchObject({ renderer: "CYCLES", samples: 2 });
    expect(info.objects.find(({ name }) => name === "Left")).toMatchObject({
      box: { min: [-2.5, -0.5, -0.5], max: [-1.5, 0.5, 0.5] },
    });
  });

  it("knows instances, leaves out what is hidden, and looks through what is transparent", async () => {
    const { map, info } = await made(`
group = bpy.data.collections.new('Group')
leaf = cube('Leaf', 0, 0)
bpy.context.collection.objects.unlink(leaf)
group.objects.link(leaf)
bush = bpy.data.objects.new('Bush', None)
bush.instance_type, bush.instance_collection, bush.location = 'COLLECTION', group, (0, 0, 2)
bpy.context.collection.objects.link(bush)
veil = cube('Veil', -2, 0, y=-3, size=2)
paint(veil, 'ShaderNodeBsdfTransparent')
glass = cube('Glass', 2, 0, y=-3, size=2)
paint(glass, 'ShaderNodeBsdfGlass')
cube('Hidden', 0, 0).hide_render = True
away = bpy.data.collections.new('Away')
bpy.context.scene.collection.children.link(away)
other = cube('Other', 0, -2)
bpy.context.collection.objects.unlink(other)
away.objects.link(other)
away.hide_render = True
`);
    expect([at(map, 0.5, 0.17), at(map, 0.25, 0.5), at(map, 0.75, 0.5)]).toEqual(["Leaf", "Left", "Glass"]);
    expect([at(map, 0.5, 0.5), at(map, 0.5, 0.83)]).toEqual(["Wall", "Wall"]);
    const visible = Object.fromEntries(info.objects.map((object) => [object.name, object.visible]));
    expect(visible).toMatchObject({ Left: true, Hidden: false, Other: false });
  });

  it("shows the inside of what the camera is in, and nothing where there is nothing", async () => {
    const { map } = await made(`
bpy.data.objects['Wall'].hide_render = True
camera.data.type = 'PERSP'
cube('Room', 0, 0, y=-10, size=4)
`);
    expect(map.things!.map(({ name }) => name)).toEqual(["Room"]);
    const empty = await made("for item in list(bpy.data.meshes): bpy.data.meshes.remove(item)");
    expect(empty.map.things).toEqual([]);
    expect(at(empty.map, 0.5, 0.5)).toBeNull();
  });

  it("changes no byte of the picture and nothing of the scene that is kept", async () => {
    const { state } = await made("paint(cube('Glass', 0, 0, y=-3), 'ShaderNodeBsdfGlass')", { keep: "scene" });
    const without = await lab.probe("scene", "render", { px: 80, samples: 2, name: "without.png" });
    const [a, b] = await Promise.all([readFile(join(state.dir, "a.png")), readFile(join(without.dir, "without.png"))]);
    expect(a.equals(b)).toBe(true);
    const info = (await lab.probe("scene", "scene_info")).result as Scene;
    expect(info.views[0]!.things!.map(({ name }) => name)).toContain("Glass");
    expect(info.views[0]!.labels).toBeUndefined();
  });

  it("is made beside a picture that Cycles does not draw", async () => {
    const renderer = "WORKBENCH" as const;
    const { map, info } = await made("", { quality: { ...quality, renderer } as typeof quality });
    expect(info.renderer).toBe(renderer);
    expect([at(map, 0.25, 0.5), at(map, 0.5, 0.5)]).toEqual(["Left", "Wall"]);
  });

  it("survives things without size or place, long names, and compositing that reads mattes", async () => {
    const name = `${"木".repeat(20)}abc`;
    const { map, info } = await made(`
bpy.data.objects['Left'].name = '${name}'
cube('Flat', 0, 0).scale = (0, 0, 0)
nan = cube('Nowhere', 0, 0)
nan.location = (float('nan'), float('inf'), 1e38)
tree = bpy.context.scene
tree.use_nodes = True
tree.node_tree.nodes.new('CompositorNodeCryptomatteV2')
`);
    expect(at(map, 0.25, 0.5)).toBe(name);
    expect(map.things!.map((thing) => thing.name).sort()).toEqual(["Right", "Wall", name].sort());
    expect(info.objects.find((object) => object.name === "Nowhere")!.box).toBeNull();
  });

  it("keeps what is seen of a scene of 20 000 things, and counts the rest", async () => {
    const { info, map } = await made(
      `
left, items = bpy.data.objects['Left'].data, bpy.context.collection.objects
for i in range(20000):
    item = bpy.data.objects.new('thing %05d' % i, left)
    item.location = (-2, 0, 0.01)
    item.hide_render = i % 400 > 0
    items.link(item)
bpy.data.objects['thing 19600'].location = (0, 0, 0)
`,
      { limits: { ...limits, seconds: 200 } },
    );
    expect(JSON.stringify(info).length).toBeLessThan(300_000);
    expect(info.left_out.objects).toBeGreaterThan(18_000);
    expect(at(map, 0.5, 0.5)).toBe("thing 19600");
    expect(info.objects.map(({ name }) => name)).toEqual(expect.arrayContaining(["thing 19600", "Right", "Wall"]));
  }, 240_000);

  it("is made where Blender is not forked too", async () => {
    const other = await openLab({ isolation: "cold" });
    try {
      const state = await other.run(scene, { views: [view], quality, keep: "cold" });
      const info = JSON.parse(await readFile(join(state.dir, "scene.json"), "utf8")) as Scene;
      expect(at(info.views[0]!, 0.75, 0.5)).toBe("Right");
      const probed = (await other.probe("cold", "scene_info")).result as Scene;
      expect(probed.views[0]!.things).toEqual(info.views[0]!.things);
    } finally {
      await other.close();
    }
  });

  it("is told of a kept scene as its run told it, and drawn for a view that its run did not take", async () => {
    const { info } = await made("", { keep: "told" });
    const told = await lab.probe("told", "scene_info");
    expect((told.result as Scene).views.map(({ things }) => things)).toEqual(info.views.map(({ things }) => things));
    await lab.run(scene, { keep: "untold" });
    const looked = await lab.probe("untold", "scene_info");
    expect((looked.result as Scene).views).toHaveLength(1);
  });

  it("is not drawn for its own sake where the scene holds too much", async () => {
    const renderer = "WORKBENCH" as const;
    const { map } = await made(
      `
items = bpy.context.collection.objects
for i in range(5000):
    item = bpy.data.objects.new('thing %d' % i, bpy.data.meshes[0])
    item.hide_render = True
    items.link(item)
`,
      { quality: { ...quality, renderer } as typeof quality },
    );
    expect(map.left_out).toContain("more than 5000 objects");
  });
});
