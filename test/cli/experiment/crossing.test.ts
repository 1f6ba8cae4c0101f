import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ExperimentResult, experimentResult } from "../../../machines/domain/index.ts";
import { main } from "../../harness/cli.ts";
import { type Answer, call } from "../../servers/answers.ts";
import { type ScriptedServer, scriptedServer } from "../../servers/openai.ts";
import type { Recorded } from "../../servers/request.ts";

/** Two models that play both roles, the second much worse: it neither sees what is wrong nor follows what it is told. */
const skills = {
  sharp: { told: 0.05, untold: 0.5, says: "make the background much darker" },
  dull: { told: 0.7, untold: 0.7, says: "looks fine" },
};
const names = ["sharp", "dull"] as const;
const greys = [30, 45, 60];

let dir: string;
const servers = new Map<string, ScriptedServer>();
const seeds = new Set<unknown>();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "viga-crossing-"));
  for (const name of names) {
    const server = await scriptedServer({ [name]: { context: 32768 } });
    server.otherwise(name, { kind: "function", answer: (request) => answerOf(name, request) });
    servers.set(name, server);
  }
  for (const grey of greys) {
    const task = join(dir, `grey${grey}`);
    await mkdir(task);
    await sharp({ create: { width: 32, height: 32, channels: 3, background: { r: grey, g: grey, b: grey } } })
      .png()
      .toFile(join(task, "target.png"));
    await mkdir(join(task, "minimal_init"));
    await writeFile(join(task, "minimal_init.py"), programOf(0.8));
  }
}, 60_000);
afterAll(async () => {
  await Promise.all([...servers.values()].map((server) => server.close()));
  await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

/** A scene that is nothing but its background. */
const programOf = (level: number) => `import bpy
bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.object.camera_add(location=(0, -6, 0), rotation=(1.57, 0, 0))
bpy.context.scene.camera = bpy.context.object
world = bpy.data.worlds.new("World")
world.use_nodes = True
world.node_tree.nodes["Background"].inputs[0].default_value = (${level}, ${level}, ${level}, 1)
bpy.context.scene.world = world
`;

function answerOf(name: (typeof names)[number], request: Recorded): Answer {
  seeds.add((request.body as { seed?: unknown }).seed);
  const asked = JSON.stringify(request.body);
  const { told, untold, says } = skills[name];
  if (asked.includes("execute_code")) {
    const level = asked.includes(skills.sharp.says) ? told : untold;
    return call("execute_code", { thought: "the background", code_diff: "", code: programOf(level) });
  }
  return call("end_process", {
    visual_difference: { critical: [], major: [says], minor: [] },
    edit_suggestion: [says],
    overall_similarity: 50,
    next_focus: "the background",
  });
}

const file = () => `name: crossing
title: Who should verify, who should script?
set:
  mode: static_scene
  init: minimal
  stop.max_rounds: 1
  render: { preview: { px: 32, samples: 1 }, final: { px: 32, samples: 1 } }
  models:
${names
  .map(
    (name, at) =>
      `    ${name}: { like: qwen3-vl-32b, base_url: "${servers.get(name)?.url}", model: ${name}, tools: native, prices: { input_per_mtok: ${at + 1}, output_per_mtok: 10 } }`,
  )
  .join("\n")}
tasks: [${greys.map((grey) => `grey${grey}`).join(", ")}]
matrix:
  roles.generator: [dull, sharp]
  roles.verifier: [dull, sharp]
seeds: [11]
`;

test("two models of different skill cross both roles: the result names the better pairing, with interval and cost", async () => {
  await writeFile(join(dir, "hybrid.yaml"), file());
  const run = (...more: string[]) =>
    execa(process.execPath, [main, "experiment", "hybrid.yaml", ...more], { cwd: dir, reject: false, stdin: "ignore" });
  const dry = JSON.parse((await run("--dry-run", "--json")).stdout) as {
    cells: { usd: number }[];
    total: { calls: number };
  };
  expect(dry.cells.every(({ usd }) => usd > 0)).toBe(true);
  expect(dry.total.calls).toBeGreaterThan(0);

  const done = await run();
  expect(done.exitCode, done.stderr).toBe(0);
  const text = await readFile(join(dir, "output/experiments/crossing/experiment.json"), "utf8");
  const result: ExperimentResult = experimentResult.parse(JSON.parse(text));
  const gain = Object.fromEntries(result.cells.map((cell) => [cell.id, cell.gain?.mean ?? Number.NaN]));
  expect(gain.sharp_sharp).toBeGreaterThan(gain.sharp_dull!);
  expect(gain.sharp_dull).toBeGreaterThan(gain.dull_dull!);
  // Whoever does not listen gains nothing by a better verifier.
  expect(gain.dull_sharp).toBeCloseTo(gain.dull_dull!, 6);
  expect(result.baseline).toBe("dull_dull");
  const [best] = result.comparisons;
  expect(best).toMatchObject({
    cell: "sharp_sharp",
    against: "dull_dull",
    pairs: 3,
    wins: 3,
    losses: 0,
    overlap: false,
  });
  expect(best!.difference!.low).toBeGreaterThan(0);
  expect(best!.difference!.low).toBeLessThanOrEqual(best!.difference!.mean);
  for (const cell of result.cells) {
    expect(cell.usd).toBeGreaterThan(0);
    for (const one of cell.runs) expect(one).toMatchObject({ status: "done", refused: 0, unread: 0, cut_off: 0 });
    expect(cell.runs[0]!.calls).toBeGreaterThan(1);
    expect(cell.runs[0]!.input_tokens).toBeGreaterThan(100);
  }
  expect(done.stdout).toMatch(/Best: \*\*sharp × sharp\*\*, mean gain \d.* over 3 runs, .* a run, \$0\.\d+ a run/);
  expect(done.stdout).toMatch(/Against the baseline, dull × dull: \+\d.*3 better, 0 worse.*do not overlap/);
  // The seed reaches the requests of models.
  expect([...seeds]).toEqual([11]);
}, 240_000);
