import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { actorKey, leaseKey, specKey } from "../../../actors/run/bus-keys.ts";
import { endOf, progressOf } from "../../../actors/run/known-runs.ts";
import { retireRun, sweepBus } from "../../../actors/run/retention.ts";
import { makeEnvelope } from "../../../bridge/bus/envelope.ts";
import { lastSequence } from "../../../bridge/bus/follow.ts";
import { readCells } from "../../../bridge/bus/kv.ts";
import { publish } from "../../../bridge/bus/publish.ts";
import { storedBytes } from "../../../bridge/bus/retention.ts";
import { jobSubject, streams } from "../../../bridge/bus/subjects.ts";
import { listGenerator, quietVerifier } from "../../harness/players.ts";
import { type TestRing, testRing } from "../../harness/ring.ts";
import { stubEngine } from "../../harness/stub-engine.ts";

const players = () => ({ generator: listGenerator(["150", "110"]), verifier: quietVerifier });
const hour = 3_600_000;
let home: TestRing;
const others: TestRing[] = [];

async function ringOf(run: string): Promise<TestRing> {
  const ring = await testRing((spec) => ({ ...spec, run }), home);
  others.push(ring);
  return ring;
}

/** Plays a run to its end on the bus of `home`, and retires it. */
async function played(run: string): Promise<TestRing> {
  const ring = await ringOf(run);
  const roles = ring.start({ players: players() });
  await ring.begin();
  expect(await ring.finished()).toMatchObject({ status: "done" });
  roles.abort();
  await retireRun(home.bus, run);
  return ring;
}

const count = async (stream: keyof typeof streams, subject: string) => {
  const { state } = await home.bus.jsm.streams.info(streams[stream], { subjects_filter: subject });
  return Object.values(state.subjects ?? {}).reduce((sum, of) => sum + of, 0);
};
const events = (run: string) => count("event", `viga.evt.${run}.>`);
const mailboxes = (run: string) => count("mailbox", `viga.mbx.${run}.>`);
const cells = async (bucket: "actors" | "slots", pattern: string) =>
  (await readCells(home.bus, bucket, pattern)).map(({ key }) => key).sort();

async function order(run: string, slot: string): Promise<void> {
  const work = { op: "call", name: "echo", args: {}, files: [] };
  const data = { job: `${run}/x`, run, role: "generator", epoch: 1, work };
  const message = makeEnvelope({ id: `${run}/x`, source: `${run}/generator`, type: "job", subject: slot, data });
  await publish(home.bus, jobSubject("blender", slot), message);
}

beforeEach(async () => {
  home = await testRing();
});
afterEach(async () => {
  for (const ring of others.splice(0)) await ring.close();
  await home.close();
});

describe("a finished run whose tape is exported", () => {
  test("leaves no message, no actor record and no job behind; its events stay for those who look", async () => {
    home.start({ players: players(), slots: { cpu: stubEngine() }, roles: [] });
    // Jobs that nobody took, on a slot that is not there.
    await order("over", "gone");
    await order("other", "gone");
    await played("over");
    expect(await mailboxes("over")).toBe(0);
    expect(await cells("actors", actorKey("over", "*"))).toEqual([]);
    expect(await cells("slots", leaseKey("*"))).toEqual([]);
    expect(await events("over")).toBeGreaterThan(10);
    expect(await count("job", "viga.job.>")).toBe(1);
    expect(await endOf(home.bus, "over")).toMatchObject({ status: "done" });
    expect(await progressOf(home.bus, "over")).toEqual({ rounds: 2, loss: expect.closeTo((10 / 255) ** 2, 6) });
  });

  test("goes from the bus when its hours are over, and not before", async () => {
    home.start({ players: players(), slots: { cpu: stubEngine() }, roles: [] });
    await played("old");
    expect(await sweepBus(home.bus, { hours: 24 }, { now: Date.now() + 23 * hour })).toEqual([]);
    expect(await events("old")).toBeGreaterThan(10);
    expect(await sweepBus(home.bus, { hours: 24 }, { now: Date.now() + 25 * hour })).toEqual(["old"]);
    expect(await events("old")).toBe(0);
    expect(await cells("actors", "*.old")).toEqual([]);
    expect(await lastSequence(home.bus, "KV_viga_slots", `$KV.viga_slots.${leaseKey("old")}`)).toBe(0);
  });

  test("goes earlier when the streams are too large: the oldest first, and no more than needed", async () => {
    home.start({ players: players(), slots: { cpu: stubEngine() }, roles: [] });
    for (const run of ["first", "second", "third"]) await played(run);
    // Less than one run's events, and more than a slot's heartbeats make of a difference.
    const maxBytes = (await storedBytes(home.bus)) - 3000;
    expect(await sweepBus(home.bus, { hours: 24, maxBytes })).toEqual(["first"]);
    expect(await events("first")).toBe(0);
    expect(await events("second")).toBeGreaterThan(10);
    expect(await sweepBus(home.bus, { hours: 24, maxBytes: 1 })).toEqual(expect.arrayContaining(["second", "third"]));
    expect([await events("second"), await events("third")]).toEqual([0, 0]);
  });
});

describe("a run that is not finished", () => {
  test("survives every sweep, also with max_bytes 1 and hours 0, and goes on to its end", async () => {
    // Two roles only: the run waits in its middle.
    const ring = await ringOf("going");
    const slot = home.start({ players: players(), slots: { cpu: stubEngine() }, roles: [] });
    const some = ring.start({ players: players(), roles: ["supervisor", "memory"] });
    await ring.begin();
    await expect.poll(() => mailboxes("going"), { timeout: 8000 }).toBeGreaterThan(3);
    await expect.poll(() => cells("slots", leaseKey("*")), { timeout: 8000 }).toEqual([leaseKey("going")]);
    await played("over");
    const before = [await events("going"), await mailboxes("going")];
    const swept = await sweepBus(home.bus, { hours: 0, maxBytes: 1 }, { now: Date.now() + 9999 * hour });
    expect(swept).toEqual(["over"]);
    expect([await events("going"), await mailboxes("going")]).toEqual(before);
    expect(await cells("actors", specKey("*"))).toContain(specKey("going"));
    some.abort();
    ring.start({ players: players() });
    expect(await ring.finished()).toMatchObject({ status: "done", bestT: 2 });
    slot.abort();
  }, 30_000);
});
