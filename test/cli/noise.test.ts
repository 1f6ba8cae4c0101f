import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Workplace, workplace } from "../harness/cli.ts";

let at: Workplace;
beforeAll(async () => {
  at = await workplace();
});
afterAll(() => at.close());

/**
 * A glowing wall that fills the picture, of one grey level (the target's is 120), and with `grain` of a texture far finer
 * than a pixel: each sample hits another value, as a noisy light would show it, and their mean is the level.
 */
const wall = (level: number, grain: boolean) => `import bpy
bpy.ops.wm.read_factory_settings(use_empty=True)
scene = bpy.context.scene
scene.view_settings.view_transform = "Standard"
bpy.ops.mesh.primitive_plane_add(size=20)
material = bpy.data.materials.new("Wall")
material.use_nodes = True
nodes, links = material.node_tree.nodes, material.node_tree.links
nodes.clear()
light = nodes.new("ShaderNodeEmission")
light.inputs["Strength"].default_value = ${(((level / 255 + 0.055) / 1.055) ** 2.4).toFixed(6)}
links.new(light.outputs[0], nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
if ${grain ? "True" : "False"}:
    place, fine, noise = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeVectorMath"), nodes.new("ShaderNodeTexWhiteNoise")
    fine.operation = "SCALE"
    fine.inputs["Scale"].default_value = 1000
    twice = nodes.new("ShaderNodeMath")
    twice.operation = "MULTIPLY"
    twice.inputs[1].default_value = 2 * light.inputs["Strength"].default_value
    links.new(place.outputs["Object"], fine.inputs[0])
    links.new(fine.outputs[0], noise.inputs["Vector"])
    links.new(noise.outputs["Value"], twice.inputs[0])
    links.new(twice.outputs[0], light.inputs["Strength"])
bpy.context.object.data.materials.append(material)
bpy.ops.object.camera_add(location=(0, 0, 5))
scene.camera = bpy.context.object
`;

test("a round that is better by 2 % and looks worse at 8 samples is the best, and no plateau comes before it", async () => {
  await writeFile(join(at.dir, "task", "start.py"), wall(70, true));
  const programs = [wall(80, false), wall(91, false), wall(82, false), wall(84, false), wall(91.8, true)];
  await writeFile(join(at.dir, "walls.json"), JSON.stringify({ generator: programs }));
  const sets = [
    "roles.generator=replay:walls.json",
    "stop.plateau.patience=3",
    "render.preview={px: 64, samples: 8}",
    "render.final={px: 64, samples: 64}",
  ];
  const run = await at.viga(...at.run, ...sets.flatMap((set) => ["--set", set]), "--out", "out");
  expect(run.exitCode, run.all).toBe(0);
  const out = (name: string) => readFile(join(at.dir, "out", name), "utf8");
  const scores = JSON.parse(await out("scores.json")) as Scores;
  const [second, fifth] = [scores.rounds[2]!, scores.rounds[5]!];
  expect(fifth.loss).toBeGreaterThan(second.loss);
  expect(fifth.careful?.loss).toBeLessThan(0.98 * (second.careful?.loss ?? 0));
  expect(scores.rounds.map(({ careful }) => careful !== null)).toEqual([false, false, true, false, false, true]);
  expect(scores.rounds[0]).toMatchObject({ noise: expect.any(Number), floor: expect.any(Number) });
  expect(scores.rounds[0]!.noise).toBeGreaterThan(0);
  expect(scores).toMatchObject({
    best: { t: 5 },
    stop: { reason: "end_process" },
    stop_why: expect.stringMatching(/round 6/),
  });
  expect(run.stderr).toMatch(
    /round 5 and round 2 differ by less than the noise; with 32 samples .*: round 5 is better/,
  );
  const report = await out("report.html");
  expect(report).toContain("Stopped after round 5: end_process: the recording has no round 6.");
  expect(report).toMatch(/Previews scatter: PL by 0\.000\d+ from seed to seed/);
}, 120_000);

interface Scores {
  rounds: { loss: number; noise: number; careful: { loss: number } | null }[];
}
