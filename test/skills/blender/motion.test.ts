import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadRecording } from "../../../actors/players/replay/replay.ts";
import { type Lab, openLab } from "../../bridge/engines/lab.ts";

/** A ball that is dropped beside a table's middle, a cup that is keyed off the table, and a box keyed to where it is. */
const program = `
import bpy, math
scene = bpy.context.scene
scene.frame_start, scene.frame_end = 1, 40
def cube(name, location, scale):
    bpy.ops.mesh.primitive_cube_add(size=1, location=location)
    thing = bpy.context.object
    thing.name, thing.scale = name, scale
    return thing
table = cube('Table', (0, 0, 0), (6, 4, 0.2))
bpy.ops.rigidbody.world_add()
bpy.ops.rigidbody.object_add(type='PASSIVE')
bpy.ops.mesh.primitive_uv_sphere_add(radius=0.5, location=(1, 0, 3))
ball = bpy.context.object
ball.name = 'Ball'
bpy.ops.rigidbody.object_add(type='ACTIVE')
ball.rigid_body.collision_shape = 'SPHERE'
cup = cube('Cup', (-2, 0, 0.35), (0.5, 0.5, 0.5))
cup.keyframe_insert('location', frame=10)
cup.location.x = -30
cup.keyframe_insert('location', frame=30)
stuck = cube('Stuck', (0, 1.5, 0.35), (0.5, 0.5, 0.5))
stuck.keyframe_insert('location', frame=1)
stuck.keyframe_insert('location', frame=40)
bpy.ops.object.light_add(type='SUN', location=(0, 0, 5))
camera = bpy.data.objects.new('Cam', bpy.data.cameras.new('Cam'))
camera.location, camera.rotation_euler = (0, -14, 3), (math.radians(82), 0, 0)
bpy.context.collection.objects.link(camera)
scene.camera = camera
`;
const views = (["start", "middle", "end"] as const).map((frame) => ({ name: frame, camera: null, frame }));

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
}, 60_000);
afterAll(() => lab.close());

it("a moving scene is told in numbers, and any frame of it can be drawn alone", async () => {
  const state = await lab.run(program, { views });
  expect(state.error).toBeUndefined();
  expect(state.log).not.toContain("bake");
  expect(state.renders.map(({ frame }) => frame)).toEqual([1, 20, 40]);
  const { motion, frames } = JSON.parse(await readFile(join(state.dir, "scene.json"), "utf8"));
  expect(frames.current).toBe(1);
  const [cup, ball] = ["Cup", "Ball"].map((name) => motion.things.find((one: { name: string }) => one.name === name));
  expect(motion.things).toHaveLength(2);
  expect(ball.places[0].at[2]).toBeCloseTo(3, 1);
  expect(ball.places[2].at[2]).toBeCloseTo(0.6, 1);
  const contact = motion.contacts.find((one: { thing: string; with: string }) =>
    [one.thing, one.with].includes("Ball"),
  );
  // 2.4 units of free fall take 0.7 seconds, 16.8 frames.
  expect(contact.frame).toBeGreaterThan(15);
  expect(contact.frame).toBeLessThan(20);
  expect(ball.fastest).toBeGreaterThan(5.5);
  expect(ball.fastest).toBeLessThan(7.5);
  expect(cup).toMatchObject({ leaves: { thing: "Table" }, out_of_view: expect.any(Number) });
  expect(cup.out_of_view).toBeGreaterThan(cup.leaves.frame);
  expect(state.motion?.join("\n")).toMatch(/Ball: .*meets Table at 1\d/);
  expect(state.checks?.map(({ text }) => text).join("\n")).toContain(
    "Stuck is keyed and does not move in frames 1 to 40",
  );
  const last = await lab.run(program, { views: views.slice(2) });
  expect(await readFile(join(last.dir, "end.png"))).toEqual(await readFile(join(state.dir, "end.png")));
});

it("a scene that stands still is told as such, and one frame has no motion to tell", async () => {
  const still = `${program}\nfor thing in (ball, cup, stuck):\n    bpy.data.objects.remove(thing)\n`;
  const state = await lab.run(still, { views });
  expect(state.checks?.map(({ check }) => check)).toContain("nothing_moves");
  expect((await lab.run(still, { views: [{ name: "a", camera: null }] })).motion).toEqual([]);
});

/** The program of a moving scene among the examples. */
async function example(name: string): Promise<string> {
  const move = (await loadRecording(join(import.meta.dirname, `../../../examples/dynamic/${name}.yaml`))).moves.get(1);
  return move?.type === "programs" ? move.candidates[0]!.code : "";
}

it("many pieces of one thing are told in one line, with what they meet", async () => {
  const state = await lab.run(await example("break"), { views: views.slice(0, 1) });
  expect(state.error).toBeUndefined();
  expect(state.checks).toEqual([]);
  const [, ball = "", shards = "", ...others] = state.motion ?? [];
  expect(others).toEqual([]);
  expect(ball).toMatch(/^Ball: .*; meets Shard [\d.]+ at 1[4-7], Floor at \d+/);
  expect(shards).toMatch(
    /^Shard \(30 things\): the middle of all .*the first to move is Shard [\d.]+ from frame 1[5-8] on/,
  );
  expect(shards).toMatch(/first meet Ball at 1[4-7], Floor at \d\d/);
}, 60_000);

it("what a skeleton moves is told by its points, and a figure that does not follow its skeleton is among the checks", async () => {
  const walk = await example("walk");
  const state = await lab.run(walk, { views: views.slice(0, 1) });
  expect(state.error).toBeUndefined();
  expect(state.checks).toEqual([]);
  const { motion } = JSON.parse(await readFile(join(state.dir, "scene.json"), "utf8"));
  const [figure, ...rest] = motion.things;
  expect(rest).toEqual([]);
  // Five strides of 0.62 in 60 frames: 1.24 units a second, the object itself stands still.
  expect(figure).toMatchObject({ name: "Figure", turned_degrees: 0, bent: expect.any(Number) });
  expect(figure.places[2].at[0] - figure.places[0].at[0]).toBeCloseTo(3.1, 1);
  expect(figure.fastest).toBeGreaterThan(1.2);
  expect(figure.fastest).toBeLessThan(1.7);
  const loose = await lab.run(walk.replace("vertex_groups.new(name=name)", "vertex_groups.new(name=name + '!')"), {
    views: views.slice(0, 1),
  });
  expect(loose.checks?.map(({ text }) => text).join()).toContain("Figure does not follow its skeleton Rig");
}, 60_000);
