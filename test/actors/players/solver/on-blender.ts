import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { coordinates } from "../../../../actors/players/solver/coordinates.ts";
import { Fitter } from "../../../../actors/players/solver/fitter.ts";
import { decode } from "../../../../actors/players/solver/pictures.ts";
import { Problem } from "../../../../actors/players/solver/problem.ts";
import { Sweeper } from "../../../../actors/players/solver/sweeper.ts";
import { engineIO } from "../../../../bench/engine-io.ts";
import { startBlender } from "../../../../bridge/engines/blender.ts";
import { defaultLimits, type Engine } from "../../../../bridge/engines/contract.ts";
import type { Task } from "../../../../machines/domain/index.ts";

/** A program with a floor, a sun and a camera beside these lines, which may call `paint((r, g, b))`. */
export const drawnBy = (lines: string): string => `
import bpy
for item in list(bpy.data.objects):
    bpy.data.objects.remove(item)
def paint(color):
    mat = bpy.data.materials.new("Paint")
    mat.use_nodes = True
    next(n for n in mat.node_tree.nodes if n.type == "BSDF_PRINCIPLED").inputs["Base Color"].default_value = (*color, 1.0)
    return mat
bpy.ops.mesh.primitive_plane_add(size=9.0)
bpy.context.object.data.materials.append(paint((0.3, 0.3, 0.32)))
${lines}
lamp = bpy.data.lights.new("Lamp", "SUN")
lamp.energy = 3.0
holder = bpy.data.objects.new("Lamp", lamp)
holder.rotation_euler = (0.6, 0.2, -0.5)
bpy.context.collection.objects.link(holder)
camera = bpy.data.objects.new("Camera1", bpy.data.cameras.new("Camera1"))
camera.location = (0.0, -4.2, 3.2)
camera.rotation_euler = (0.92, 0.0, 0.0)
bpy.context.collection.objects.link(camera)
bpy.context.scene.camera = camera
`;

/** An engine for the tests of a describe block, and fitters of programs against what others draw. */
export function onBlender() {
  let engine: Engine;
  let scratch: string;
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), "viga-test-solver-"));
    engine = await startBlender({ scratch, cpus: 2 });
  });
  afterAll(async () => {
    await engine.close();
    await rm(scratch, { recursive: true, force: true });
  });
  return {
    async fitter(start: string, goal: string): Promise<Fitter> {
      const view = { name: "render1", camera: "Camera1", aspect: { width: 128, height: 128 } };
      const dir = await mkdtemp(join(scratch, "goal-"));
      const quality = { px: 128, samples: 64 };
      const drawn = await engine.run({
        job: dir,
        program: goal,
        views: [view],
        quality,
        limits: defaultLimits,
        renderSeed: 0,
        dir,
      });
      expect(drawn.ok).toBe(true);
      const target = await decode(await readFile(join(dir, "render1.png")));
      const task: Task = {
        mode: "blendergym",
        name: "t",
        text: "",
        targets: [],
        start: null,
        base: null,
        prompt: "none",
      };
      const { io } = engineIO(engine, task, undefined, scratch, [view]);
      const sweeper = new Sweeper(io, [view]);
      const [knobs, trace] = [await sweeper.knobs(start), await sweeper.trace(start)];
      const problem = new Problem(sweeper, start, knobs, trace, coordinates(knobs, trace), [target]);
      return new Fitter(problem, () => {});
    },
  };
}
