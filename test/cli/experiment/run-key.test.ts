import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asksModels, inputsOf, runKey, settingsHash } from "../../../cli/launch/experiment/run-key.ts";
import type { Versions } from "../../../cli/launch/experiment/versions.ts";
import { resolveConfig } from "../../../config/loader.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "viga-run-key-"));
  await cp("examples/lighting", join(dir, "lighting"), { recursive: true });
  await cp("examples/lighting", join(dir, "elsewhere"), { recursive: true });
  await writeFile(join(dir, "mine.py"), "print(1)");
});
afterAll(() => rm(dir, { recursive: true }));

const versions: Versions = {
  viga: "1",
  commit: "",
  prompts: "p",
  evaluator: "photometric e",
  engine: "blender 3.4.1",
  deviceOf: () => "cpu",
};

/** Key of a run of a task with these settings. */
async function keyOf(yaml: string, more: { task?: string; seed?: number; versions?: Partial<Versions> } = {}) {
  const file = join(dir, "viga.yaml");
  await writeFile(file, yaml);
  const config = resolveConfig({ config: file, cwd: dir, mode: "blendergym" });
  const path = join(dir, more.task ?? "lighting");
  return runKey({
    versions: { ...versions, ...more.versions },
    settings: await settingsHash(config),
    inputs: (await inputsOf(config, { id: "t", source: "t", path })).hash,
    seed: more.seed ?? 1,
    models: asksModels(config),
  });
}

const solver = "roles: { generator: solver, verifier: pixels }\nstop: { max_rounds: 2 }\n";
const model =
  'roles: { generator: m, verifier: pixels }\nmodels: { m: { like: qwen3-vl-32b, base_url: "http://a/v1" } }\n';
const command = 'roles: { generator: "command:python3 mine.py", verifier: pixels }\n';

test("equal runs have equal keys, whatever the order of their keys and wherever they lie and run", async () => {
  const key = await keyOf(solver);
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(await keyOf("stop: { max_rounds: 2 }\nroles: { verifier: pixels, generator: solver }\n")).toBe(key);
  expect(await keyOf(solver, { task: "elsewhere" })).toBe(key);
  expect(await keyOf(`${solver}executors: [{ slot: gpu3, gpu: 3 }]\nbus: { url: "nats://x:1" }\n`)).toBe(key);
  expect(await keyOf(`${solver}programs: { blender: /opt/blender }\n`)).toBe(key);
  // Prompts are shown to models only.
  expect(await keyOf(solver, { versions: { prompts: "other", commit: "c" } })).toBe(key);
  expect(await keyOf(model.replace("//a", "//b"))).toBe(await keyOf(model));
});

test("another seed, setting, version, prompt, file of the task or of a player gives another key", async () => {
  const keys = [
    await keyOf(solver),
    await keyOf(solver, { seed: 2 }),
    await keyOf(solver.replace("2", "3")),
    await keyOf(solver, { versions: { engine: "blender 4.2.0" } }),
    await keyOf(solver, { versions: { viga: "2" } }),
    await keyOf(solver, { versions: { evaluator: "photometric f" } }),
    await keyOf(model),
    await keyOf(model, { versions: { prompts: "other" } }),
    await keyOf(command),
    await keyOf(solver, { task: "nowhere" }),
  ];
  await writeFile(join(dir, "mine.py"), "print(2)");
  keys.push(await keyOf(command));
  await writeFile(join(dir, "lighting", "start.py"), "import bpy\n");
  keys.push(await keyOf(solver));
  expect(new Set(keys).size).toBe(keys.length);
});
