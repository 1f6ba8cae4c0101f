import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { serveSlot } from "../../../actors/slot/slot.ts";
import { entriesOf } from "../../../cli/eval/entries.ts";
import { type ExperimentOptions, startExperiments } from "../../../cli/launch/experiment/start-experiment.ts";
import { type ExperimentResult, experimentResult } from "../../../machines/domain/index.ts";
import { type OpenServer, openServer } from "../../harness/open-server.ts";
import { stubEngine } from "../../harness/stub-engine.ts";

/** A bus of the user's with one slot, whose programs are grey levels, and two tasks. */
let dir: string;
let server: OpenServer;
let serving: Promise<void>;
const engine = stubEngine({ delay: 50 });
const stop = new AbortController();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "viga-experiment-bus-"));
  server = await openServer(join(dir, "store"));
  serving = serveSlot({
    bus: server.bus,
    engineName: "blender",
    slot: "stub",
    engine,
    scratch: join(dir, "scratch"),
    signal: stop.signal,
    log: () => undefined,
  });
  for (const [id, level] of Object.entries({ geometry1: 200, lighting1: 180 })) {
    const task = join(dir, "data", id);
    await mkdir(join(task, "renders", "goal"), { recursive: true });
    await writeFile(join(task, "start.py"), String(level));
    await writeFile(join(task, "blender_file.blend"), "BLENDER-v306 and no more");
    await sharp({ create: { width: 8, height: 8, channels: 3, background: "#646464" } })
      .png()
      .toFile(join(task, "renders", "goal", "render1.png"));
  }
  for (const [name, programs] of Object.entries({ good: ["110"], poor: ["150"] })) {
    await writeFile(join(dir, `${name}.json`), JSON.stringify({ generator: programs }));
  }
}, 60_000);

afterAll(async () => {
  stop.abort();
  await serving;
  await server.close();
  await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

const fileOf = (name: string, more = "") => `name: ${name}
tasks: { data: data, mode: blendergym, type: [geometry, lighting] }
set: { executors: [], bus.url: "${server.url}", stop.max_rounds: 1 }
matrix:
  roles.generator: [{ label: good, value: "replay:good.json" }, { label: poor, value: "replay:poor.json" }]
${more}`;

/** Starts in this process, in the test's folder; what it says is kept. */
async function said(name: string, more: string, options: Partial<ExperimentOptions> = {}) {
  await writeFile(join(dir, `${name}.yaml`), fileOf(name, more));
  const texts = { out: "", err: "" };
  const keep = (key: "out" | "err") => (text: unknown) => {
    texts[key] += String(text);
    return true;
  };
  const spies = [
    vi.spyOn(process, "cwd").mockReturnValue(dir),
    vi.spyOn(process.stdout, "write").mockImplementation(keep("out")),
    vi.spyOn(process.stderr, "write").mockImplementation(keep("err")),
  ];
  const common = { sets: [], only: {}, retry: false, trust: false, dryRun: false, json: false, signal: stop.signal };
  try {
    return { code: await startExperiments(`${name}.yaml`, { ...common, ...options }), ...texts };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

const folder = (name: string) => join(dir, "output", "experiments", name);
async function resultOf(name: string): Promise<ExperimentResult> {
  return experimentResult.parse(JSON.parse(await readFile(join(folder(name), "experiment.json"), "utf8")));
}
const statuses = ({ cells }: ExperimentResult) => cells.map(({ runs }) => runs.map(({ status }) => status).join());

test("cells run one by one or together on a bus of one's own, whose executor's version and device are pinned", async () => {
  const one = await said("whole", "", { only: { "roles.generator": "poor" } });
  expect(one.code, one.err).toBe(0);
  expect(statuses(await resultOf("whole"))).toEqual(["unfinished,unfinished", "done,done"]);
  expect((await resultOf("whole")).warnings).toContain("2 runs are not finished");
  const all = await said("whole", "", { json: true });
  expect(all.code).toBe(0);
  const events = all.out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events.filter(({ event }) => event === "task.began")).toHaveLength(2);
  expect(events.at(-1)).toMatchObject({ name: "whole", out: folder("whole") });
  const result = await resultOf("whole");
  expect(statuses(result)).toEqual(["done,done", "done,done"]);
  expect(result.cells[0]?.runs[0]?.pins).toMatchObject({ engine: "blender stub", device: "cpu" });
  expect(result.cells[0]!.gain!.mean).toBeGreaterThan(result.cells[1]!.gain!.mean);
  expect(existsSync(join(folder("whole"), "experiment.md"))).toBe(true);

  // A run that is gone runs again, alone.
  await rm(join(folder("whole"), result.cells[0]!.runs[0]!.dir), { recursive: true });
  const again = await said("whole", "");
  expect(again.err).toMatch(/1 of 4 runs of whole, 1 at once/);
  expect(statuses(await resultOf("whole"))).toEqual(["done,done", "done,done"]);

  // A cell's folder is a batch of its own to viga eval.
  const { kind, entries } = await entriesOf(join(folder("whole"), "good"));
  expect([kind, entries.map(({ group, status }) => [group, status])]).toEqual([
    "batch",
    [
      ["geometry", "done"],
      ["lighting", "done"],
    ],
  ]);
}, 120_000);

test("interrupted, it says the command that goes on; that one goes on", async () => {
  const interrupt = new AbortController();
  const going = said("cut", "repeats: 3\n", { signal: interrupt.signal, workers: 1 });
  while (!existsSync(join(folder("cut"), "experiment.json")) || !/done/.test(statuses(await resultOf("cut")).join())) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  interrupt.abort();
  const cut = await going;
  expect(cut.code).toBe(130);
  expect(cut.err).toMatch(/interrupted, \d+ of 12 runs unfinished; continue with: viga experiment cut\.yaml\n/);
  expect((await said("cut", "repeats: 3\n")).code).toBe(0);
  const { cells, seeds } = await resultOf("cut");
  expect(seeds).toEqual([1, 2, 3]);
  expect(cells.map(({ finished }) => finished)).toEqual([6, 6]);
}, 120_000);

test("a budget that is used up ends it cleanly, with a warning, and more of it goes on", async () => {
  const short = await said("short", "repeats: 9\nbudget: { minutes: 0.03 }\n", { workers: 1 });
  expect(short.code, short.err).toBe(0);
  const result = await resultOf("short");
  expect(result.warnings[0]).toBe("its budget of 0.03 minutes is used up");
  expect(result.warnings).toContainEqual(expect.stringMatching(/runs are not finished/));
  expect(short.out).toContain("its budget of 0.03 minutes is used up");
  const rest = await said("short", "repeats: 9\n", { workers: 6 });
  expect(rest.code, rest.err).toBe(0);
  expect((await resultOf("short")).warnings, rest.err).toEqual([]);
}, 120_000);
