import { createReadStream } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readTape } from "../../observers/tape.ts";
import { programOf } from "../chaos/programs.ts";
import { type Workplace, workplace } from "../harness/cli.ts";
import { misfits } from "../harness/events.ts";
import { type Answer, call, hermes } from "../servers/answers.ts";
import { type ScriptedServer, scriptedServer } from "../servers/openai.ts";
import type { Recorded } from "../servers/request.ts";

/** Planted, then looked for in everything that a run leaves. */
const key = "sk-planted-0123456789-secret";
const models = { qwen: "Qwen/Qwen3-VL-32B-Instruct", claude: "claude-sonnet-5-5" };

let at: Workplace;
let qwen: ScriptedServer;
let claude: ScriptedServer;

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

/** Plays whichever part a request asks for, in the style of the model: Claude calls natively, Qwen writes XML. */
function player(style: (name: string, args: unknown) => Answer): Answer {
  let written = 0;
  return {
    kind: "function",
    answer: (request: Recorded) => {
      const asked = JSON.stringify(request.body);
      if (/execute_code/.test(asked)) {
        written += 1;
        const t = 2 * written - 1;
        return written > 2
          ? style("end_process", { reason: "good enough" })
          : style("execute_code", { thought: `step ${t}`, code_diff: "", code: programOf(t) });
      }
      return /end_process|visual_difference/.test(asked)
        ? style("end_process", verdict)
        : { kind: "text", text: JSON.stringify(analysis) };
    },
  };
}

beforeEach(async () => {
  at = await workplace();
  qwen = await scriptedServer({ [models.qwen]: { context: 32768 } });
  claude = await scriptedServer({ [models.claude]: { key } });
});
afterEach(async () => {
  await Promise.all([qwen.close(), claude.close()]);
  await at.close();
});

/** A viga.yaml on the hybrid preset whose two models live on the scripted servers. */
async function configure(roles = ""): Promise<string[]> {
  const { stdout } = await at.viga(
    "run",
    "--config",
    "hybrid",
    "--dry-run",
    "--json",
    "--mode",
    "static_scene",
    "--target",
    "task/target.png",
  );
  expect(JSON.parse(stdout).roles).toMatchObject([{ player: "claude-sonnet-5-5" }, { player: "qwen3-vl-32b" }]);
  await writeFile(
    join(at.dir, "viga.yaml"),
    `preset: hybrid
${roles}refine: none
render: { preview: { px: 32, samples: 1 }, final: { px: 32, samples: 1 } }
models:
  claude-sonnet-5-5: { base_url: "${claude.url}", model: "${models.claude}" }
  qwen3-vl-32b: { base_url: "${qwen.url}", model: "${models.qwen}" }
`,
  );
  const task = [
    "--mode",
    "static_scene",
    "--target",
    "task/target.png",
    "--start",
    "task/start.py",
    "--text",
    "a cube",
  ];
  return ["run", "--config", "viga.yaml", ...task];
}

async function* filesIn(dir: string): AsyncGenerator<string> {
  for (const entry of await readdir(dir, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) yield join(entry.parentPath, entry.name);
  }
}

async function holds(path: string, text: string): Promise<boolean> {
  let tail = "";
  for await (const chunk of createReadStream(path, "latin1")) {
    const now = tail + chunk;
    if (now.includes(text)) return true;
    tail = now.slice(-text.length);
  }
  return false;
}

const roundsOf = async (out: string) => {
  const scores = JSON.parse(await readFile(join(at.dir, out, "scores.json"), "utf8")) as {
    rounds: { t: number; pl: number }[];
    best: { t: number };
  };
  return { best: scores.best.t, rounds: scores.rounds.map(({ t, pl }) => [t, Math.round(pl * 1e9)]) };
};

test("--config hybrid: each role speaks to its own model with its own tools and pictures; in one process or several, the same", async () => {
  process.env.ANTHROPIC_API_KEY = key;
  const run = await configure();
  const results: unknown[] = [];
  for (const hosts of ["inline", "processes"]) {
    claude.otherwise(
      models.claude,
      player((name, args) => call(name, args)),
    );
    qwen.otherwise(
      models.qwen,
      player((name, args) => hermes(name, args)),
    );
    const [before, seen] = [claude.requests.length, qwen.requests.length];
    const result = await at.viga(...run, "--out", hosts, "--hosts", hosts);
    expect(result.exitCode, result.all).toBe(0);
    const writing = claude.requests.slice(before);
    const looking = qwen.requests.slice(seen);
    expect(writing.map((request) => request.model)).toEqual(writing.map(() => models.claude));
    expect(writing.every((request) => request.tools.some((tool) => tool.includes("execute_code")))).toBe(true);
    expect(writing.every((request) => request.images.length > 0)).toBe(true);
    // Before round 1 the vision role describes the target; then it judges rounds 0, 1 and 2.
    expect(looking).toHaveLength(4);
    expect(looking[0]?.images).toHaveLength(1);
    for (const request of looking.slice(1)) expect(request.images.length).toBeGreaterThan(2);
    expect(JSON.stringify(writing[0]?.body)).toContain("A cube on a plane");
    expect(JSON.stringify(writing[0]?.body)).toContain("move the cube left");
    for (const request of looking) expect(request.promptTokens + request.maxTokens).toBeLessThanOrEqual(32768);
    results.push(await roundsOf(hosts));
    expect(misfits(await readTape(join(at.dir, hosts)))).toEqual([]);
  }
  expect(results[1]).toEqual(results[0]);

  const found = async (text: string) => {
    const files: string[] = [];
    for await (const file of filesIn(at.dir)) if (await holds(file, text)) files.push(file);
    return files;
  };
  // The search sees bus store, tape, report and thoughts: what the vision role said is found there.
  expect((await found("the cube is too far right")).length).toBeGreaterThan(3);
  expect(await found(key)).toEqual([]);
}, 120_000);

test("swapping the roles is one line of YAML", async () => {
  process.env.ANTHROPIC_API_KEY = key;
  const run = await configure(
    "roles: { generator: qwen3-vl-32b, verifier: { player: claude-sonnet-5-5, analyze_target: true } }\n",
  );
  claude.otherwise(
    models.claude,
    player((name, args) => call(name, args)),
  );
  qwen.otherwise(
    models.qwen,
    player((name, args) => hermes(name, args)),
  );
  const result = await at.viga(...run, "--out", "swapped");
  expect(result.exitCode, result.all).toBe(0);
  expect(qwen.requests).toHaveLength(3);
  expect(claude.requests).toHaveLength(4);
  expect((await roundsOf("swapped")).rounds.map(([t]) => t)).toEqual([0, 1, 2]);
}, 60_000);

test("a missing key is named before anything is started", async () => {
  delete process.env.ANTHROPIC_API_KEY;
  const run = await configure();
  const result = await at.viga(...run, "--out", "none");
  expect(result.exitCode).toBe(3);
  expect(result.all).toContain("ANTHROPIC_API_KEY");
  expect(await readdir(at.dir)).not.toContain("none");
});
