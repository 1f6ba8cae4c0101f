import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openBus } from "../../../bridge/bus/connection.ts";
import { makeEnvelope, parseEnvelope } from "../../../bridge/bus/envelope.ts";
import { follow, lastSequence } from "../../../bridge/bus/follow.ts";
import { releaseJob, serveJobs } from "../../../bridge/bus/jobs.ts";
import { putCell, readCell, watchCells, writeCell } from "../../../bridge/bus/kv.ts";
import { publish } from "../../../bridge/bus/publish.ts";
import { jobSubject, mailboxSubject, streams, token, toToken } from "../../../bridge/bus/subjects.ts";
import { pause } from "../../../bridge/bus/timers.ts";
import { type TestBus, testBus } from "../../harness/bus.ts";

let it: TestBus;
beforeAll(async () => {
  it = await testBus();
});
afterAll(() => it.close());

const message = (id: string, n: number) =>
  makeEnvelope({ id, source: "r/generator", type: "context", subject: "r/memory", data: { n } });

test("messages arrive in order, once, also when they are published twice and the server is killed in between", async () => {
  const subject = mailboxSubject("order", "memory");
  const stop = new AbortController();
  const seen: number[] = [];
  const reading = (async () => {
    for await (const stored of follow(it.bus, streams.mailbox, subject, 1, stop.signal)) {
      seen.push(parseEnvelope(stored.bytes).data.n as number);
      if (seen.length === 60) stop.abort();
    }
  })();
  for (let n = 0; n < 60; n++) {
    await publish(it.bus, subject, message(`order/${n}`, n));
    await publish(it.bus, subject, message(`order/${n}`, n));
    if (n === 20 || n === 40) it.kill();
  }
  await reading;
  expect(seen).toEqual(Array.from({ length: 60 }, (_, n) => n));
  expect(it.server.restarts).toBe(2);
});

test("a reader that starts in the middle gets what comes after it", async () => {
  const subject = mailboxSubject("middle", "memory");
  for (let n = 0; n < 5; n++) await publish(it.bus, subject, message(`middle/${n}`, n));
  const last = await lastSequence(it.bus, streams.mailbox, subject);
  const stop = new AbortController();
  const seen: unknown[] = [];
  for await (const stored of follow(it.bus, streams.mailbox, subject, last - 1, stop.signal)) {
    seen.push(parseEnvelope(stored.bytes).data.n);
    if (seen.length === 2) break;
  }
  expect(seen).toEqual([3, 4]);
  expect(await lastSequence(it.bus, streams.mailbox, mailboxSubject("nobody", "memory"))).toBe(0);
});

test("whoever reads, watches or serves stops at once, at whatever moment the signal comes", async () => {
  for (let moment = 0; moment < 60; moment++) {
    const stop = new AbortController();
    const [name, subject] = [`moment${moment}`, mailboxSubject(`moment${moment}`, "memory")];
    const reading = (async () => {
      for await (const _ of follow(it.bus, streams.mailbox, subject, 1, stop.signal)) return;
    })();
    const watching = watchCells(it.bus, it.bus.slots, `${name}.*`, stop.signal, () => undefined);
    const serving = serveJobs(it.bus, "stub", name, stop.signal, async () => undefined).catch(() => undefined);
    await pause((moment % 20) / 4);
    stop.abort();
    const all = Promise.all([reading, watching, serving]).then(() => "ended");
    expect(await Promise.race([all, pause(5000).then(() => "still at it")]), `after ${moment % 20} / 4 ms`).toBe(
      "ended",
    );
  }
}, 60_000);

test("of two writers at the same revision one wins and the other learns it", async () => {
  const first = await writeCell(it.bus.actors, "actor.x.y", { a: 1 }, 0);
  expect(first).not.toBeNull();
  expect(await writeCell(it.bus.actors, "actor.x.y", { a: 2 }, 0)).toBeNull();
  expect(await writeCell(it.bus.actors, "actor.x.y", { a: 3 }, first ?? 0)).not.toBeNull();
  expect((await readCell(it.bus.actors, "actor.x.y")).value).toEqual({ a: 3 });
});

test("a slot's jobs run one at a time, even with two workers on the slot", async () => {
  const stop = new AbortController();
  let running = 0;
  let most = 0;
  const done: number[] = [];
  const work = async ({ bytes }: { bytes: Uint8Array }) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 20));
    done.push(parseEnvelope(bytes).data.n as number);
    running -= 1;
    if (done.length === 6) stop.abort();
  };
  const workers = [1, 2].map(() => serveJobs(it.bus, "blender", "one", stop.signal, work));
  for (let n = 0; n < 6; n++) await publish(it.bus, jobSubject("blender", "one"), message(`job/${n}`, n));
  await Promise.all(workers);
  expect(most).toBe(1);
  expect(done.sort()).toEqual([0, 1, 2, 3, 4, 5]);
});

test("a wrong token is told from a bus that is away", async () => {
  await expect(openBus({ url: it.server.url, token: "wrong" }, { name: "x" })).rejects.toMatchObject({
    code: "bus_unreachable",
    message: expect.stringContaining("log in"),
  });
  await expect(openBus({ url: "nats://127.0.0.1:1" }, { name: "x", timeout: 500 })).rejects.toMatchObject({
    code: "bus_unreachable",
    message: expect.stringContaining("reach"),
  });
});

test("names that NATS would read as syntax are refused", () => {
  for (const bad of ["", "a.b", "a b", "*", ">", "a/b", "x".repeat(65)]) expect(() => token(bad)).toThrow("bus name");
  expect(toToken("../my task!.png")).toBe("my-task-png");
});

test("whoever watches cells hears of changes again soon after the server was killed", async () => {
  const stop = new AbortController();
  const seen: unknown[] = [];
  const watching = watchCells<number>(it.bus, it.bus.slots, "slot.*", stop.signal, (_, value) => void seen.push(value));
  await putCell(it.bus.slots, "slot.a", 1);
  await vi.waitFor(() => expect(seen).toContain(1));
  it.kill();
  await putCell(it.bus.slots, "slot.a", 2, stop.signal);
  // Heartbeats alone would take 10 to 15 s.
  await vi.waitFor(() => expect(seen).toContain(2), 5000);
  stop.abort();
  await watching;
});

test("a job that a dead worker took along is given out again at once, and counts as given out twice", async () => {
  const [dead, stop] = [new AbortController(), new AbortController()];
  const taken = Promise.withResolvers<void>();
  // Never settles, never says that it is alive: as good as dead.
  vi.useFakeTimers({ toFake: ["setInterval"] });
  void serveJobs(it.bus, "blender", "grave", dead.signal, () => {
    taken.resolve();
    return new Promise(() => undefined);
  });
  await publish(it.bus, jobSubject("blender", "grave"), message("grave/1", 1));
  await taken.promise;
  vi.useRealTimers();
  await releaseJob(it.bus, "blender", "grave", stop.signal);
  const attempts: number[] = [];
  const serving = serveJobs(
    it.bus,
    "blender",
    "grave",
    stop.signal,
    async ({ attempt }) => void attempts.push(attempt),
  );
  // Without the release it would be 4 s.
  await vi.waitFor(() => expect(attempts).toEqual([2]), 2500);
  stop.abort();
  dead.abort();
  await serving;
});
