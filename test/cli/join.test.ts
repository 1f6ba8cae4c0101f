import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { specKey } from "../../actors/run/bus-keys.ts";
import { makeEnvelope } from "../../bridge/bus/envelope.ts";
import { putCell } from "../../bridge/bus/kv.ts";
import { publish } from "../../bridge/bus/publish.ts";
import { eventSubject } from "../../bridge/bus/subjects.ts";
import { identityOf } from "../../bridge/processes/identity.ts";
import { findRun, type Joined, joinBus, servedRuns } from "../../cli/launch/join.ts";
import { workplace } from "../harness/cli.ts";
import { type TestRing, testRing } from "../harness/ring.ts";

let ring: TestRing;
let joined: Joined;

async function add(run: string, created: string, finished: boolean): Promise<void> {
  await putCell(ring.bus.actors, specKey(run), { ...ring.spec, run, created });
  if (!finished) return;
  const data = { status: "done", reason: "plateau", error: null, best_t: 1, usage: null };
  const id = `${run}/end`;
  const message = makeEnvelope({ id, source: `${run}/supervisor`, type: "run.finished", subject: run, data });
  await publish(ring.bus, eventSubject(run, "supervisor", "run.finished"), message);
}

beforeAll(async () => {
  ring = await testRing((spec) => ({ ...spec, run: "zebra", created: "2026-01-01T00:00:00.000Z" }));
  joined = { bus: ring.bus, run: null, file: null };
});
afterAll(() => ring.close());

test("the run meant is the newest by when it was made, not by its name, and one that goes on before finished ones", async () => {
  expect(await findRun(joined, undefined)).toBe("zebra");
  await add("apple", "2026-01-02T00:00:00.000Z", false);
  expect(await findRun(joined, undefined)).toBe("apple");
  await add("melon", "2026-01-03T00:00:00.000Z", true);
  expect(await findRun(joined, undefined)).toBe("apple");
  expect(await findRun(joined, "melon")).toBe("melon");
});

test("a role that serves a whole bus takes up the runs that go on, and no finished one", async () => {
  const stop = new AbortController();
  const played: string[] = [];
  const serving = servedRuns(joined, stop.signal, async (run) => void played.push(run));
  await expect.poll(() => played.toSorted(), { timeout: 8000 }).toEqual(["apple", "zebra"]);
  stop.abort();
  await serving;
  expect(played).not.toContain("melon");
});

test("who only looks is told at once that a run is over; who takes part waits for the next", async () => {
  const place = await workplace();
  try {
    const recorded = join(import.meta.dirname, "..", "fixtures", "runs-ea2bb64", "recorded");
    await cp(recorded, join(place.dir, "over"), { recursive: true });
    // A process that has ended: this one's number, started at another time.
    const self = identityOf() ?? "";
    const dead = self.replace(/\/\d+$/, "/1");
    const file = { schema: 1, run: "r", url: "nats://127.0.0.1:1", token: "t", pid: process.pid, process: dead };
    await writeFile(join(place.dir, "over", "bus.json"), JSON.stringify(file));
    for (const verb of [["observe"], ["ctl", "-", "pause"]]) {
      const { exitCode, stderr } = await place.viga(...verb, "--out", "over");
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/the run in over is over \(done\)\n.*over\/tape\.jsonl/);
    }
    // The newest run: who steers it or asks for its address is told too; who watches is told, and waits for the next.
    await mkdir(join(place.dir, "output"));
    await symlink("../over", join(place.dir, "output", "latest"));
    for (const verb of [
      ["ctl", "-", "pause"],
      ["observe", "--print-nats"],
    ]) {
      const { exitCode, stderr } = await place.viga(...verb);
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/the run in over is over \(done\)/);
    }
    const watching = place.viga("observe");
    let heard = "";
    watching.stderr?.on("data", (chunk: Buffer) => {
      heard += chunk.toString();
    });
    await expect
      .poll(() => heard, { timeout: 10_000 })
      .toMatch(/is over \(done\).*over\/tape\.jsonl.*\nwaiting for the next run/);
    watching.kill("SIGINT");
    await watching;
    const stop = new AbortController();
    const said: string[] = [];
    const waiting = joinBus({ out: join(place.dir, "over") }, "viga role", stop.signal, (line) => {
      said.push(line);
      stop.abort();
    });
    await expect(waiting).rejects.toMatchObject({ code: "input_invalid" });
    expect(said).toEqual([expect.stringContaining("waiting for the next run")]);
  } finally {
    await place.close();
  }
}, 40_000);
