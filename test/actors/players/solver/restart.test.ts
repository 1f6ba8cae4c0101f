import { describe, expect, test } from "vitest";
import { at } from "../../../../actors/players/solver/problem.ts";
import { restart } from "../../../../actors/players/solver/restart.ts";
import { drawnBy, onBlender } from "./on-blender.ts";

const scene = (ball: string, block: string, cone = "(-1.0, -0.4, 0.45)") =>
  drawnBy(`
bpy.ops.mesh.primitive_uv_sphere_add(radius=0.36, location=${ball})
bpy.context.object.data.materials.append(paint((0.75, 0.7, 0.6)))
bpy.ops.mesh.primitive_cube_add(size=0.6, location=${block})
bpy.context.object.data.materials.append(paint((0.8, 0.5, 0.1)))
bpy.ops.mesh.primitive_cone_add(radius1=0.35, depth=0.9, location=${cone})
bpy.context.object.data.materials.append(paint((0.1, 0.3, 0.7)))
`);

describe("restarts", () => {
  const blender = onBlender();

  test("a thing that was put where another belongs makes room for it, and finds its own place", async () => {
    const goal = scene("(-0.5, 1.1, 0.36)", "(0.8, 0.1, 0.3)");
    const fitter = await blender.fitter(scene("(0.31, 1.61, 0.36)", "(1.9, 0.9, 0.3)", "(-0.12, -1.02, 0.45)"), goal);
    const { problem } = fitter;
    const loss = async () => problem.loss(await fitter.base(at(128, 16, 4, 0)));
    const start = await loss();
    // The cone has been found, and the ball stands in for the block.
    const found = new Map([
      [0.31, 0.8],
      [1.61, 0.1],
      [-0.12, -1.0],
      [-1.02, -0.4],
    ]);
    fitter.moveTo(problem.knobs.map((k) => found.get(k.value) ?? k.value));
    expect(await loss()).toBeGreaterThan(0.2 * start);
    await restart(fitter);
    expect(await loss()).toBeLessThan(0.06 * start);
  }, 180_000);

  test("what explains the target is left as it is", async () => {
    const goal = scene("(-0.5, 1.1, 0.36)", "(0.8, 0.1, 0.3)");
    const fitter = await blender.fitter(scene("(0.31, 1.61, 0.36)", "(0.8, 0.1, 0.3)"), goal);
    const { problem } = fitter;
    const place = new Map([
      [0.31, -0.5],
      [1.61, 1.1],
    ]);
    fitter.moveTo(problem.knobs.map((k) => place.get(k.value) ?? k.value));
    const before = [...fitter.point];
    await restart(fitter);
    expect(fitter.point).toEqual(before);
  }, 180_000);
});
