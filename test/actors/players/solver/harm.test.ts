import { describe, expect, test } from "vitest";
import type { Fitter } from "../../../../actors/players/solver/fitter.ts";
import { putBack } from "../../../../actors/players/solver/guard.ts";
import { drawnBy, onBlender } from "./on-blender.ts";

const box = (name: string, size: number, x: number, y: number) => `
bpy.ops.mesh.primitive_cube_add(size=${size}, location=(${x}, ${y}, ${size / 2}))
bpy.context.object.name = "${name}"
bpy.context.object.data.materials.append(paint((0.8, 0.3, 0.1)))
`;
/** A box, and a block whose place is a line of its own. */
const scene = (size: number, at: readonly [number, number], energy = 3.0) =>
  drawnBy(`${box("Box", size, at[0], at[1])}
bpy.ops.mesh.primitive_cube_add(size=0.9)
block = bpy.context.object
block.name = "Block"
block.location = (-1.15, 0.85, 0.45)
block.data.materials.append(paint((0.1, 0.4, 0.7)))
`).replace("lamp.energy = 3.0", `lamp.energy = ${energy}`);

/** The same with a leg and a foot beside it, whose meshes their numbers make. */
const stool = (leg: number) =>
  scene(0.8, [1.1, 0.4]).replace(
    "lamp = ",
    `
bpy.ops.mesh.primitive_cylinder_add(radius=0.12, depth=${leg}, location=(-0.3, -0.5, 0.5))
bpy.context.object.name = "Leg"
bpy.context.object.data.materials.append(paint((0.2, 0.7, 0.3)))
bpy.ops.mesh.primitive_cone_add(radius1=0.2, depth=1, location=(0.5, -0.7, 0.5))
bpy.context.object.name = "Foot"
bpy.context.object.data.materials.append(paint((0.7, 0.7, 0.2)))
lamp = `,
  );

/** Moves the numbers whose labels match. */
function move(fitter: Fitter, to: Readonly<Record<string, number>>): void {
  const { problem } = fitter;
  fitter.moveTo(problem.knobs.map((knob) => to[knob.label] ?? knob.value));
}
const numberAt = ({ problem, point }: Fitter, label: string): number => {
  const k = problem.knobs.findIndex((knob) => knob.label === label);
  return problem.value(k, point[k]!);
};

describe("what bought pixels on real scenes", () => {
  const blender = onBlender();

  test("a thing in a wrong place that is shrunk away by its mesh's number is brought back", async () => {
    const fitter = await blender.fitter(scene(0.8, [1.1, 0.4]), scene(0.8, [-0.2, -0.6]));
    const before = [...fitter.point];
    move(fitter, { "primitive_cube_add.size": 0.1 });
    expect(fitter.point).not.toEqual(before);
    const { hidden } = await putBack(fitter, before);
    expect(hidden).toContain("Box");
    expect(fitter.point).toEqual(before);
  });

  test("what stood a little in the floor may stand a little deeper; of what stood on it the one number goes back", async () => {
    const fitter = await blender.fitter(stool(1.012), stool(1.03));
    const before = [...fitter.point];
    move(fitter, { "primitive_cylinder_add.depth": 1.03, "primitive_cone_add.depth": 1.03 });
    expect((await putBack(fitter, before)).crossed).toContain("Foot");
    expect(numberAt(fitter, "primitive_cylinder_add.depth")).toBeCloseTo(1.03, 4);
    expect(numberAt(fitter, "primitive_cone_add.depth")).toBeCloseTo(1, 4);
  });

  test("of what made shapes less alike no more is put back than it takes", async () => {
    const fitter = await blender.fitter(scene(0.8, [0.75, 0.4], 2.9), scene(0.8, [0.9, 0.4], 3));
    const before = [...fitter.point];
    move(fitter, { "lamp.energy": 3, "primitive_cube_add.location[0]": 0.9, "block.location[0]": -0.45 });
    expect(await putBack(fitter, before)).toMatchObject({ unlike: true, hidden: [], crossed: [] });
    expect(numberAt(fitter, "lamp.energy")).toBeCloseTo(3, 4);
    expect(numberAt(fitter, "primitive_cube_add.location[0]")).toBeCloseTo(0.9, 4);
    expect(numberAt(fitter, "block.location[0]")).toBeCloseTo(-1.15, 4);
  });
});
