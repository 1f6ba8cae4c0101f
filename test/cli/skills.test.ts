import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { programOf } from "../chaos/programs.ts";
import { type Workplace, workplace } from "../harness/cli.ts";
import { call } from "../servers/answers.ts";
import { type ScriptedServer, scriptedServer } from "../servers/openai.ts";

const root = resolve(import.meta.dirname, "../..");
const everything = join(root, "node_modules/@modelcontextprotocol/server-everything/dist/index.js");
const trouble = join(root, "test/servers/mcp.ts");

let at: Workplace;
let server: ScriptedServer;
beforeEach(async () => {
  at = await workplace();
  server = await scriptedServer({ writer: {} });
});
afterEach(async () => {
  await server.close();
  await at.close();
});

/** A run whose generator is the scripted model, with these servers and skills. */
async function run(skills: Record<string, unknown>, offered: string[], ...more: string[]) {
  const config = {
    mode: "static_scene",
    models: { writer: { like: "qwen3-vl-32b", base_url: server.url, model: "writer", tools: "native" } },
    skills,
    roles: { generator: { player: "writer", skills: offered }, verifier: "pixels" },
    stop: { max_rounds: 1 },
    render: { preview: { px: 32, samples: 1 }, final: { px: 32, samples: 1 } },
  };
  await writeFile(join(at.dir, "viga.yaml"), JSON.stringify(config));
  const target = ["--target", "task/target.png", "--start", "task/start.py"];
  return at.viga("run", "--config", "viga.yaml", ...target, "--out", "out", ...more);
}
const node = (...args: string[]) => ({ command: [process.execPath, ...args] });

test("a model calls tools of a server from the registry, and the picture it gets has a receipt", async () => {
  server.script(
    "writer",
    call("every_get-sum", { a: 2, b: 40 }),
    call("every_get-tiny-image", {}),
    call("execute_code", { thought: "t", code_diff: "", code: programOf(1) }),
  );
  const result = await run({ every: node(everything, "stdio") }, ["make_plan", "every/*", "end_process"]);
  expect(result.all).not.toContain("no tools");
  expect(result.exitCode).toBe(0);
  const [first, second, third] = server.requests;
  const tools = first!.body.tools as unknown as { function: { name: string; parameters: { required?: string[] } } }[];
  const names = tools.map((tool) => tool.function.name);
  expect(names).toEqual(expect.arrayContaining(["execute_code", "make_plan", "every_echo", "every_get-sum"]));
  for (const name of names) expect(name).toMatch(/^[a-z0-9_-]{1,64}$/);
  expect(tools.find((tool) => tool.function.name === "every_get-sum")?.function.parameters.required).toEqual([
    "a",
    "b",
  ]);
  expect(JSON.stringify(second!.body.messages)).toContain("42");
  expect(third!.images.length).toBe(second!.images.length + 1);
  const tape = (await readFile(join(at.dir, "out", "tape.jsonl"), "utf8")).trim().split("\n");
  const events = tape.map((line) => JSON.parse(line) as { type: string; data: Record<string, unknown> });
  expect(events.filter(({ type }) => type.endsWith("skill.call")).map(({ data }) => [data.tool, data.ok])).toEqual([
    ["every_get-sum", true],
    ["every_get-tiny-image", true],
  ]);
  const receipts = events.filter(({ type }) => type.endsWith("model.call")).map(({ data }) => data.receipts);
  expect(JSON.stringify(receipts.at(-1))).toContain("every_get-tiny-image 1");
}, 120_000);

test("a dry run lists servers, what they see and who asks for them, and starts none", async () => {
  const file = join(at.dir, "calls");
  const mine = { ...node(trouble, "deaf", file), env: ["MY_KEY"] };
  const result = await run({ mine, spare: { url: "http://127.0.0.1:9/mcp" } }, ["mine/*"], "--dry-run");
  expect(result.exitCode).toBe(0);
  expect(result.all).toMatch(
    /server mine: .*mcp\.ts deaf.*sees MY_KEY; outside the sandbox, for roles\.generator \(mine\/\*\)/,
  );
  expect(result.all).toMatch(/server spare: http:\/\/127\.0\.0\.1:9\/mcp; outside the sandbox, for nobody/);
  expect(readdirSync(at.dir)).not.toContain("out");
});

const refused: [string, Record<string, unknown>, string[], number, RegExp][] = [
  ["cannot be started", { mine: node("-e", "process.exit(4)") }, ["mine/*"], 3, /skills\.mine: cannot start/],
  ["lacks its key", { mine: { ...node(trouble), env: ["NO_SUCH_KEY"] } }, ["mine/echo"], 3, /NO_SUCH_KEY not set/],
  ["lacks the tool", { mine: node(trouble) }, ["mine/ecko"], 2, /mine has no tool "ecko"; did you mean "echo"\?/],
  ["is not there", { mine: node(trouble) }, ["mind/echo"], 2, /no server "mind" under skills; did you mean "mine"\?/],
  ["is written wrong", { mine: { command: "python3 x.py" } }, ["mine/*"], 2, /skills\.mine/],
  ["has a key in the file", { mine: { ...node(trouble), env: ["MY_KEY=1"] } }, ["mine/*"], 2, /never its value/],
];
test.each(refused)("a server that %s is named before anything starts", async (_, skills, offered, code, line) => {
  const result = await run(skills, offered);
  expect(result.all).toMatch(line);
  expect(result.exitCode).toBe(code);
  expect(readdirSync(at.dir)).not.toContain("out");
});

test("a server without tools is told, and the run goes on without it", async () => {
  server.script("writer", call("execute_code", { thought: "t", code_diff: "", code: programOf(1) }));
  const result = await run({ mine: node(trouble, "empty") }, ["mine/*"]);
  expect(result.all).toContain("skills.mine lists no tools; the run goes on without it");
  expect(result.exitCode).toBe(0);
}, 120_000);
