import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Workplace, workplace } from "../harness/cli.ts";
import { call, text } from "../servers/answers.ts";
import { type ScriptedServer, scriptedServer } from "../servers/openai.ts";

let at: Workplace;
let server: ScriptedServer;
beforeEach(async () => {
  at = await workplace();
  server = await scriptedServer({ "qwen-vl-max": {} });
});
afterEach(async () => {
  await server.close();
  await at.close();
});

const warnings = (stderr: string): string[] => stderr.split("\n").filter((line) => line.startsWith("warning: "));

describe("a retired model", () => {
  it("gives one warning line in a dry run, which goes on, and a living one none", async () => {
    const dry = (...sets: string[]) =>
      at.viga("run", "task", "--dry-run", "--json", ...sets.flatMap((set) => ["--set", set]));
    const said = await dry("roles.generator=claude-sonnet-4", "roles.verifier=claude-sonnet-4");
    expect(said.exitCode).toBe(0);
    expect(JSON.parse(said.stdout).roles).toMatchObject([{ player: "claude-sonnet-4" }, { player: "claude-sonnet-4" }]);
    expect(warnings(said.stderr)).toEqual([
      "warning: claude-sonnet-4 was retired on 2026-06-15: requests will fail; use claude-sonnet-5-5",
    ]);
    expect(warnings((await dry("roles.verifier=gpt-6.1-sol")).stderr)).toEqual([]);
  });

  it("that still answers plays its role after one warning line; with temperature: null none is sent", async () => {
    server.otherwise("qwen-vl-max", {
      kind: "function",
      answer: ({ body }) =>
        /visual_difference/.test(JSON.stringify(body))
          ? call("end_process", {
              visual_difference: { critical: [], major: [], minor: [] },
              edit_suggestion: [],
              overall_similarity: 90,
            })
          : text("ready"),
    });
    const file = (temperature: string) => `roles: { verifier: { player: qwen-vl-max${temperature} } }
models: { qwen-vl-max: { key_required: false, tools: native, retired: { on: 2999-01-01, successor: qwen3.7-plus } } }
stop: { max_rounds: 1 }
`;
    const sent: unknown[] = [];
    for (const temperature of ["", ", temperature: null"]) {
      await writeFile(join(at.dir, "viga.yaml"), file(temperature));
      const seen = server.requests.length;
      const out = `out${sent.length}`;
      const base = `models.qwen-vl-max.base_url=${server.url}`;
      const run = await at.viga(...at.run, "--config", "viga.yaml", "--set", base, "--out", out);
      expect(run.exitCode, run.all).toBe(0);
      expect(warnings(run.stderr)).toEqual(["warning: qwen-vl-max ends on 2999-01-01; use qwen3.7-plus"]);
      const requests = server.requests.slice(seen);
      expect(requests.length).toBeGreaterThan(0);
      sent.push([...new Set(requests.map(({ body }) => body.temperature ?? "none"))]);
    }
    expect(sent).toEqual([[0.3], ["none"]]);
  }, 120_000);
});
