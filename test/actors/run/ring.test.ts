import { afterEach, expect, test, vi } from "vitest";
import { sendControl } from "../../../actors/run/control.ts";
import { playRole } from "../../../actors/run/roles.ts";
import { VigaError } from "../../../config/errors.ts";
import { listGenerator, quietVerifier } from "../../harness/players.ts";
import { type TestRing, testRing } from "../../harness/ring.ts";
import { stubEngine } from "../../harness/stub-engine.ts";

let ring: TestRing;
afterEach(() => ring.close());

test("a run goes from its start program to the best of its rounds and says why it ended", async () => {
  ring = await testRing();
  const engine = stubEngine();
  ring.start({
    players: { generator: listGenerator(["150", "110", "130"]), verifier: quietVerifier },
    slots: { cpu: engine },
  });
  await ring.begin();
  const result = await ring.finished();
  expect(result).toMatchObject({ status: "done", reason: "end_process", bestT: 2 });
  expect(engine.programs).toEqual(["200", "200", "150", "150", "110", "110", "130", "130", "110", "200"]);
  const rounds = ring.events.filter((event) => event.type === "round").map((event) => event.data.loss);
  const pl = (grey: number) => ((grey - 100) / 255) ** 2;
  expect(rounds).toEqual([200, 150, 110, 130].map((grey) => expect.closeTo(pl(grey), 9)));
});

test("a failed program is a state: the verifier is skipped and the generator is asked again", async () => {
  ring = await testRing();
  ring.start({
    players: { generator: listGenerator(["raise", "120"]), verifier: quietVerifier },
    slots: { cpu: stubEngine() },
  });
  await ring.begin();
  expect(await ring.finished()).toMatchObject({ status: "done", bestT: 2 });
  const judged = ring.events.filter((event) => event.type === "feedback").map((event) => event.data.t);
  expect(judged).toEqual([0, 2]);
  const failed = ring.events.find((event) => event.type === "job.failed");
  expect(failed?.data).toMatchObject({ t: 1, error: { message: "raised" } });
});

test("a crashed job is run once more, then it is a failed state and the run goes on", async () => {
  ring = await testRing();
  const engine = stubEngine();
  ring.start({
    players: { generator: listGenerator(["crash", "120"]), verifier: quietVerifier },
    slots: { cpu: engine },
  });
  await ring.begin();
  expect(await ring.finished()).toMatchObject({ status: "done", bestT: 2 });
  expect(engine.programs.filter((program) => program === "crash")).toHaveLength(2);
  expect(ring.events.filter((event) => event.type === "job.retried")).toHaveLength(1);
});

test("of several candidates the best goes on, and they run on the slots that are free", async () => {
  ring = await testRing((spec) => ({ ...spec, memory: { ...spec.memory, candidates: 3 } }));
  const engines = { gpu0: stubEngine(), gpu1: stubEngine() };
  ring.start({ players: { generator: listGenerator(["90|150|99"]), verifier: quietVerifier }, slots: engines });
  await new Promise((resolve) => setTimeout(resolve, 300));
  await ring.begin();
  expect(await ring.finished()).toMatchObject({ status: "done", bestT: 1 });
  const round = ring.events.filter((event) => event.type === "round").at(-1);
  expect(round?.data).toMatchObject({ round: { program: { candidate: 2 } } });
  expect(engines.gpu0.programs.length).toBeGreaterThan(0);
  expect(engines.gpu1.programs.length).toBeGreaterThan(0);
});

test("a role that is stopped anywhere and started again goes on where it was, and asks nothing twice", async () => {
  ring = await testRing();
  const asked: number[] = [];
  const generator = listGenerator(["150", "140", "130", "120", "110"], { onWrite: (t) => asked.push(t) });
  const players = { generator, verifier: quietVerifier };
  ring.start({ players, slots: { cpu: stubEngine({ delay: 15 }) }, roles: [] });
  let parts = (["generator", "verifier", "memory", "supervisor"] as const).map((role) =>
    ring.start({ players, roles: [role] }),
  );
  await ring.begin();
  const finished = ring.finished();
  let over = false;
  void finished.then(() => {
    over = true;
  });
  const names = ["generator", "verifier", "memory", "supervisor"] as const;
  for (let turn = 0; !over; turn++) {
    // Longer each time, so that a slow machine gets somewhere between two restarts.
    await new Promise((resolve) => setTimeout(resolve, 17 + 3 * turn));
    const index = turn % names.length;
    parts[index]?.abort();
    parts = parts.with(index, ring.start({ players, roles: [names[index] ?? "memory"] }));
  }
  expect(await finished).toMatchObject({ status: "done", reason: "end_process", bestT: 5 });
  const rounds = ring.events
    .filter((event) => event.type === "round")
    .map((event) => (event.data.round as { t: number }).t);
  expect(rounds).toEqual([0, 1, 2, 3, 4, 5]);
  const replies = ring.events.filter((event) => event.type === "call.reply").map((event) => event.data.key);
  expect(new Set(replies).size).toBe(replies.length);
});

