import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { programOf } from "../chaos/programs.ts";
import { type Workplace, workplace } from "../harness/cli.ts";
import { type Answer, call, hermes, text } from "../servers/answers.ts";
import { type ScriptedServer, scriptedServer } from "../servers/openai.ts";
import type { Recorded } from "../servers/request.ts";
import { claude5, gemini3, gpt6, type Strict, signed } from "../servers/strict.ts";

const analysis = {
  overall_description: "A cube on a plane.",
  object_list: [{ name: "Cube", description: "grey", location: "middle" }],
  object_relations: "the cube stands on the plane",
  camera_setup: "in front, a little above",
  lighting_setup: "one sun",
  materials: "matt",
};
const verdict = {
  visual_difference: { critical: [], major: ["the cube is too far right"], minor: [] },
  edit_suggestion: ["move the cube left"],
  overall_similarity: 60,
  next_focus: "the cube's place",
};

let at: Workplace;
let server: ScriptedServer;
beforeEach(async () => {
  at = await workplace();
});
afterEach(async () => {
  await server.close();
  await at.close();
});

/** Plays both roles: plans, writes two programs and ends; looks at the scene, then judges. */
function player(finish: (answer: Answer) => Answer): Answer {
  let written = 0;
  let planned = false;
  const say = (request: Recorded, name: string, args: unknown): Answer =>
    finish(request.tools.length > 0 ? call(name, args) : hermes(name, args));
  return {
    kind: "function",
    answer: (request) => {
      const asked = JSON.stringify(request.body);
      if (/execute_code/.test(asked)) {
        if (!planned) {
          planned = true;
          return say(request, "make_plan", { overall_description: "a cube", detailed_plan: "move it left" });
        }
        written += 1;
        const t = 2 * written - 1;
        if (written > 2) return say(request, "end_process", { reason: "good enough" });
        return say(request, "execute_code", { thought: `step ${t}`, code_diff: "", code: programOf(t) });
      }
      if (!/visual_difference/.test(asked)) return text(JSON.stringify(analysis));
      const looked = request.body.messages.some(({ role }) => role === "assistant");
      return looked ? say(request, "end_process", verdict) : say(request, "get_scene_info", {});
    },
  };
}

interface Seen {
  requests: Recorded[];
  refused: string[];
  usage: { calls: number };
}

/** A run whose two roles are played by one profile, with `lines` under its name, at a provider's rules. */
async function runOn(
  name: string,
  model: string,
  strict: Strict,
  lines = "",
  finish = (answer: Answer) => answer,
): Promise<Seen> {
  server = await scriptedServer({ [model]: { strict } });
  server.otherwise(model, player(finish));
  const file = `mode: static_scene
task: { text: "a cube", targets: [task/target.png], start: task/start.py }
roles:
  generator: ${name}
  verifier: { player: ${name}, analyze_target: true, skills: [get_scene_info] }
stop: { max_rounds: 3, plateau: false }
render: { preview: { px: 32, samples: 1 }, final: { px: 32, samples: 1 } }
models: { ${name}: { base_url: "${server.url}"${lines} } }
`;
  await writeFile(join(at.dir, "viga.yaml"), file);
  const run = await at.viga("run", "--config", "viga.yaml", "--out", "out");
  expect(run.exitCode, run.all).toBe(0);
  const tape = (await readFile(join(at.dir, "out", "tape.jsonl"), "utf8")).trim().split("\n");
  const events = tape.map((line) => JSON.parse(line) as { type: string; data: { field?: string } });
  const scores = JSON.parse(await readFile(join(at.dir, "out", "scores.json"), "utf8")) as { usage: { calls: number } };
  return {
    requests: server.requests,
    refused: events.flatMap(({ type, data }) => (/model\.refused$/.test(type) ? [data.field ?? "?"] : [])),
    usage: scores.usage,
  };
}

/** What two requests have in common from their start on, as a prompt cache sees them. */
function sharedStart(one: Recorded, other: Recorded): string {
  const [a, b] = [one, other].map(({ body }) => JSON.stringify(body.messages));
  let length = 0;
  while (length < a!.length && a![length] === b![length]) length++;
  return a!.slice(0, length);
}

