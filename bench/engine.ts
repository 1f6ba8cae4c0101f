import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { startBlender } from "../bridge/engines/blender.ts";
import { defaultLimits, type Engine } from "../bridge/engines/contract.ts";
import { locateBlender } from "../bridge/engines/locate.ts";
import type { Quality } from "../machines/domain/index.ts";

const repeats = 9;

/** The least that shows something. */
const single = `
import bpy
bpy.ops.mesh.primitive_cube_add()
bpy.ops.object.light_add(type="SUN", rotation=(0.5, 0.2, 0))
bpy.ops.object.camera_add(location=(5, -5, 5), rotation=(0.95, 0, 0.785))
bpy.context.scene.camera = bpy.context.object
`;

/** Six objects with materials, a sun and a camera: the size of a first draft. */
export const draft = `
import bpy
for i in range(6):
    bpy.ops.mesh.primitive_uv_sphere_add(radius=0.6, location=(i % 3 * 1.6 - 1.6, i // 3 * 1.6 - 0.8, 0))
    material = bpy.data.materials.new(f"m{i}")
    material.use_nodes = True
    material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (i / 6, 0.5, 1 - i / 6, 1)
    bpy.context.object.data.materials.append(material)
bpy.ops.object.light_add(type="SUN", rotation=(0.5, 0.2, 0))
bpy.ops.object.camera_add(location=(0, -6, 5), rotation=(0.87, 0, 0))
bpy.context.scene.camera = bpy.context.object
`;

/** The same program and the same picture as a plain Blender script. */
function plainScript(program: string, quality: Quality, path: string): string {
  return `
import bpy
bpy.ops.wm.read_factory_settings(use_empty=True)
${program}
scene = bpy.context.scene
scene.render.engine = "CYCLES"
scene.cycles.samples = ${quality.samples}
scene.cycles.use_denoising = False
scene.render.resolution_x, scene.render.resolution_y = ${quality.px}, ${Math.round((quality.px * 9) / 16)}
scene.render.resolution_percentage = 100
scene.render.filepath = ${JSON.stringify(path)}
bpy.ops.render.render(write_still=True)
`;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

async function oneRow(
  engine: Engine,
  blender: string,
  scratch: string,
  what: string,
  program: string,
  quality: Quality,
): Promise<string> {
  const cold: number[] = [];
  const forked: number[] = [];
  const script = join(scratch, "plain.py");
  await writeFile(script, plainScript(program, quality, join(scratch, "plain.png")));
  // In turns, so that another load on the machine slows both.
  for (let i = 0; i < repeats; i += 1) {
    cold.push(
      await timed(async () => {
        await execa(blender, ["-b", "--factory-startup", "--python-exit-code", "1", "--python", script]);
      }),
    );
    const dir = await mkdtemp(join(scratch, "job-"));
    forked.push(
      await timed(async () => {
        const views = [{ camera: null, name: "picture" }];
        const state = await engine.run({ job: "bench", program, views, quality, limits: defaultLimits, dir });
        if (!state.ok) throw new Error(state.error?.message ?? "the program failed");
      }),
    );
  }
  const ratio = median(cold) / median(forked);
  const figures = [median(cold).toFixed(3), median(forked).toFixed(3), `${ratio.toFixed(1)}x`];
  return `| ${what}: execute + Cycles ${quality.px} px, ${quality.samples} samples | ${figures.join(" | ")} |`;
}

/** Medians in seconds of the same program and picture: a fresh Blender each time against the sandboxed engine. */
export async function engine(): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), "viga-bench-"));
  const blender = await locateBlender();
  const running = await startBlender({ scratch });
  try {
    const { version, isolation, cpus } = running.card;
    const rows: string[] = [];
    for (const quality of [
      { px: 128, samples: 4 },
      { px: 512, samples: 16 },
    ]) {
      rows.push(await oneRow(running, blender, scratch, "one object", single, quality));
      rows.push(await oneRow(running, blender, scratch, "six objects", draft, quality));
    }
    return [
      `Blender ${version}, ${cpus} processors, isolation ${isolation}, medians of ${repeats} in turns, seconds.`,
      "",
      "| job | cold process, no sandbox | engine, sandboxed | ratio |",
      "|---|---|---|---|",
      ...rows,
    ].join("\n");
  } finally {
    await running.close();
    await rm(scratch, { recursive: true, force: true });
  }
}
