import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serveSlot } from "../../actors/slot/slot.ts";
import { BatchFile, newBatch } from "../../cli/launch/batch/batch-file.ts";
import { playTasks } from "../../cli/launch/batch/play-batch.ts";
import { configOf } from "../../cli/launch/batch/request.ts";
import { findTasks } from "../../cli/launch/dataset/find-tasks.ts";
import { modeOf } from "../../config/modes/index.ts";
import { type TestBus, testBus } from "../harness/bus.ts";
import { stubEngine } from "../harness/stub-engine.ts";
import { call } from "../servers/answers.ts";
import { type ScriptedServer, scriptedServer } from "../servers/openai.ts";

/** Three tasks at once on one slot; their generator is a model whose endpoint is limited. */
const ids = ["geometry1", "geometry2", "geometry3"];
let at: TestBus;
let server: ScriptedServer;
let serving: Promise<void>;
const ended = new AbortController();

beforeAll(async () => {
  at = await testBus();
  server = await scriptedServer({ m: {} });
  let written = 0;
  server.otherwise("m", {
    kind: "function",
    answer: () => call("execute_code", { thought: "next", code_diff: "", code: String(150 + written++) }),
  });
  const goal = sharp({ create: { width: 8, height: 8, channels: 3, background: "#646464" } }).png();
  for (const id of ids) {
    const task = join(at.dir, "data", id);
    await mkdir(join(task, "renders", "goal"), { recursive: true });
    await writeFile(join(task, "start.py"), "200");
    await writeFile(join(task, "blender_file.blend"), "BLENDER-v306 and no more");
    await writeFile(join(task, "renders", "goal", "render1.png"), await goal.toBuffer());
  }
  const scratch = join(at.dir, "scratch");
  const slot = { bus: at.bus, engineName: "blender", slot: "stub", engine: stubEngine(), scratch };
  serving = serveSlot({ ...slot, signal: ended.signal, log: () => undefined });
}, 60_000);

afterAll(async () => {
  ended.abort();
  await serving;
  await server?.close();
  await at?.close();
});

/** Plays the three tasks at once with these limits of the endpoint, until they end or are stopped. */
async function play(name: string, limits: string, stop: AbortSignal) {
  const sets = [
    `models.limited={like: qwen3-vl-32b, base_url: "${server.url}", model: m, tools: native, ${limits}}`,
    ...["roles.generator=limited", "roles.verifier=pixels", "stop.max_rounds=3", "stop.plateau=false"],
  ];
  const config = configOf({ mode: "blendergym", cwd: at.dir, sets });
  const data = join(at.dir, "data");
  const out = join(at.dir, name);
  await mkdir(out);
  const file = new BatchFile(out, newBatch("blendergym", data, (await findTasks(data, modeOf("blendergym"))).tasks));
  const nothing = () => undefined;
  const watching = { log: nothing, began: nothing, heard: nothing, ended: async () => undefined };
  const options = {
    out,
    config,
    settingsOf: () => ({ config, skills: {} }),
    workers: ids.length,
    signal: stop,
    ...watching,
  };
  const address = { url: at.server.url, token: at.server.token };
  const failed: unknown[] = [];
  const runBus = { bus: at.bus, address, own: true, close: async () => undefined };
  await playTasks(file, runBus, options, stop, (error) => failed.push(error));
  return { statuses: file.batch.tasks.map(({ status }) => status), failed };
}

test("no more calls are open at once than the endpoint's concurrency, over all runs of the batch", async () => {
  const before = server.requests.length;
  const { statuses, failed } = await play("concurrency", "concurrency: 1", ended.signal);
  expect([statuses, failed]).toEqual([["done", "done", "done"], []]);
  expect(server.requests.length - before).toBeGreaterThanOrEqual(9);
  expect(server.mostOpen()).toBe(1);
}, 120_000);

/** Calls that a run has begun, and those of them that have a reply. */
function callsOf(out: string, id: string): { begun: number; replied: number } {
  const tape = join(at.dir, out, id, "tape.jsonl");
  const text = existsSync(tape) ? readFileSync(tape, "utf8") : "";
  const count = (type: string) => text.split(`"type":"${type}"`).length - 1;
  return { begun: count("call.intent"), replied: count("call.reply") };
}

test("a minute sees no more calls than the endpoint's rpm: all runs wait when it is used up", async () => {
  // Calls of the batch before count too: it is the same endpoint, and its minute is not over.
  const before = server.requests.length;
  const stop = new AbortController();
  const playing = play("rpm", `rpm: ${before + 4}`, stop.signal);
  const isWaiting = () =>
    server.requests.length >= before + 4 &&
    ids.every((id) => {
      const { begun, replied } = callsOf("rpm", id);
      return begun === replied + 1;
    });
  const allWait = async () => {
    // Twice in a row: a run that was let in would have been answered meanwhile.
    for (let times = 0; times < 2; times = isWaiting() ? times + 1 : 0) await wait(500);
  };
  expect(await Promise.race([allWait().then(() => "all wait"), playing])).toBe("all wait");
  expect(server.requests.length).toBe(before + 4);
  stop.abort();
  expect((await playing).statuses).toEqual(["unfinished", "unfinished", "unfinished"]);
}, 120_000);
