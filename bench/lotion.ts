import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { VigaError } from "../config/errors.ts";

/**
 * A real product scene that is not ours (BlenderAlchemy's lotion, read through VIGA_CASES, never copied): its lights as
 * a start program, fitted to a render that its authors published under other lighting.
 * Usage: npm run bench -- lotion
 */
const start = `import bpy
from math import radians

key = bpy.data.objects["Light"]
key.location = (4.076, 1.005, 5.904)
key.data.energy = 1000.0
key.data.color = (1.0, 1.0, 1.0)
key.data.shadow_soft_size = 0.1

world = bpy.context.scene.world.node_tree
sky, fill = [node for node in world.nodes if node.type == "BACKGROUND"]
sky.inputs["Color"].default_value = (0.6287, 0.4821, 0.5569, 1.0)
sky.inputs["Strength"].default_value = 1.3
fill.inputs["Strength"].default_value = 0.9

for node in world.nodes:
    if node.type == "MAPPING":
        node.inputs["Rotation"].default_value = (0.0, 0.0, radians(164.8))
    if node.type == "HUE_SAT":
        node.inputs["Saturation"].default_value = 1.0
        node.inputs["Value"].default_value = 1.0
`;

interface Scores {
  start: { pl: number };
  best: { t: number; pl: number };
}

export async function lotion(): Promise<string> {
  const cases = resolve(process.env.VIGA_CASES ?? join(import.meta.dirname, "..", "..", "shared", "cases"));
  const scene = join(cases, "blendergym", "BlenderAlchemyOfficial");
  const [base, target] = [
    join(scene, "starter_blends", "lotion.blend"),
    join(scene, "docs", "images", "init_lotion.png"),
  ];
  if (!existsSync(base) || !existsSync(target)) {
    throw new VigaError("not_found", `the lotion scene is not in ${cases}`, {
      hint: "set VIGA_CASES to the folder of real cases",
    });
  }
  const dir = await mkdtemp(join(tmpdir(), "viga-lotion-"));
  try {
    await writeFile(join(dir, "start.py"), start);
    const from = performance.now();
    const main = join(import.meta.dirname, "..", "cli", "main.ts");
    const options = [
      "--mode",
      "static_scene",
      "--base",
      base,
      "--target",
      target,
      "--start",
      "start.py",
      "--out",
      "out",
    ];
    const sets = ["--set", "render.final={px: 512, samples: 64}", "--set", "stop.max_rounds=4"];
    await execa(process.execPath, [main, "run", ...options, ...sets], {
      cwd: dir,
      stdin: "ignore",
      stdout: "ignore",
      stderr: "inherit",
    });
    const scores = JSON.parse(await readFile(join(dir, "out", "scores.json"), "utf8")) as Scores;
    const fall = 100 * (1 - scores.best.pl / scores.start.pl);
    const seconds = (performance.now() - from) / 1000;
    return [
      "| scene | PL start | PL best | falls by | round | seconds |",
      "|---|---|---|---|---|---|",
      `| lotion, lights and world | ${scores.start.pl.toFixed(5)} | ${scores.best.pl.toFixed(5)} | ${fall.toFixed(1)} % | ${scores.best.t} | ${seconds.toFixed(0)} |`,
    ].join("\n");
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
