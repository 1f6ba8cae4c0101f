import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { programOf } from "../chaos/programs.ts";
import { type Workplace, workplace } from "../harness/cli.ts";

let at: Workplace;
beforeAll(async () => {
  at = await workplace();
});
afterAll(() => at.close());

/** Two cameras, and settings that would give pictures of another shape and size. */
const meddling = (t: number) => `${programOf(t)}
import bpy
bpy.context.object.name = "Front"
bpy.ops.object.camera_add(location=(6, 0, 3), rotation=(1.1, 0, 1.5708))
bpy.context.object.name = "Side"
render = bpy.context.scene.render
render.resolution_x, render.resolution_y, render.resolution_percentage = 100, 2000, 10
render.pixel_aspect_x = 2.0
render.use_border = render.use_crop_to_border = True
render.border_max_x = 0.5
`;

async function sizesIn(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".png") && name !== "diff.png").sort();
  const sizes = names.map(async (name) => {
    const { width, height } = await sharp(join(folder, name)).metadata();
    return [name, `${width}x${height}`] as const;
  });
  return Object.fromEntries(await Promise.all(sizes));
}

test("a run with views of its own takes each picture in its target's shape, whatever the programs set", async () => {
  for (const [name, width, height] of [
    ["square", 40, 40],
    ["upright", 90, 160],
  ] as const) {
    const grey = { r: 120, g: 120, b: 120 };
    await sharp({ create: { width, height, channels: 3, background: grey } })
      .png()
      .toFile(join(at.dir, `${name}.png`));
  }
  await writeFile(join(at.dir, "begin.py"), meddling(0));
  const generator = [1, 2].map((t) => ({ t, thought: `place ${t}`, code: meddling(t) }));
  await writeFile(join(at.dir, "moves.json"), JSON.stringify({ generator }));
  await writeFile(
    join(at.dir, "viga.yaml"),
    `mode: static_scene
task:
  start: begin.py
  views:
    - { name: front, camera: Front, target: square.png }
    - { name: side, camera: Side, target: upright.png }
    - { name: plan, camera: Side, size: [160, 90] }
roles: { generator: "replay:moves.json" }
render: { preview: { px: 32, samples: 1 }, final: { px: 48, samples: 1 } }
`,
  );
  const run = await at.viga("run", "--config", "viga.yaml", "--out", "shapes");
  expect(run.all).not.toContain("Error");
  expect(run.exitCode).toBe(0);
  const out = join(at.dir, "shapes");
  const scores = JSON.parse(await readFile(join(out, "scores.json"), "utf8")) as {
    rounds: { t: number; pl: number }[];
    best: { t: number };
  };
  expect(scores.rounds.map(({ t }) => t)).toEqual([0, 1, 2]);
  // The pictures of the start and of the best round are the final ones.
  for (const { t, pl } of scores.rounds) {
    expect(pl).toBeGreaterThan(0);
    const folder = join(out, "renders", String(t));
    expect(await sizesIn(folder)).toEqual(
      [0, scores.best.t].includes(t)
        ? { "front.png": "48x48", "plan.png": "48x27", "side.png": "27x48" }
        : { "front.png": "32x32", "plan.png": "32x18", "side.png": "18x32" },
    );
    const scene = JSON.parse(await readFile(join(folder, "scene.json"), "utf8")) as { resolution: number[] };
    expect(scene.resolution[0]).toBe(scene.resolution[1]);
  }
}, 60_000);
