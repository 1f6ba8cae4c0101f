import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { serveSlot } from "../../actors/slot/slot.ts";
import { resumeBatch, startBatch } from "../../cli/launch/batch/start-batch.ts";
import { noFilter, type TaskFilter } from "../../cli/launch/dataset/filter.ts";
import { resumeRun } from "../../cli/launch/start.ts";
import { type Batch, batch } from "../../machines/domain/index.ts";
import { main } from "../harness/cli.ts";
import { type OpenServer, openServer } from "../harness/open-server.ts";
import { stubEngine } from "../harness/stub-engine.ts";

/** A bus without a login, a slot whose programs are grey levels, and a dataset of four tasks, one without a goal. */
let dir: string;
let server: OpenServer;
let serving: Promise<void>;
const stop = new AbortController();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "viga-batch-cli-"));
  server = await openServer(join(dir, "store"));
  serving = serveSlot({
    bus: server.bus,
    engineName: "blender",
    slot: "stub",
    engine: stubEngine({ delay: 200 }),
    scratch: join(dir, "scratch"),
    signal: stop.signal,
    log: () => undefined,
  });
  for (const [n, id] of ["geometry1", "geometry2", "lighting1", "placement1"].entries()) {
    const task = join(dir, "data", id);
    await mkdir(join(task, "renders", "goal"), { recursive: true });
    await writeFile(join(task, "start.py"), String(200 - n));
    await writeFile(join(task, "blender_file.blend"), "BLENDER-v306 and no more");
    if (id !== "lighting1") await goal(id);
  }
  await writeFile(join(dir, "recording.json"), JSON.stringify({ generator: ["150", "130", "110", "105"] }));
}, 60_000);

