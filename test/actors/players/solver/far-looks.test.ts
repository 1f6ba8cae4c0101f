import { describe, expect, test } from "vitest";
import { farLooks } from "../../../../actors/players/solver/far-looks.ts";
import { drawnBy, onBlender } from "./on-blender.ts";

/** A large ball of gold beside a block that it mirrors. */
const ball = (roughness: number, metallic: number) =>
  drawnBy(`
gold = paint((0.9, 0.6, 0.2))
shader = next(n for n in gold.node_tree.nodes if n.type == "BSDF_PRINCIPLED")
shader.inputs["Roughness"].default_value = ${roughness}
shader.inputs["Metallic"].default_value = ${metallic}
bpy.ops.mesh.primitive_uv_sphere_add(radius=0.8, location=(0.1, -0.2, 0.8))
bpy.ops.object.shade_smooth()
bpy.context.object.data.materials.append(gold)
bpy.ops.mesh.primitive_cube_add(size=0.9, location=(-1.3, -0.6, 0.45))
bpy.context.object.data.materials.append(paint((0.1, 0.4, 0.7)))
`);

describe("gloss and metal far from where they are", () => {
  const blender = onBlender();

  test("are found together where a dull gold stands for a shining one", async () => {
    const fitter = await blender.fitter(ball(0.95, 0.5), ball(0.2, 1));
    await farLooks(fitter);
    const numberOf = (label: string) => {
      const k = fitter.problem.knobs.findIndex((knob) => knob.label.includes(label));
      return fitter.problem.value(k, fitter.point[k]!);
    };
    expect(numberOf("Roughness")).toBeLessThan(0.35);
    expect(numberOf("Metallic")).toBeGreaterThan(0.8);
  });

  test("stay where they fit", async () => {
    const fitter = await blender.fitter(ball(0.3, 1), ball(0.3, 1));
    const before = [...fitter.point];
    await farLooks(fitter);
    expect(fitter.point).toEqual(before);
  });
});