test("when the slot that holds the scene goes silent the run moves to another one", async () => {
  ring = await testRing();
  const players = { generator: listGenerator(["150", "120"]), verifier: quietVerifier };
  const first = ring.start({ players, slots: { gpu0: stubEngine() }, roles: [] });
  await new Promise((resolve) => setTimeout(resolve, 200));
  ring.start({ players });
  await ring.begin();
  const finished = ring.finished();
  await vi.waitFor(() => expect(ring.events.some((event) => event.type === "lease.granted")).toBe(true), 5000);
  first.abort();
  const second = stubEngine();
  ring.start({ players, slots: { gpu1: second }, roles: [] });
  expect(await finished).toMatchObject({ status: "done", bestT: 2 });
  const slots = ring.events.filter((event) => event.type === "lease.granted").map((event) => event.data);
  expect(slots).toMatchObject([
    { slot: "gpu0", epoch: 1 },
    { slot: "gpu1", epoch: 2 },
  ]);
}, 40_000);

test("a person can pause, resume and stop a run from outside", async () => {
  ring = await testRing();
  const players = {
    generator: listGenerator(Array.from({ length: 50 }, (_, index) => String(150 - index * 0.9))),
    verifier: quietVerifier,
  };
  ring.start({ players, slots: { cpu: stubEngine({ delay: 30 }) } });
  await ring.begin();
  const finished = ring.finished();
  const count = () => ring.events.filter((event) => event.type === "round").length;
  await vi.waitFor(() => expect(count()).toBeGreaterThan(1), 5000);
  await sendControl(ring.bus, ring.spec.run, "pause", {});
  const pausedAt = () => ring.events.findIndex((event) => event.type === "paused");
  await vi.waitFor(() => expect(pausedAt()).toBeGreaterThan(0), 5000);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  // The round that was under way comes to its end; no other begins.
  const after = ring.events.slice(pausedAt()).filter((event) => event.type === "round");
  expect(after.length).toBeLessThan(2);
  const paused = count();
  await sendControl(ring.bus, ring.spec.run, "resume", {});
  await vi.waitFor(() => expect(count()).toBeGreaterThan(paused), 5000);
  await sendControl(ring.bus, ring.spec.run, "stop", {});
  expect(await finished).toMatchObject({ status: "done", reason: "stopped" });
});

test("of two processes that play the same role the older one stops", async () => {
  ring = await testRing();
  const players = { generator: listGenerator(["150"]), verifier: quietVerifier };
  const base = { bus: ring.bus, run: ring.spec.run, role: "memory" as const, players, log: () => undefined };
  const stop = new AbortController();
  const older = playRole({ ...base, signal: stop.signal });
  const conflict = expect(older).rejects.toMatchObject({ code: "bus_conflict" });
  await new Promise((resolve) => setTimeout(resolve, 200));
  ring.start({ players, slots: { cpu: stubEngine() } });
  await ring.begin();
  expect(await ring.finished()).toMatchObject({ status: "done" });
  await conflict;
  stop.abort();
});

test("with approve: always nothing of the generator runs before a person said yes, and a no ends the run", async () => {
  ring = await testRing((spec) => ({ ...spec, approve: "always" }));
  const engine = stubEngine();
  const players = { generator: listGenerator(["150", "120"]), verifier: quietVerifier };
  ring.start({ players, slots: { cpu: engine } });
  await ring.begin();
  const finished = ring.finished();
  const asked = (t: number) => ring.events.some((event) => event.type === "approval.asked" && event.data.t === t);
  await vi.waitFor(() => expect(asked(1)).toBe(true), 5000);
  expect(new Set(engine.programs)).toEqual(new Set(["200"]));
  await sendControl(ring.bus, ring.spec.run, "approve", { t: 1, ok: true });
  await vi.waitFor(() => expect(asked(2)).toBe(true), 5000);
  expect(new Set(engine.programs)).toEqual(new Set(["200", "150"]));
  await sendControl(ring.bus, ring.spec.run, "approve", { t: 2, ok: false });
  expect(await finished).toMatchObject({ status: "done", reason: "end_process", bestT: 1 });
});

test("a player that gives up ends the run as failed, and the best so far is kept", async () => {
  ring = await testRing();
  const list = listGenerator(["150"]);
  const generator = {
    name: "tired",
    write: async (...[context, io]: Parameters<typeof list.write>) => {
      if (context.t > 1) throw new VigaError("player_failed", "no more ideas", { hint: "ask another" });
      return list.write(context, io);
    },
  };
  ring.start({ players: { generator, verifier: quietVerifier }, slots: { cpu: stubEngine() } });
  await ring.begin();
  expect(await ring.finished()).toMatchObject({
    status: "failed",
    reason: "player_failed",
    bestT: 1,
    error: { message: "no more ideas" },
  });
  expect(ring.events.some((event) => event.type === "final")).toBe(true);
});
