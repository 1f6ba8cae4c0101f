import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createPixels } from "../../actors/players/pixels/pixels.ts";
import { writeBusFile } from "../../bridge/bus/address.ts";
import { observer } from "../../bridge/bus/credentials.ts";
import type { TapeEvent } from "../../observers/observer.ts";
import { observeRun } from "../../observers/public.ts";
import { createTape } from "../../observers/tape.ts";
import { listGenerator } from "../harness/players.ts";
import { type TestRing, testRing } from "../harness/ring.ts";
import { stubEngine } from "../harness/stub-engine.ts";

let ring: TestRing;
let out: string;
beforeEach(async () => {
  ring = await testRing();
  out = await mkdtemp(join(tmpdir(), "viga-observed-"));
  const others = { [observer]: ring.server.others[observer]! };
  const { url, token } = ring.server;
  await writeBusFile(out, { schema: 1, run: ring.spec.run, url, token, others, pid: process.pid });
});
afterEach(async () => {
  await ring.close();
  await rm(out, { recursive: true, force: true });
});

async function all(events: AsyncIterable<TapeEvent>): Promise<TapeEvent[]> {
  const list: TapeEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}

const start = () =>
  ring.start({
    players: { generator: listGenerator(["150", "110"]), verifier: createPixels() },
    slots: { cpu: stubEngine() },
  });

it("a run is observed from its first event to its last, live with an observer's login and later from its tape", async () => {
  start();
  const observed = all(observeRun(out));
  await ring.begin();
  await ring.finished();
  const live = await observed;
  expect(live).toEqual(ring.events);
  expect(live.at(-1)).toMatchObject({ type: "run.finished" });

  const tape = await createTape({ out });
  for (const event of ring.events) await tape.on(event);
  expect(await all(observeRun(out))).toEqual(ring.events);
});

it("ends with its signal; of a folder without a run it says so", async () => {
  start();
  await ring.begin();
  const stop = new AbortController();
  const types: string[] = [];
  for await (const { type } of observeRun(out, stop.signal)) {
    types.push(type);
    stop.abort();
  }
  expect(types).toEqual(["run.started"]);
  await expect(all(observeRun(join(out, "nothing")))).rejects.toThrow("no run with a bus in");
});
