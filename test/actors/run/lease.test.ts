import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { leaseKey, slotKey } from "../../../actors/run/bus-keys.ts";
import { grantLease } from "../../../actors/run/lease.ts";
import { type SlotEntry, SlotWatch } from "../../../actors/run/slots.ts";
import { putCell, readCell, readCells } from "../../../bridge/bus/kv.ts";
import { VigaError } from "../../../config/errors.ts";
import type { RunResult } from "../../../machines/domain/index.ts";
import { listGenerator, quietVerifier } from "../../harness/players.ts";
import { type TestRing, testRing } from "../../harness/ring.ts";
import { stubEngine } from "../../harness/stub-engine.ts";

const players = () => ({ generator: listGenerator(["150", "110"]), verifier: quietVerifier });
let home: TestRing;
const others: TestRing[] = [];

/** A run on the bus of `home`. */
async function ringOf(run: string): Promise<TestRing> {
  const ring = await testRing((spec) => ({ ...spec, run }), home);
  others.push(ring);
  return ring;
}

/** Plays one run to its end; its roles end with it, its slot lives on. */
async function play(run: string): Promise<RunResult> {
  const ring = await ringOf(run);
  const roles = ring.start({ players: players() });
  await ring.begin();
  const result = await ring.finished();
  roles.abort();
  return result;
}

const leases = async () => (await readCells(home.bus, "slots", "lease.*")).map(({ key }) => key).sort();

const entryOf = async (slot: string) => (await readCell<SlotEntry>(home.bus.slots, slotKey("blender", slot))).value;

beforeEach(async () => {
  home = await testRing();
});
afterEach(async () => {
  for (const ring of others.splice(0)) await ring.close();
  await home.close();
});

describe("the lease of a run that has ended", () => {
  test("is gone with its executor actor before anybody hears of the end, run after run", async () => {
    const slot = home.start({ players: players(), slots: { cpu: stubEngine() }, roles: [] });
    for (const run of ["first", "second"]) {
      expect(await play(run)).toMatchObject({ status: "done", bestT: 2 });
      expect(await leases()).toEqual([]);
    }
    await vi.waitFor(async () => expect((await entryOf("cpu"))?.runs).toEqual([]), 5000);
    slot.abort();
  });

  test("is gone for two runs that shared a slot, which held both while they went on", async () => {
    home.start({ players: players(), slots: { cpu: stubEngine({ delay: 300 }) }, roles: [] });
    const both = Promise.all([play("left"), play("right")]);
    await vi.waitFor(async () => expect((await entryOf("cpu"))?.runs?.toSorted()).toEqual(["left", "right"]), 8000);
    expect(await leases()).toEqual([leaseKey("left"), leaseKey("right")]);
    expect((await both).map(({ status }) => status)).toEqual(["done", "done"]);
    expect(await leases()).toEqual([]);
    await vi.waitFor(async () => expect((await entryOf("cpu"))?.runs).toEqual([]), 5000);
  }, 30_000);

  test("no longer counts as load: the next lease goes to the slot of a run that ended, not of one under way", async () => {
    home.start({ players: players(), slots: { aaa: stubEngine() }, roles: [] });
    expect(await play("ended")).toMatchObject({ status: "done" });
    home.start({ players: players(), slots: { bbb: stubEngine() }, roles: [] });
    await putCell(home.bus.slots, leaseKey("going"), { run: "going", engine: "blender", slot: "bbb", epoch: 1 });
    const slots = new SlotWatch(home.bus, "blender", AbortSignal.timeout(20_000));
    await vi.waitFor(() => expect(slots.alive(6000)).toHaveLength(2), 5000);
    const request = { run: "next", engine: "blender", avoid: null, waitSeconds: 5 };
    expect(await grantLease(home.bus, slots, request, AbortSignal.timeout(20_000))).toMatchObject({ slot: "aaa" });
  });

  test("is gone when the run failed", async () => {
    home.start({ players: players(), slots: { cpu: stubEngine() }, roles: [] });
    const ring = await ringOf("failing");
    const generator = { name: "broken", write: () => Promise.reject(new VigaError("player_failed", "no answer")) };
    ring.start({ players: { ...players(), generator } });
    await ring.begin();
    expect(await ring.finished()).toMatchObject({ status: "failed" });
    expect(await leases()).toEqual([]);
  });
});
