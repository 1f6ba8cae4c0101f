import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { serveSlot } from "../../actors/slot/slot.ts";
import { playRun } from "../../cli/launch/play-run.ts";
import type { RunSpec } from "../../machines/domain/index.ts";
import type { Observer, TapeEvent } from "../../observers/observer.ts";
import { type TestRing, testRing } from "../harness/ring.ts";
import { stubEngine } from "../harness/stub-engine.ts";

let first: TestRing;
let second: TestRing;
const stop = new AbortController();
beforeEach(async () => {
  first = await testRing((spec) => ({ ...spec, run: "first-run" }));
  second = await testRing((spec) => ({ ...spec, run: "second-run" }), first);
});
afterEach(async () => {
  stop.abort();
  await second.close();
  await first.close();
});

/** The run with a recording of its own as its generator. */
async function recorded(ring: TestRing, levels: number[]): Promise<RunSpec> {
  const path = join(ring.dir, "recording.json");
  await writeFile(path, JSON.stringify({ generator: levels.map(String) }));
  const generator = { player: `replay:${path}`, spec: { kind: "replay", argument: path }, profile: null };
  return { ...ring.spec, config: { ...ring.spec.config, roles: { ...ring.spec.config.roles, generator } } };
}

const watching = (seen: TapeEvent[]): Observer => ({
  on: (event) => void seen.push(event),
  close: async () => undefined,
});

test("two runs are played at once on one bus and one slot, each to its own end, and nothing is printed", async () => {
  const printed = [vi.spyOn(process.stdout, "write"), vi.spyOn(process.stderr, "write")];
  const serving = serveSlot({
    bus: first.bus,
    engineName: "blender",
    slot: "cpu",
    engine: stubEngine(),
    scratch: join(first.dir, "scratch"),
    signal: stop.signal,
    log: () => undefined,
  });
  const seen: [TapeEvent[], TapeEvent[]] = [[], []];
  const play = (spec: RunSpec, events: TapeEvent[]) => {
    const { signal } = stop;
    return playRun(first.bus, spec, { hosts: "inline", observers: [watching(events)], signal, log: () => undefined });
  };
  const results = await Promise.all([
    play(await recorded(first, [150, 110]), seen[0]),
    play(await recorded(second, [90]), seen[1]),
  ]);
  expect(results).toMatchObject([
    { status: "done", bestT: 2 },
    { status: "done", bestT: 1 },
  ]);
  for (const [index, run] of ["first-run", "second-run"].entries()) {
    expect(new Set(seen[index]?.map((event) => event.run))).toEqual(new Set([run]));
  }
  for (const spy of printed) {
    expect(spy).not.toHaveBeenCalled();
    spy.mockRestore();
  }
  stop.abort();
  await serving;
}, 60_000);
