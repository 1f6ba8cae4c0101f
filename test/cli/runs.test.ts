import { cp, mkdir, readdir, readFile, readlink, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { specKey } from "../../actors/run/bus-keys.ts";
import { putCell } from "../../bridge/bus/kv.ts";
import { identityOf } from "../../bridge/processes/identity.ts";
import { runSpecSchema } from "../../machines/domain/index.ts";
import { type Workplace, workplace } from "../harness/cli.ts";
import { listGenerator, quietVerifier } from "../harness/players.ts";
import { testRing } from "../harness/ring.ts";
import { stubEngine } from "../harness/stub-engine.ts";

interface Found {
  run: string;
  state: string;
  task: string;
  loss: number | null;
  rounds: number;
  out: string;
}

const fixtures = join(import.meta.dirname, "..", "fixtures", "runs-ea2bb64");
let place: Workplace;
beforeAll(async () => {
  place = await workplace();
});
afterAll(() => place.close());

const at = (...parts: string[]) => join(place.dir, ...parts);
const there = (path: string) => stat(path).then(Boolean, () => false);

async function listed(...args: string[]): Promise<Found[]> {
  const { stdout, exitCode } = await place.viga("runs", ...args, "--json");
  expect(exitCode).toBe(0);
  return (JSON.parse(stdout) as { runs: Found[] }).runs;
}
const stateOf = async (dir: string) => Object.fromEntries((await listed(dir)).map(({ out, state }) => [out, state]));

/** A folder with a finished run, a failed one and a cut off one, as this version leaves them. */
async function folderOfRuns(name: string): Promise<string> {
  const dir = at(name);
  const end = (status: string) => ({
    ...{ seq: 2, id: "r/2", time: "2026-01-01T00:00:01Z", run: "r", role: "supervisor", type: "run.finished" },
    data: { status, reason: "plateau", error: null, best_t: 1, usage: null },
  });
  const began = { ...end("done"), seq: 1, type: "run.started", data: {} };
  for (const [task, last] of [
    ["cup", end("done")],
    ["box", end("failed")],
    ["fog", null],
  ] as const) {
    const out = join(dir, task);
    await mkdir(join(out, "bus", "jetstream"), { recursive: true });
    await mkdir(join(out, "artifacts", "transient"), { recursive: true });
    const spec = {
      schema: runSpecSchema,
      run: `${name}-${task}`,
      viga: "x",
      created: "2026-01-01T00:00:00Z",
      output: "saved.blend",
    };
    await writeFile(join(out, "run.json"), JSON.stringify({ ...spec, task: { mode: "static_scene", name: task } }));
    const lines = [began, ...(last === null ? [] : [last])].map((event) => JSON.stringify(event));
    await writeFile(join(out, "tape.jsonl"), `${lines.join("\n")}\n`);
    await writeFile(join(out, "bus", "jetstream", "1.blk"), "x".repeat(5000));
    await writeFile(join(out, "bus", "nats.log"), "log");
    await writeFile(join(out, "artifacts", "transient", "t"), "x".repeat(1000));
    await writeFile(join(out, "saved.blend"), "blend");
    await writeFile(join(out, "bus.json"), busFile("boot/1/2/3"));
    // Its process is of another boot: only what it wrote lately would speak for it.
    for (const file of ["run.json", "tape.jsonl", "bus.json"]) await utimes(join(out, file), 1e9, 1e9);
  }
  return dir;
}
const busFile = (process: string) =>
  JSON.stringify({ schema: 1, run: "r", url: "nats://127.0.0.1:1", token: "t", pid: 1, process });

describe("viga runs", () => {
  test("tells each run's state, also of those that an older version made", async () => {
    const dir = await folderOfRuns("listed");
    for (const name of ["recorded", "unfinished"]) await cp(join(fixtures, name), join(dir, name), { recursive: true });
    await utimes(join(dir, "unfinished", "run.json"), 1e9, 1e9);
    await utimes(join(dir, "unfinished", "tape.jsonl"), 1e9, 1e9);
    expect(await stateOf("listed")).toEqual({
      [join(dir, "cup")]: "done",
      [join(dir, "box")]: "failed",
      [join(dir, "fog")]: "interrupted",
      [join(dir, "recorded")]: "done",
      [join(dir, "unfinished")]: "other_version",
    });
    await writeFile(join(dir, "fog", "bus.json"), busFile(identityOf() ?? ""));
    expect(await stateOf("listed")).toMatchObject({ [join(dir, "fog")]: "running" });
    const recorded = (await listed("listed")).find(({ out }) => out.endsWith("recorded"));
    expect(recorded).toMatchObject({ task: "target", loss: expect.closeTo(0.04538, 5), rounds: 3 });
    const { stdout } = await place.viga("runs", "listed");
    expect(stdout).toMatch(/^other_version \(0\.1\.0 or older\) .* target .* listed\/unfinished$/m);
  });

  test("says so where there is none, and refuses a folder that is not there", async () => {
    expect((await place.viga("runs", "task")).stdout).toBe("no runs");
    expect(await place.viga("runs", "nowhere")).toMatchObject({ exitCode: 2 });
  });

  test("lists a bus: what runs there, what was interrupted, what ended", async () => {
    const ring = await testRing((spec) => ({ ...spec, run: "on-bus" }));
    try {
      await putCell(ring.bus.actors, specKey("left"), { ...ring.spec, run: "left" });
      const url = ring.server.url.replace("://", `://${ring.server.token}@`);
      const states = async () =>
        Object.fromEntries((await listed("--bus", url)).map(({ run, state }) => [run, state] as const));
      ring.start({ players: { verifier: quietVerifier }, roles: ["supervisor", "memory", "verifier"] });
      await ring.begin();
      await expect.poll(states, { timeout: 8000 }).toEqual({ "on-bus": "running", left: "interrupted" });
      const generator = listGenerator(["150", "110"]);
      ring.start({ players: { generator }, roles: ["generator"], slots: { cpu: stubEngine() } });
      await ring.finished();
      expect(await states()).toEqual({ "on-bus": "done", left: "interrupted" });
      const found = (await listed("--bus", url)).find(({ run }) => run === "on-bus");
      expect(found).toMatchObject({ rounds: 2, loss: expect.closeTo((10 / 255) ** 2, 6), task: "test" });
    } finally {
      await ring.close();
    }
  }, 30_000);
});

describe("viga clean", () => {
  test("removes leftovers of finished runs only, keeps their logs and results, and says what it freed", async () => {
    const dir = await folderOfRuns("leftovers");
    const shown = await place.viga("clean", "leftovers", "--dry-run", "--json");
    expect(JSON.parse(shown.stdout)).toMatchObject({ dry_run: true, bytes: 12_000 });
    expect(await there(join(dir, "cup", "bus", "jetstream"))).toBe(true);
    const cleaned = await place.viga("clean", "leftovers");
    expect(cleaned.stdout).toMatch(/freed 12\.0 kB/);
    for (const task of ["cup", "box"]) {
      expect(await readdir(join(dir, task, "bus"))).toEqual(["nats.log"]);
      expect(await there(join(dir, task, "artifacts", "transient"))).toBe(false);
      expect(await there(join(dir, task, "saved.blend"))).toBe(true);
    }
    expect(await there(join(dir, "fog", "bus", "jetstream", "1.blk"))).toBe(true);
    expect((await place.viga("clean", "leftovers")).stdout).toBe("nothing to clean");
  });

  test("removes whole runs in the states named, and nothing that is not viga's", async () => {
    const dir = await folderOfRuns("whole");
    await writeFile(join(dir, "box", "notes.txt"), "mine");
    const cleaned = await place.viga("clean", "whole", "--runs", "failed,interrupted");
    expect(cleaned.stdout).toMatch(/run \(failed\) {2}whole\/box; stays: notes\.txt/);
    expect(await readdir(join(dir, "box"))).toEqual(["notes.txt"]);
    expect((await readdir(dir)).sort()).toEqual(["box", "cup"]);
  });

  test("never removes a running one, whatever is asked for", async () => {
    const dir = await folderOfRuns("alive");
    await writeFile(join(dir, "fog", "bus.json"), busFile(identityOf() ?? ""));
    expect(await place.viga("clean", "alive", "--runs", "interrupted,other_version")).toMatchObject({ exitCode: 0 });
    expect(await there(join(dir, "fog", "bus", "jetstream", "1.blk"))).toBe(true);
    expect(await place.viga("clean", "alive", "--runs", "running")).toMatchObject({ exitCode: 2 });
  });

  test("with --older-than leaves what was written since", async () => {
    const dir = await folderOfRuns("aged");
    await utimes(join(dir, "cup", "tape.jsonl"), new Date(), new Date());
    await place.viga("clean", "aged", "--runs", "done,failed", "--older-than", "7d");
    expect((await readdir(dir)).sort()).toEqual(["cup", "fog"]);
    expect(await place.viga("clean", "aged", "--older-than", "week")).toMatchObject({ exitCode: 2 });
  });

  test("points output/latest at the newest run that is left", async () => {
    const dir = await folderOfRuns("output");
    await symlink("box", join(dir, "latest"));
    await place.viga("clean", "--runs", "failed");
    expect(["cup", "fog"]).toContain(await readlink(join(dir, "latest")));
    await place.viga("clean", "--runs", "done,interrupted");
    expect(await there(join(dir, "latest"))).toBe(false);
  });
});

test("a run's own bus store stays while it is interrupted, and goes when it is finished", async () => {
  const out = at("own");
  const run = place.viga(...place.run, "--out", out);
  await expect
    .poll(() => readFile(join(out, "tape.jsonl"), "utf8").catch(() => ""), { timeout: 40_000, interval: 50 })
    .toContain('"type":"round"');
  expect(await stateOf("own")).toEqual({ [out]: "running" });
  run.kill("SIGINT");
  expect((await run).exitCode).toBe(130);
  expect(await stateOf("own")).toEqual({ [out]: "interrupted" });
  await place.viga("clean", "own");
  expect(await there(join(out, "bus", "jetstream"))).toBe(true);
  const resumed = await place.viga("run", "--resume", out);
  expect(resumed.exitCode).toBe(0);
  expect(await readdir(join(out, "bus"))).toEqual(["nats.log"]);
  expect(await stateOf("own")).toEqual({ [out]: "done" });
}, 120_000);
