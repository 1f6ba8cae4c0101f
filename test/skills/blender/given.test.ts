import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cube, type Lab, openLab } from "../../bridge/engines/lab.ts";

let lab: Lab;
let base: string;
beforeAll(async () => {
  lab = await openLab();
  const made = await lab.run(
    `${cube}bpy.data.objects['Cube'].name = 'Table'\nbpy.ops.mesh.primitive_cube_add(location=(0, 0, 3))\nbpy.context.object.name = 'Vase'\n`,
    { save: "base.blend" },
  );
  expect(made.error).toBeUndefined();
  base = join(made.dir, "base.blend");
}, 60_000);
afterAll(() => lab.close());

/** Checks of given things after a program on the base. */
async function told(program: string, job = {}) {
  const state = await lab.run(`import bpy\n${program}`, { base, ...job });
  expect(state.error).toBeUndefined();
  return (state.checks ?? []).filter(({ check }) => check.startsWith("given"));
}

describe("things that came with the base", () => {
  it("may be moved, recoloured and made anew, and others may come and go", async () => {
    const program = `bpy.data.objects['Vase'].location.x = 1
bpy.data.objects.remove(bpy.data.objects['Table'])
bpy.ops.mesh.primitive_cube_add(); bpy.context.object.name = 'Table'
bpy.ops.mesh.primitive_cube_add(); bpy.data.objects.remove(bpy.context.object)`;
    expect(await told(program)).toEqual([]);
  });

  it("are named where a program deletes or renames them", async () => {
    expect(
      await told("bpy.data.objects.remove(bpy.data.objects['Vase']); bpy.data.objects['Sun'].name = 'Light'"),
    ).toEqual([
      {
        check: "given_gone",
        text: "given with the base and to be kept, but deleted or renamed by the program: Sun, Vase",
      },
    ]);
    const all = await told("for thing in list(bpy.data.objects): bpy.data.objects.remove(thing)");
    expect(all[0]!.text).toMatch(/Cam, Sun, Table, Vase$/);
  });

  it.each([
    "bpy.data.objects['Vase'].hide_render = True",
    "bpy.data.objects['Vase'].scale = (0, 0, 0)",
    "bpy.data.objects['Vase'].visible_camera = False",
    "c = bpy.data.collections.new('Off'); bpy.context.scene.collection.children.link(c); v = bpy.data.objects['Vase']; [o.objects.unlink(v) for o in v.users_collection]; c.objects.link(v); bpy.context.view_layer.layer_collection.children['Off'].exclude = True",
  ])("are named where a program hides them: %s", async (program) => {
    expect(await told(program)).toMatchObject([{ check: "given_hidden", text: expect.stringContaining(": Vase") }]);
  });

  it("are those of the base only: without one nothing is given", async () => {
    const state = await lab.run(`${cube}for thing in list(bpy.data.objects): thing.hide_render = True\n`);
    expect(state.checks?.filter(({ check }) => check.startsWith("given"))).toEqual([]);
  });
});
