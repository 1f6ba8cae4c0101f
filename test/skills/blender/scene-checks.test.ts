import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Lab, openLab, picture } from "../../bridge/engines/lab.ts";

/** A ground, a crate on it, a sun and a camera that sees them: nothing is wrong with it. */
const sound = `
import bpy, math
def cube(name, location, size=1):
    bpy.ops.mesh.primitive_cube_add(size=size, location=location)
    bpy.context.object.name = name
    return bpy.context.object
bpy.ops.mesh.primitive_plane_add(size=20)
bpy.context.object.name = 'Ground'
crate = cube('Crate', (0, 0, 0.5))
bpy.ops.object.light_add(type='SUN', location=(0, 0, 5), rotation=(0.5, 0.3, 0))
sun = bpy.context.object
camera = bpy.data.objects.new('Cam', bpy.data.cameras.new('Cam'))
camera.location, camera.rotation_euler = (0, -8, 3), (math.radians(75), 0, 0)
bpy.context.collection.objects.link(camera)
scene = bpy.context.scene
scene.camera = camera
world = bpy.data.worlds.new('Night')
world.use_nodes = True
world.node_tree.nodes['Background'].inputs[1].default_value = 0
scene.world = world
`;

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
}, 60_000);
afterAll(() => lab.close());

async function checksOf(more: string): Promise<{ check: string; text: string; things: string[]; amount?: number }[]> {
  const state = await lab.run(`${sound}${more}`, { views: [picture] });
  expect(state.error).toBeUndefined();
  const { checks } = JSON.parse(await readFile(join(state.dir, "scene.json"), "utf8"));
  expect(state.checks).toEqual(checks.map(({ check, text }: { check: string; text: string }) => ({ check, text })));
  return checks;
}

describe("checks of a scene that need no target", () => {
  it("find nothing in a sound scene, one with joints, legs in the ground and a lamp on the ceiling among them", async () => {
    expect(await checksOf("")).toEqual([]);
    const more = `
inside_out = cube('InsideOut', (-5, 0, 0.5)); inside_out.data.flip_normals()
cube('Beside', (-5, 1.5, 0.5)); cube('Tower', (-5, -2.02, 1.5), 3)
cup = cube('Cup', (5, 0, 0.5)); bpy.context.view_layer.objects.active = cup
bpy.ops.object.mode_set(mode='EDIT'); bpy.ops.mesh.select_all(action='DESELECT'); bpy.ops.object.mode_set(mode='OBJECT')
cup.data.polygons[5].select = True
bpy.ops.object.mode_set(mode='EDIT'); bpy.ops.mesh.delete(type='FACE'); bpy.ops.object.mode_set(mode='OBJECT')
cube('Board', (5, 0, -0.05), 1).scale = (3, 3, 0.1)
cube('Leg', (2, 0, 0.45)); cube('Handle', (0.62, 0, 0.5), 0.3)
bpy.ops.mesh.primitive_uv_sphere_add(radius=0.5, location=(-2, 0, 0.5))
roof = cube('Roof', (0, 4, 5), 1); roof.scale = (6, 1, 0.1)
cube('Pillar', (5, 4, 2.475)).scale = (1, 1, 4.95)
cube('Lamp', (0, 4, 4.7), 0.5)
bpy.ops.mesh.primitive_cylinder_add(radius=0.5, depth=1, end_fill_type='NOTHING', location=(2, -3, 0.5))
lid = cube('Lid', (2, -3, 1.03)); lid.scale = (1.2, 1.2, 0.1)
cube('Knob', (2, -3, 1.17), 0.2)
`;
    expect(await checksOf(more)).toEqual([]);
  });

  it.each([
    ["no light", "bpy.data.objects.remove(sun)", ["no_light", "black"], /no lamp, no emission, a black world/],
    [
      "a view of nothing",
      "camera.rotation_euler = (math.radians(170), 0, 0)",
      ["nothing_in_view"],
      /shows no thing, only/,
    ],
    [
      "a blown out picture",
      "sun.data.energy = 50000; camera.rotation_euler = (0.5, 0, 0)",
      ["blown_out"],
      /blown out: \d+ % of it/,
    ],
    ["a camera inside a thing", "cube('Rock', (0, -8, 3), 1)", ["camera_inside"], /inside Rock/],
    [
      "a mesh without a face",
      "bpy.context.collection.objects.link(bpy.data.objects.new('Hollow', bpy.data.meshes.new('Hollow')))",
      ["empty_mesh"],
      /without any face.*Hollow/,
    ],
    [
      "a texture that is not there",
      "bpy.data.images.new('Wood', 4, 4).source = 'FILE'; bpy.data.images['Wood'].filepath = '/textures/wood.png'; bpy.data.images['Wood'].use_fake_user = True",
      ["missing_file"],
      /not there: wood\.png/,
    ],
    ["a thing that floats", "cube('Kite', (2, 0, 2.5))", ["floating"], /Kite floats 2 above Ground/],
    [
      "a thing that floats close beside others that touch",
      "cube('Upper', (3, 0, 1.5)); cube('Under', (3, 0, 0.5)); cube('Kite', (4.02, 0.8, 1.2), 0.9)",
      ["floating"],
      /Kite floats 0\.75 above Ground/,
    ],
    [
      "things that cut into each other",
      "cube('Box', (0.6, 0, 0.5))",
      ["interpenetrating"],
      /(Box and Crate|Crate and Box) cut into each other by 0\.4 \(40 %/,
    ],
    [
      "a thing through a sheet",
      "cube('Post', (2, 0, 0.1))",
      ["interpenetrating"],
      /Post and Ground cut into .* by 0\.4/,
    ],
  ])("find %s", async (_, program, expected, text) => {
    const checks = await checksOf(program);
    expect(checks.map(({ check }) => check)).toEqual(expect.arrayContaining(expected));
    expect(checks.map(({ text }) => text).join("\n")).toMatch(text);
  });

  it("leave out what moves by itself and what hangs on something", async () => {
    const more = `
ball = cube('Falling', (3, 0, 4)); ball.keyframe_insert('location', frame=1)
child = cube('Child', (-3, 0, 4)); child.parent = crate
`;
    expect(await checksOf(more)).toEqual([]);
  });
});
