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
    expect(JSON.parse(no.stdout)).toMatchObject({ fits: false, fails: "kv_cache", command: null });
    const bad = await viga(["vllm", "qwen9"]);
    expect(bad.exitCode).toBe(2);
    expect(bad.stderr).toContain("known: qwen2-vl-7b, qwen2-vl-72b");
    expect((await viga(["vllm", "qwen2-vl-7b", "--quant", "int3"])).exitCode).toBe(2);
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
