import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaNode } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { trialProgram } from "../../bridge/models/probe/trials.ts";
import { call, text } from "../servers/answers.ts";
import { type ScriptedServer, scriptedServer } from "../servers/openai.ts";

const folder = mkdtempSync(join(tmpdir(), "viga-models-"));
const main = join(import.meta.dirname, "..", "..", "cli", "main.ts");
const viga = (args: string[], env: Record<string, string> = {}) =>
  execaNode(main, args, { cwd: folder, env, reject: false, nodePath: process.execPath });

let server: ScriptedServer;
beforeAll(async () => {
  server = await scriptedServer({ "Qwen3-VL-32B-Instruct": { context: 16384 } });
  server.otherwise("Qwen3-VL-32B-Instruct", {
    kind: "function",
    answer: ({ text: said }) =>
      said.includes("save_program")
        ? call("save_program", { title: "t", lines: 5, code: trialProgram })
        : text("ready"),
  });
  writeFileSync(
    join(folder, "my.yaml"),
    `mode: static_scene\nmodels:\n  qwen3-vl-32b: { base_url: "${server.url}" }\n`,
  );
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

describe("viga vllm", () => {
  it("says that a model fits and how to serve it, as text and as JSON", async () => {
    const said = await viga(["vllm", "Qwen3-VL-32B", "--gpus", "2", "--gpu-gb", "80", "--context", "32768"]);
    expect(said.exitCode).toBe(0);
    expect(said.stdout).toContain("vllm serve Qwen/Qwen3-VL-32B-Instruct");
    const json = await viga(["vllm", "qwen3-vl-32b", "--gpus", "2", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ schema: 1, fits: true, options: { context: 32768, util: 0.9 } });
  });

  it("says why not, and exits with 1; bad input exits with 2 and says what was expected", async () => {
    const no = await viga([
      "vllm",
      "qwen2-vl-72b",
      "--gpus",
      "2",
      "--gpu-gb",
      "80",
      "--util",
      "0.95",
      "--context",
      "4096",
      "--json",
    ]);
    expect(no.exitCode).toBe(1);
    expect(JSON.parse(no.stdout)).toMatchObject({
      verdict: "does not fit",
      fits: false,
      fails: "kv_cache",
      command: null,
    });
    const bad = await viga(["vllm", "qwen9"]);
    expect(bad.exitCode).toBe(2);
    expect(bad.stderr).toContain("qwen2-vl-7b, qwen2-vl-72b");
    expect((await viga(["vllm", "qwen2-vl-7b", "--quant", "int3"])).exitCode).toBe(2);
  });
});

describe("viga model list", () => {
  it("shows names, prices, limits, state and whether the key is there, never the key", async () => {
    const key = "planted-key-0123456789";
    const env = { ANTHROPIC_API_KEY: key, OPENAI_API_KEY: "", GEMINI_API_KEY: "", GOOGLE_API_KEY: "" };
    const said = await viga(["model", "list", "--config", "my.yaml"], env);
    expect(said.exitCode).toBe(0);
    const line = (name: string) => said.stdout.split("\n").find((each) => each.startsWith(`${name} `));
    expect(line("claude-sonnet-5-5")).toMatch(/2 \/ 0\.2 \/ 10 +1000k +128k +native +set +living$/);
    expect(line("gpt-6.1-sol")).toMatch(/inline +no OPENAI_API_KEY +living$/);
    expect(line("qwen3-vl-32b")).toMatch(/your own .*not needed +living$/);
    expect(line("claude-sonnet-4")).toMatch(/retired 2026-06-15, use claude-sonnet-5-5$/);
    expect(said.stdout.indexOf("claude-sonnet-5-5")).toBeLessThan(said.stdout.indexOf("claude-sonnet-4 "));
    expect(said.stdout).not.toContain(key);

    const json = await viga(["model", "list", "--json", "--set", "models.mine={like: gpt-6.1-sol, model: mine}"], env);
    const list = JSON.parse(json.stdout) as { schema: number; models: { name: string }[] };
    expect(list.schema).toBe(1);
    const named = (name: string) => list.models.find((each) => each.name === name);
    expect(named("mine")).toMatchObject({ model: "mine", state: "living", prices: { input_per_mtok: 2 } });
    expect(named("claude-sonnet-5-5")).toMatchObject({
      retired: null,
      context_tokens: 1_000_000,
      key: { env: ["ANTHROPIC_API_KEY", "CLAUDE_API_KEY"], required: true, present: true },
    });
    expect(named("gpt-4-turbo")).toMatchObject({
      state: "retired",
      retired: { on: "2026-10-23", successor: "gpt-6.1-sol" },
      key: { present: false },
    });
    expect(json.stdout).not.toContain(key);
  });
});

describe("a model that has no profile", () => {
  it("is answered with the three lines that add it, and they do", async () => {
    const said = await viga(["model", "probe", "gpt-7-nova"]);
    expect(said.exitCode).toBe(2);
    const lines = said.stderr
      .split("\n")
      .flatMap((line) => (/^ {6}(models:| {2}gpt-7|roles:)/.exec(line) ? [line.slice(6)] : []));
    expect(lines).toHaveLength(3);
    writeFileSync(join(folder, "added.yaml"), `${lines.join("\n")}\n`);
    const added = await viga(["model", "list", "--json", "--config", "added.yaml"]);
    const models = (JSON.parse(added.stdout) as { models: { name: string; model: string }[] }).models;
    expect(models.find(({ name }) => name === "gpt-7-nova")).toMatchObject({ model: "gpt-7-nova" });
    const role = await viga(["run", "--mode", "static_scene", "--text", "x", "--set", "roles.generator=qwen2.5vl:7b"]);
    expect(role.exitCode).toBe(2);
    expect(role.stderr).toContain(
      'qwen2.5vl-7b: { like: qwen2-vl-72b, base_url: "http://localhost:8000/v1", model: "qwen2.5vl:7b" }',
    );
  });
});

describe("viga model probe", () => {
  it("probes the endpoint that the file names, prints profile lines and never the key", async () => {
    const key = "planted-key-0123456789";
    const said = await viga(["model", "probe", "qwen3-vl-32b", "--config", "my.yaml"], { VLLM_API_KEY: key });
    expect(said.stdout).toContain("context_tokens: 16384");
    expect(said.stdout).toContain("native       yes: exact, nothing to repair");
    // This scripted model does not look at pictures.
    expect(said.stdout).toContain("sees         NO");
    expect(said.exitCode).toBe(1);
    expect(server.requests[0]!.bearer).toBe(key);
    expect(said.stdout + said.stderr).not.toContain(key);
    const json = await viga(["model", "probe", "qwen3-vl-32b", "--config", "my.yaml", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ schema: 1, ok: false, best: "native", vision: { works: false } });
  });

  it("names what is missing: the profile, the key's variable, the server", async () => {
    const unknown = await viga(["model", "probe", "qwen3-vl-33b"]);
    expect([unknown.exitCode, unknown.stderr]).toEqual([2, expect.stringContaining('did you mean "qwen3-vl-32b"')]);
    expect((await viga(["model", "probe", "gpt-4o", "--sett", "x"])).exitCode).toBe(2);
    const keyless = await viga(["model", "probe", "gpt-4o"], { OPENAI_API_KEY: "" });
    expect([keyless.exitCode, keyless.stderr]).toEqual([3, expect.stringContaining("export OPENAI_API_KEY=")]);
    const nowhere = await viga([
      "model",
      "probe",
      "qwen3-vl-32b",
      "--set",
      "models.qwen3-vl-32b.base_url=http://127.0.0.1:9/v1",
    ]);
    expect([nowhere.exitCode, nowhere.stderr]).toEqual([
      3,
      expect.stringContaining("is a server listening at http://127.0.0.1:9/v1"),
    ]);
  });
});