const keys = { ANTHROPIC_API_KEY: "k-anthropic", OPENAI_API_KEY: "k-openai", GEMINI_API_KEY: "k-gemini" };
Object.assign(process.env, keys);

test("Claude 5.5: a run with two model roles ends well on its shipped profile", async () => {
  const { requests, refused, usage } = await runOn("claude-sonnet-5-5", "claude-sonnet-5-5", claude5);
  expect(refused).toEqual(["tool_choice"]);
  expect(requests.every(({ body }) => body.temperature === undefined)).toBe(true);
  // The one that was refused is on the account too.
  expect(usage.calls).toBe(requests.length);

  // Plan, targets and system text begin every request alike, so that a prompt cache knows them.
  const parts: [RegExp, RegExp[]][] = [
    [/execute_code/, [/# Task/, /data:image\/png;base64,[\w+/=]+"/, /# Your plan.*move it left/, /A cube on a plane/]],
    [/visual_difference/, [/# Task/, /data:image\/png;base64,[\w+/=]+"/, /A cube on a plane/]],
  ];
  for (const [role, constant] of parts) {
    const first = (t: number) =>
      new RegExp(
        role.source === "execute_code" ? `Now write the program of round ${t}\\.` : `# Pictures of round ${t}`,
      );
    const own = requests.filter(({ body }) => role.test(JSON.stringify(body.tools)));
    const [second, third] = [2, 3].map((t) =>
      own.find((seen) => first(role.source === "execute_code" ? t : t - 1).test(seen.text)),
    );
    const shared = sharedStart(second!, third!);
    for (const part of constant) expect(shared).toMatch(part);
  }
}, 120_000);

test("GPT-6.1: a run with two model roles ends well on its shipped profile", async () => {
  const { requests, refused, usage } = await runOn("gpt-6.1-sol", "gpt-6.1-sol", gpt6);
  expect(refused).toEqual([]);
  expect(requests.every(({ tools }) => tools.length === 0)).toBe(true);
  expect(usage.calls).toBe(requests.length);
}, 120_000);

test("Gemini 3.8: a run with two model roles ends well on its shipped profile", async () => {
  const { requests, refused } = await runOn("gemini-3.8-flash", "gemini-3.8-flash", gemini3, "", signed);
  expect(refused).toEqual(["parameters"]);
  const signatures = JSON.stringify(requests.map(({ body }) => body)).match(/"thought_signature":"c2ln"/g) ?? [];
  expect(signatures.length).toBeGreaterThan(2);
}, 120_000);

test("a turn that fails is on the run's account with every request it made", async () => {
  server = await scriptedServer({ m: {} });
  server.otherwise("m", { kind: "status", status: 503, message: "busy" });
  const file = `mode: static_scene
task: { text: "a cube", targets: [task/target.png], start: task/start.py }
roles: { generator: m, verifier: pixels }
render: { preview: { px: 32, samples: 1 }, final: { px: 32, samples: 1 } }
models: { m: { like: qwen3-vl-8b, base_url: "${server.url}", model: m, retries: 1 } }
`;
  await writeFile(join(at.dir, "viga.yaml"), file);
  const run = await at.viga("run", "--config", "viga.yaml", "--out", "out");
  expect(run.exitCode, run.all).toBe(1);
  const scores = JSON.parse(await readFile(join(at.dir, "out", "scores.json"), "utf8")) as { usage: { calls: number } };
  expect(server.requests.length).toBeGreaterThan(1);
  expect(scores.usage.calls).toBe(server.requests.length);
}, 120_000);

test("GPT-5.6 on the profile of an older model: what is refused is met once for both roles", async () => {
  const { requests, refused } = await runOn("m", "gpt-5.6-terra", gpt6, ", like: gpt-4o, model: gpt-5.6-terra");
  expect(refused.sort()).toEqual(["max_tokens", "temperature", "tools"]);
  expect(requests.filter(({ body }) => body.temperature !== undefined)).toHaveLength(2);
}, 120_000);
