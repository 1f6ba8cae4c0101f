import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunState } from "../../../bridge/engines/contract.ts";
import { defaultLimits } from "../../../bridge/engines/contract.ts";
import { cube, type Lab, openLab } from "../../bridge/engines/lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
}, 60_000);
afterAll(() => lab.close());

let jobs = 0;
async function run(lines: readonly string[]): Promise<RunState> {
  jobs += 1;
  return lab.engine.run({
    job: `pasted-${jobs}`,
    program: [...cube.trim().split("\n"), ...lines].join("\n"),
    views: [{ camera: null, name: "render" }],
    quality: { px: 32, samples: 1 },
    limits: defaultLimits,
    dir: await lab.folder(),
  });
}
const before = cube.trim().split("\n").length;
/** What the message says to write, and that its line is the one that is wrong. */
function advised(state: RunState, line: number, pattern: RegExp): string {
  expect(state.error).toMatchObject({ line: before + line });
  const found = pattern.exec(state.error?.hint ?? "");
  expect(found, state.error?.hint).not.toBeNull();
  return found![1]!;
}
const renders = (state: RunState) => expect(state).toMatchObject({ ok: true, renders: [{ name: "render" }] });

describe("what a message says to write works when it is pasted", () => {
  it("for a rigid body world that is made as data", async () => {
    const call = advised(await run(["bpy.data.rigidbody_worlds.new('World')"]), 1, /use (bpy\.[\w.]+\(\))/);
    renders(await run([call, "assert bpy.context.scene.rigidbody_world"]));
  });

  it("for the socket Transmission, whichever name this Blender has not", async () => {
    const glass = (name: string) => [
      "made = bpy.data.materials.new('Glass')",
      "made.use_nodes = True",
      `made.node_tree.nodes['Principled BSDF'].inputs['${name}'].default_value = 1`,
    ];
    const states = await Promise.all(["Transmission", "Transmission Weight"].map((name) => run(glass(name))));
    const failed = states.filter(({ ok }) => !ok);
    expect(failed).toHaveLength(1);
    renders(await run(glass(advised(failed[0]!, 3, /'(Transmission[^']*)'/))));
  });

  it("for a name that is used before it is assigned", async () => {
    const [use, assign] = ["ball.location = (0, 0, 1)", "ball = bpy.data.objects['Cube']"];
    const line = advised(await run([use, assign]), 1, /line (\d+) assigns ball, .*move that line above this one/);
    expect(Number(line)).toBe(before + 2);
    renders(await run([assign, use]));
  });

  it("for a mesh without faces", async () => {
    const bare = [
      "mesh = bpy.data.meshes.new('Sail')",
      "bpy.context.collection.objects.link(bpy.data.objects.new('Sail', mesh))",
      "vertices, faces = [(0, 0, 2), (1, 0, 2), (0, 0, 3)], [(0, 1, 2)]",
    ];
    const told = (state: RunState) => state.checks?.find(({ check }) => check === "empty_mesh")?.text;
    const hint = /Sail \(line (\d+) of the program; `(.*?)` gives it some\)/;
    const [, line, call] = hint.exec(told(await run(bare)) ?? "") ?? [];
    expect(Number(line)).toBe(before + 1);
    const mended = await run([...bare, call!]);
    renders(mended);
    expect(told(mended)).toBeUndefined();
    // In a function, named by its caller, filled by the call that lacks the faces.
    const flat = [
      "def sheet(name, points):",
      "    me = bpy.data.meshes.new(name)",
      "    me.from_pydata(points, [], [])",
      "    bpy.context.collection.objects.link(bpy.data.objects.new(name, me))",
      "sheet('Sail', [(0, 0, 2), (1, 0, 2), (1, 0, 3), (0, 0, 3)])",
    ];
    const [, place, instead] = hint.exec(told(await run(flat)) ?? "") ?? [];
    expect(Number(place)).toBe(before + 3);
    const filled = await run(flat.with(2, `    ${instead}`));
    renders(filled);
    expect(told(filled)).toBeUndefined();
  });
});
