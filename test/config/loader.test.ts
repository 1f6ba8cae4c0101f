import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { resolveConfig } from "../../config/loader.ts";
import { presetNames } from "../../config/presets.ts";
import type { ConfigRequest, ResolvedConfig } from "../../config/resolved.ts";

const folder = mkdtempSync(join(tmpdir(), "viga-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

function withFile(yaml: string, request: ConfigRequest = {}): ResolvedConfig {
  writeFileSync(join(folder, "viga.yaml"), yaml);
  return resolveConfig({ cwd: folder, config: "viga.yaml", ...request });
}

describe("what a configuration comes to", () => {
  it("is the offline preset on the mode's defaults when nothing is said", () => {
    const config = resolveConfig({ mode: "blendergym", cwd: folder, env: {} });
    expect(config).toMatchObject({
      mode: "blendergym",
      preset: "offline",
      roles: {
        generator: { spec: { kind: "solver", argument: null } },
        verifier: { spec: { kind: "pixels", argument: null } },
      },
      executors: [{ slot: "cpu" }],
      memory: { rounds: 24 },
      stop: { max_rounds: 10, plateau: { patience: 3, min_gain: "auto" }, budget: {} },
      candidates: 1,
      approve: "never",
    });
    expect(resolveConfig({ mode: "static_scene", cwd: folder })).toMatchObject({
      memory: { rounds: 12 },
      stop: { max_rounds: 100 },
    });
  });

  it("lets a file win over the preset, --set over the file, and flags over all", () => {
    const yaml = "preset: openai\nmode: static_scene\nstop: { max_rounds: 7 }\ncandidates: 2\n";
    const config = withFile(yaml, { sets: ["candidates=3", "stop.budget.usd=1"], mode: "blendergym" });
    expect(config.mode).toBe("blendergym");
    expect(config.candidates).toBe(3);
    expect(config.stop).toMatchObject({ max_rounds: 7, budget: { usd: 1, minutes: 120 } });
    expect(config.roles.generator.spec).toEqual({ kind: "model", argument: "gpt-6.1-sol" });
    expect(config.memory.rounds).toBe(24);
  });

  it("takes the design's whole example", () => {
    const config = withFile(`
mode: static_scene
task: { text: "a cup", targets: [target.png], start: start.py, base: scene.blend }
prompt: none
init: none
roles:
  generator: claude-sonnet-5-5
  verifier: { player: qwen3-vl-32b, analyze_target: true, skills: [investigate, set_camera, get_scene_info], calibrate: 4 }
shadow: { verifier: gpt-6.1-sol }
refine: solver
models:
  qwen3-vl-32b: { base_url: "http://localhost:8000/v1", tools: inline, max_tokens: 8000, image_max_px: 512, context_tokens: 32768 }
executors: [{ slot: gpu0, gpu: 0 }, { slot: gpu1, gpu: 1 }]
memory: { rounds: 12 }
stop: { max_rounds: 10, plateau: { patience: 3, min_gain: auto }, budget: { usd: 5, minutes: 60 } }
candidates: 1
approve: never
render: { preview: { px: 256, samples: 16 }, final: { px: 512, samples: 512 } }
bus: { url: "nats://gpu-box:4222", creds: "~/.viga/run.creds" }
`);
    expect(config.task.targets).toEqual([join(folder, "target.png")]);
    expect(config.bus).toEqual({ url: "nats://gpu-box:4222", creds: join(homedir(), ".viga/run.creds") });
    expect(config.roles.verifier).toMatchObject({ calibrate: 4, analyze_target: true });
    expect(config.roles.verifier.profile).toMatchObject({ name: "qwen3-vl-32b", image_max_px: 512 });
    expect(config.shadow.verifier?.spec).toEqual({ kind: "model", argument: "gpt-6.1-sol" });
  });

  it.each(presetNames())("knows preset %s", (preset) => {
    const config = resolveConfig({ mode: "static_scene", config: preset, cwd: folder });
    expect(config.preset).toBe(preset);
    for (const role of Object.values(config.roles)) expect(role.spec.kind === "model").toBe(role.profile !== null);
  });

  it("gives a model's profile the role's own values", () => {
    const config = withFile("roles: { generator: { player: gpt-4o, temperature: 0.9, max_tokens: 100 } }", {
      mode: "blendergym",
    });
    expect(config.roles.generator.profile).toMatchObject({ model: "gpt-4o", temperature: 0.9, max_tokens: 100 });
  });

  const temperatureOf = (yaml: string, sets: string[] = []) =>
    withFile(yaml, { mode: "blendergym", sets }).roles.generator.profile!.temperature;

  it("takes `temperature: null` of a role or a model as: none is sent", () => {
    expect(temperatureOf("roles: { generator: qwen3-vl-8b }")).toBe(0.3);
    expect(temperatureOf("roles: { generator: { player: qwen3-vl-8b, temperature: null } }")).toBeNull();
    const model = "models: { qwen3-vl-8b: { temperature: null } }\nroles: { generator: qwen3-vl-8b }\n";
    expect(temperatureOf(model)).toBeNull();
    expect(
      temperatureOf("models: { m: { like: qwen3-vl-8b, temperature: null } }\nroles: { generator: m }"),
    ).toBeNull();
    expect(temperatureOf(`${model}`, ["roles.generator.temperature=0.5"])).toBe(0.5);
  });

  it("takes it from a later layer over a number, and from --set; nothing after the = takes the number away", () => {
    const yaml = "roles: { generator: { player: qwen3-vl-8b, temperature: 0.9 } }";
    expect(temperatureOf(yaml)).toBe(0.9);
    expect(temperatureOf(yaml, ["roles.generator={ player: qwen3-vl-8b, temperature: null }"])).toBeNull();
    expect(temperatureOf(yaml, ["roles.generator.temperature=null"])).toBeNull();
    expect(temperatureOf(yaml, ["roles.generator.temperature="])).toBe(0.3);
    expect(temperatureOf("roles: { generator: qwen3-vl-8b }", ["models.qwen3-vl-8b.temperature=null"])).toBeNull();
  });

  it("gives each role its own reasoning_effort, over the model's", () => {
    const yaml = `models: { m: { like: gpt-6.1-sol, reasoning_effort: high } }
roles: { generator: { player: m, reasoning_effort: xhigh }, verifier: { player: m, reasoning_effort: null } }
shadow: { verifier: m }
`;
    const { roles, shadow } = withFile(yaml, { mode: "blendergym" });
    expect(roles.generator.profile!.reasoning_effort).toBe("xhigh");
    expect(roles.verifier.profile!.reasoning_effort).toBeNull();
    expect(shadow.verifier!.profile!.reasoning_effort).toBe("high");
  });

  it("keeps a role's settings when --set swaps one model for another, and drops them for a built-in player", () => {
    const yaml = "preset: openai\nroles: { verifier: { player: gpt-4o, calibrate: 3 } }\n";
    const swapped = withFile(yaml, { mode: "blendergym", sets: ["roles.verifier=gemini-2.5-pro"] });
    expect(swapped.roles.verifier).toMatchObject({ player: "gemini-2.5-pro", calibrate: 3, analyze_target: true });
    const builtIn = withFile(yaml, { mode: "blendergym", sets: ["roles.verifier=pixels"] });
    expect(builtIn.roles.verifier).toEqual({
      player: "pixels",
      spec: { kind: "pixels", argument: null },
      profile: null,
    });
    const nested = withFile(yaml, { mode: "blendergym", sets: ["roles.verifier.player=pixels"] });
    expect(nested.roles.verifier).toEqual(builtIn.roles.verifier);
  });

  it("sets list entries by position, new entries at the end, and takes keys away with nothing", () => {
    const sets = ["executors.0.slot=gpu0", "executors.0.gpu=0", "executors.1={slot: gpu1, gpu: 1}", "stop.budget.usd="];
    const config = withFile("preset: openai", { mode: "blendergym", sets });
    expect(config.executors).toEqual([
      { slot: "gpu0", gpu: 0 },
      { slot: "gpu1", gpu: 1 },
    ]);
    expect(config.stop.budget).toEqual({ minutes: 120 });
  });

  it("takes a name with dots in quotes", () => {
    const config = resolveConfig({
      mode: "blendergym",
      cwd: folder,
      sets: ['models."gpt-4.1"={like: gpt-4o, model: gpt-4.1}', "roles.generator=gpt-4.1"],
    });
    expect(config.roles.generator.profile?.model).toBe("gpt-4.1");
  });

  it("reads a key with nothing after it as not written", () => {
    expect(withFile("roles:\nstop:\n  budget:\n", { mode: "blendergym" }).stop.max_rounds).toBe(10);
    expect(withFile("", { mode: "blendergym" }).preset).toBe("offline");
  });

  it("resolves a file's paths from the file, and flags from the working folder", () => {
    const config = withFile(
      "mode: blendergym\ntask: { start: s.py, base: ../b.blend, dir: t }\nroles: { generator: 'replay:old' }",
      {
        task: { targets: ["x/t.png"] },
        cwd: folder,
      },
    );
    expect(config.task).toEqual({
      start: join(folder, "s.py"),
      base: join(folder, "../b.blend"),
      dir: join(folder, "t"),
      targets: [join(folder, "x/t.png")],
    });
    expect(config.roles.generator.spec).toEqual({ kind: "replay", argument: join(folder, "old") });
  });

  it("takes the words of a command that name files from where it was written", () => {
    writeFileSync(join(folder, "my writer.py"), "");
    const command = (written: string) =>
      withFile(`mode: blendergym\nroles: { generator: 'command:${written}' }`).roles.generator.spec.argument;
    expect(command("python3 my\\ writer.py --fast x.py")).toBe(
      `python3 ${join(folder, "my writer.py").replaceAll(" ", "\\ ")} --fast x.py`,
    );
    expect(command("./run.sh a/b")).toBe(`${join(folder, "run.sh")} a/b`);
    expect(command("node /x.js -")).toBe("node /x.js -");
  });

  it("expands no environment variable, so that no secret is recorded", () => {
    process.env.VIGA_TEST_SECRET = "s3cret";
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it must stay as written
    const config = withFile("task: { text: '${VIGA_TEST_SECRET} $VIGA_TEST_SECRET' }", { mode: "static_scene" });
    expect(JSON.stringify(config)).not.toContain("s3cret");
  });

  it("is plain JSON", () => {
    const config = resolveConfig({ mode: "blendergym", config: "hybrid", cwd: folder });
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
  });

  it("tells the mode from what the task gives, and knows other names of modes", () => {
    expect(resolveConfig({ cwd: folder, task: { text: "a cup" } }).mode).toBe("static_scene");
    expect(resolveConfig({ cwd: folder, task: { start: "a.py", base: "b.blend" } }).mode).toBe("blendergym");
    expect(resolveConfig({ cwd: folder, mode: "blenderstudio" }).mode).toBe("blenderbench");
  });
});