afterAll(async () => {
  stop.abort();
  await serving;
  await server.close();
  await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

async function goal(id: string): Promise<void> {
  await sharp({ create: { width: 8, height: 8, channels: 3, background: "#646464" } })
    .png()
    .toFile(join(dir, "data", id, "renders", "goal", "render1.png"));
}

const asked = {
  mode: "blendergym",
  data: "data",
  sets: ["executors=[]", "roles.generator=replay:recording.json", "stop.plateau=false"],
};

/** Starts or resumes in this process, in the test's folder; what it says is kept. */
async function said(work: () => Promise<number>): Promise<{ code: number; out: string; err: string }> {
  const texts = { out: "", err: "" };
  const keep = (name: "out" | "err") => (text: unknown) => {
    texts[name] += String(text);
    return true;
  };
  const spies = [
    vi.spyOn(process, "cwd").mockReturnValue(dir),
    vi.spyOn(process.stdout, "write").mockImplementation(keep("out")),
    vi.spyOn(process.stderr, "write").mockImplementation(keep("err")),
  ];
  try {
    return { code: await work(), ...texts };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

const begin = (more: Partial<TaskFilter> & { sets?: string[] }, signal = stop.signal) => {
  const { sets = [], ...filter } = more;
  const whole = {
    ...asked,
    filter: { ...noFilter, ...filter },
    sets: [...asked.sets, `bus.url=${server.url}`, ...sets],
  };
  return said(() => startBatch(whole, { out: join(dir, "out"), json: false, signal, workers: 1 }));
};

const resume = (more: { retry?: boolean; mode?: string; json?: boolean } = {}) =>
  said(() => resumeBatch("out", { json: false, retry: false, signal: stop.signal, trust: false, ...more }));

async function batchNow(): Promise<Batch> {
  return batch.parse(JSON.parse(await readFile(join(dir, "out", "batch.json"), "utf8")));
}

const tapeOf = (id: string) => join(dir, "out", id, "tape.jsonl");
const statuses = ({ tasks }: Batch) => Object.fromEntries(tasks.map(({ id, status }) => [id, status]));

/** Waits until the task `id` has so many rounds on its tape. */
async function rounds(id: string, count: number): Promise<void> {
  for (;;) {
    const text = existsSync(tapeOf(id)) ? readFileSync(tapeOf(id), "utf8") : "";
    if (text.split('"type":"round"').length > count) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("a batch that is SIGKILLed goes on: what had ended stays byte for byte, and one bad task stops nothing", async () => {
  const sets = [...asked.sets, `bus.url=${server.url}`].flatMap((set) => ["--set", set]);
  const first = execa(
    process.execPath,
    [main, "batch", asked.mode, "--data", asked.data, "--out", "out", "--workers", "1", ...sets],
    { cwd: dir, reject: false, stdin: "ignore" },
  );
  await rounds("geometry2", 2);
  first.kill("SIGKILL");
  await first;
  const cut = await batchNow();
  expect(statuses(cut)).toEqual({
    geometry1: "done",
    geometry2: "unfinished",
    lighting1: "unfinished",
    placement1: "unfinished",
  });
  expect(cut.tasks[0]?.start_hash).toMatchObject({ start: expect.stringMatching(/^sha256:/) });
  const ended = await readFile(tapeOf("geometry1"));
  const begun = await readFile(tapeOf("geometry2"), "utf8");

  // A batch's run has its store on the batch's bus.
  await expect(
    said(() => resumeRun("out/geometry2", { hosts: "inline", json: false, signal: stop.signal })),
  ).rejects.toThrow(/is a task of the batch in out/);
  await expect(said(() => resumeRun("out", { hosts: "inline", json: false, signal: stop.signal }))).rejects.toThrow(
    /out holds a batch/,
  );
  await expect(resume({ mode: "blenderbench" })).rejects.toThrow(/is a batch of blendergym/);

  const second = await resume();
  expect(second.err).toMatch(/\[4\/4\].*\n[\s\S]*viga batch --resume out --retry failed/);
  expect(second.code).toBe(1);
  const after = await batchNow();
  expect(statuses(after)).toEqual({ geometry1: "done", geometry2: "done", lighting1: "error", placement1: "done" });
  expect(after.tasks[2]?.reason).toMatch(/missing renders\/goal\/render1\.png/);
  expect(after.tasks.map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1]);
  expect(await readFile(tapeOf("geometry1"))).toEqual(ended);
  const whole = await readFile(tapeOf("geometry2"), "utf8");
  expect(whole.startsWith(begun.slice(0, begun.lastIndexOf("\n") + 1))).toBe(true);
  expect(whole.match(/"type":"round"/g)).toHaveLength(5);
  expect(second.out).toMatch(/\| placement1 \| placement \| done \|/);
  const csv = await readFile(join(dir, "out", "tasks.csv"), "utf8");
  expect(csv.trimEnd().split("\r\n")).toHaveLength(5);

  await goal("lighting1");
  const third = await resume({ retry: true, json: true });
  expect(third.code).toBe(0);
  expect(JSON.parse(third.out.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({ schema: 1, counts: { done: 4 } });
  expect((await batchNow()).tasks[2]).toMatchObject({ status: "done", dir: "lighting1", attempts: 2 });
  expect(await readFile(tapeOf("geometry1"))).toEqual(ended);
}, 300_000);

test("an interrupted batch can be gone on with, and says how", async () => {
  await rm(join(dir, "out"), { recursive: true });
  const interrupt = new AbortController();
  const going = begin({ type: ["geometry"], sets: ["stop.max_rounds=4"] }, interrupt.signal);
  await rounds("geometry1", 1);
  interrupt.abort();
  const cut = await going;
  expect(cut.code).toBe(130);
  expect(cut.err).toMatch(/interrupted, 2 tasks: 2 unfinished; continue with: viga batch --resume out/);
  await expect(begin({})).rejects.toThrow(/already holds a batch/);
  expect((await resume()).code).toBe(0);
  expect(statuses(await batchNow())).toEqual({ geometry1: "done", geometry2: "done" });
}, 200_000);

test("what failed is begun again in a folder of its own, and the failed run stays as it is", async () => {
  await rm(join(dir, "out"), { recursive: true });
  const first = await begin({ id: ["geometry1"], sets: ["roles.generator=command:false"] });
  expect(first.code).toBe(1);
  expect((await batchNow()).tasks).toMatchObject([{ status: "failed", dir: "geometry1", attempts: 1 }]);
  const failed = await readFile(tapeOf("geometry1"));
  expect((await resume()).code).toBe(1);
  expect((await batchNow()).tasks[0]?.attempts).toBe(1);
  await resume({ retry: true });
  expect((await batchNow()).tasks).toMatchObject([{ status: "failed", dir: "geometry1.2", attempts: 2 }]);
  expect(await readFile(tapeOf("geometry1"))).toEqual(failed);
}, 200_000);

test("wrong words are refused before anything is made", async () => {
  await rm(join(dir, "out"), { recursive: true });
  await expect(begin({ task: ["geometri"] })).rejects.toThrow(/--task geometri: no .*did you mean "geometry"/);
  await expect(begin({ sets: ["stop.max_round=1"] })).rejects.toThrow(/did you mean "stop.max_rounds"/);
  expect(existsSync(join(dir, "out"))).toBe(false);
}, 60_000);
