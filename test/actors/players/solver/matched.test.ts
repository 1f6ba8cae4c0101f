import { describe, expect, test } from "vitest";
import { locate } from "../../../../actors/players/solver/locate.ts";
import { matches } from "../../../../actors/players/solver/peaks.ts";
import { at } from "../../../../actors/players/solver/problem.ts";
import { drawnBy, onBlender } from "./on-blender.ts";

describe("matching a picture of a thing", () => {
  test("finds where in the target it is, and leaves out rows where it cannot be", () => {
    const [width, height] = [40, 30];
    const picture = (paint: (x: number, y: number) => boolean) => ({
      width,
      height,
      data: Float32Array.from({ length: 3 * width * height }, (_, i) => {
        const p = Math.floor(i / 3);
        return paint(p % width, Math.floor(p / width)) ? [0.9, 0.2, 0.1][i % 3]! : 0.3;
      }),
    });
    const patch = Array.from({ length: 24 }, (_, i) => ({
      x: 5 + (i % 8),
      y: 6 + Math.floor(i / 8),
      rgb: [0.9, 0.2, 0.1] as const,
    }));
    const there = picture((x, y) => x >= 25 && x < 33 && y >= 20 && y < 23);
    const seen = { bare: picture(() => false), target: there, middle: { x: 9, y: 7.5 }, depth: 5 };
    const all = matches({ ...seen, scales: Array.from({ length: height }, () => 1) }, patch, 1);
    const best = all.indexOf(Math.max(...all));
    expect([best % width, Math.floor(best / width)]).toEqual([28, 21]);
    const none = matches({ ...seen, scales: Array.from({ length: height }, () => null) }, patch, 1);
    expect(Math.max(...none)).toBe(0);
  });

  test("finds it behind what stands before it, and not where it would show", () => {
    const [width, height] = [40, 30];
    const isThere = (x: number, y: number) => x >= 25 && x < 33 && y >= 18 && y < 24;
    const isCover = (x: number, y: number) => x >= 28 && x < 40 && y >= 16 && y < 28;
    const picture = (shown: boolean) => ({
      width,
      height,
      data: Float32Array.from({ length: 3 * width * height }, (_, i) => {
        const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
        const colour = isCover(x, y) ? [0.1, 0.1, 0.9] : shown && isThere(x, y) ? [0.9, 0.2, 0.1] : [0.3, 0.3, 0.3];
        return colour[i % 3]!;
      }),
    });
    const patch = Array.from({ length: 48 }, (_, i) => ({
      x: 5 + (i % 8),
      y: 6 + Math.floor(i / 8),
      rgb: [0.9, 0.2, 0.1] as const,
    }));
    const scales = Array.from({ length: height }, () => 1);
    const seen = { bare: picture(false), target: picture(true), middle: { x: 9, y: 9 }, scales, depth: 5 };
    const bestOf = (cover: number) => {
      const front = Float32Array.from({ length: width * height }, (_, p) =>
        isCover(p % width, Math.floor(p / width)) ? cover : Number.POSITIVE_INFINITY,
      );
      const all = matches({ ...seen, front }, patch, 1);
      const best = all.indexOf(Math.max(...all));
      return { x: best % width, gain: all[best]! };
    };
    expect(bestOf(3).gain).toBeGreaterThan(0);
    expect([28, 29]).toContain(bestOf(3).x);
    // What is farther away does not hide it.
    expect(bestOf(7).gain).toBeLessThan(bestOf(3).gain);
  });
});

const spike = (place: string, turn: string) =>
  drawnBy(`
bpy.ops.mesh.primitive_cone_add(radius1=0.35, depth=1.1, location=${place})
bpy.context.object.rotation_euler = ${turn}
bpy.context.object.data.materials.append(paint((0.8, 0.12, 0.08)))
bpy.ops.mesh.primitive_cube_add(size=0.5, location=(-0.9, -0.2, 0.25))
bpy.context.object.data.materials.append(paint((0.1, 0.3, 0.7)))
`);

const crate = (place: string, size: string) =>
  drawnBy(`
bpy.ops.mesh.primitive_cube_add(size=1.0, location=${place})
bpy.context.object.scale = (${size}, ${size}, ${size})
bpy.context.object.data.materials.append(paint((0.1, 0.3, 0.7)))
bpy.ops.mesh.primitive_cone_add(radius1=0.35, depth=0.9, location=(-0.9, -0.2, 0.45))
bpy.context.object.data.materials.append(paint((0.8, 0.12, 0.08)))
`);

describe("a thing is found that is elsewhere", () => {
  const blender = onBlender();

  test.each([
    [
      "and turned about two axes",
      spike("(-0.2, 0.9, 0.4)", "(3.0, 0.0, -2.2)"),
      spike("(0.7, 0.6, 0.4)", "(1.45, 0.0, 2.2)"),
    ],
    ["and three times as large", crate("(-0.3, 1.1, 0.2)", "1.2"), crate("(0.8, 0.0, 0.2)", "0.4")],
  ])(
    "%s",
    async (_, start, goal) => {
      const fitter = await blender.fitter(start, goal);
      const loss = async () => fitter.problem.loss(await fitter.base(at(128, 16, 4, 0)));
      const before = await loss();
      await locate(fitter, { passes: 1 });
      expect(await loss()).toBeLessThan(0.1 * before);
    },
    180_000,
  );
});
