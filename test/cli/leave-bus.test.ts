import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { actorKey, endedKey, specKey } from "../../actors/run/bus-keys.ts";
import { openBus } from "../../bridge/bus/connection.ts";
import { makeEnvelope } from "../../bridge/bus/envelope.ts";
import { putCell, readCell } from "../../bridge/bus/kv.ts";
import { publish } from "../../bridge/bus/publish.ts";
import { eventSubject } from "../../bridge/bus/subjects.ts";
import { leaveBus } from "../../cli/launch/leave-bus.ts";
import { type TestRing, testRing } from "../harness/ring.ts";

let ring: TestRing;
beforeAll(async () => {
  ring = await testRing();
});
afterAll(() => ring.close());

const end = { status: "done", reason: "plateau", error: null, best_t: 1, usage: null };

/** A run that ended on the bus; its folder holds its tape up to the end, or is cut off before, or is not here. */
async function ended(run: string, tape: "whole" | "cut" | "elsewhere", minutes: number): Promise<void> {
  const out = join(ring.dir, run);
  const spec = { ...ring.spec, run, out };
  await putCell(ring.bus.actors, specKey(run), spec);
  await putCell(ring.bus.actors, actorKey(run, "memory"), { any: "record" });
  const id = `${run}/end`;
  const source = `${run}/supervisor`;
  const time = new Date(Date.now() - minutes * 60_000).toISOString();
  const message = makeEnvelope({ id, source, type: "run.finished", subject: source, data: end, time });
  await publish(ring.bus, eventSubject(run, "supervisor", "run.finished"), message);
  if (tape === "elsewhere") return;
  await mkdir(out);
  await writeFile(join(out, "run.json"), JSON.stringify(spec));
  const line = { seq: 9, id, time: message.time, run, role: "supervisor", type: "run.finished", data: end };
  await writeFile(join(out, "tape.jsonl"), tape === "whole" ? `${JSON.stringify(line)}\n` : '{"seq":9,"id":"torn');
}

const isKept = async (key: string) => (await readCell(ring.bus.actors, key)).value !== null;

test("who leaves a shared bus retires its run, and those of this host that were forgotten, and no other", async () => {
  await ended("mine", "whole", 0);
  await ended("forgotten", "whole", 60);
  await ended("still-ending", "whole", 1);
  await ended("cut", "cut", 60);
  await ended("elsewhere", "elsewhere", 60);
  const leave = (keep_hours: number) =>
    leaveBus(ring.bus, "mine", { url: "nats://shared", keep_hours }, AbortSignal.timeout(10_000), () => undefined);
  await leave(1);
  for (const run of ["mine", "forgotten"]) {
    expect(await isKept(endedKey(run))).toBe(true);
    expect(await isKept(actorKey(run, "memory"))).toBe(false);
    expect(await isKept(specKey(run))).toBe(true);
  }
  await leave(0);
  for (const run of ["mine", "forgotten"]) expect(await isKept(specKey(run))).toBe(false);
  for (const run of ["still-ending", "cut", "elsewhere"]) {
    expect(await isKept(endedKey(run))).toBe(false);
    expect(await isKept(actorKey(run, "memory"))).toBe(true);
    expect(await isKept(specKey(run))).toBe(true);
  }
});

test("a bus that cannot be cleaned up is said, and is no failure of the run", async () => {
  const said: string[] = [];
  const bus = await openBus(ring.bus.address, { name: "gone" });
  await bus.close();
  await leaveBus(bus, "mine", { url: "nats://shared" }, AbortSignal.timeout(5000), (line) => said.push(line));
  expect(said).toEqual([expect.stringMatching(/^cannot clean up the bus: the connection to the bus was closed/)]);
});
