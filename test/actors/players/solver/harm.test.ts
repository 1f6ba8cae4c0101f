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
