import { spawnSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TapeEvent } from "../../observers/observer.ts";
import { type Disturbed, disturbedRun } from "./disturbed.ts";
import { type Evidence, type Invariant, violationsOf } from "./invariants.ts";
import type { Kill } from "./plan.ts";
import { kill } from "./processes.ts";

const at = (target: Kill["target"], type: string, t: number, delay = 0): Kill => ({
  target,
  after: { type, t },
  delay,
});

let undisturbed: Disturbed;
beforeAll(async () => {
  undisturbed = await disturbedRun([], { keep: true });
}, 90_000);
afterAll(async () => {
  await kill("everything", undisturbed.base);
  await rm(undisturbed.base, { recursive: true, force: true });
});

test("an undisturbed run keeps every invariant", () => {
  expect(violationsOf(undisturbed.evidence, undisturbed.evidence)).toEqual([]);
});

test.each([
  [
    "generator, executor and nats-server",
    [at("generator", "call.intent", 1, 30), at("executor", "executing", 4), at("nats-server", "measured", 8)],
  ],
  [
    "memory, engine and everything",
    [at("memory", "comparing", 2), at("engine", "executing", 4, 20), at("everything", "call.reply", 8)],
  ],
] satisfies [string, Kill[]][])(
  "SIGKILL of %s costs no round, no call and no result",
  async (_, kills) => {
    const { evidence, kills: killed, output } = await disturbedRun(kills);
    expect(killed.map(({ hit }) => hit)).toEqual([true, true, true]);
    expect(violationsOf(evidence, undisturbed.evidence), output).toEqual([]);
  },
  90_000,
);

test("Ctrl-C, sent twice in an instant, says how to go on; the run goes on there", async () => {
  const { evidence, output } = await disturbedRun([at("ctrl-c", "measured", 3)]);
  expect(output).toMatch(/^interrupted; continue with: viga run --resume /m);
  expect(violationsOf(evidence, undisturbed.evidence), output).toEqual([]);
}, 90_000);

test("a finished run shows its result again; a folder that holds none is bad input", () => {
  const resume = (out: string) =>
    spawnSync(process.execPath, [join(import.meta.dirname, "../../cli/main.ts"), "run", "--resume", out], {
      cwd: undisturbed.base,
      encoding: "utf8",
    });
  const again = resume("out");
  expect(again).toMatchObject({ status: 0, stderr: "this run is finished already; its result:\n" });
  expect(undisturbed.output).toContain(again.stdout);
  const none = resume(".");
  expect(none.status).toBe(2);
  expect(none.stderr).toMatch(/^viga: .* holds no run: there is no run\.json\n/);
});

describe("the invariants see what they are named for", () => {
  const doctored = (change: (evidence: Evidence) => void): Invariant[] => {
    const evidence = structuredClone(undisturbed.evidence);
    change(evidence);
    return [...new Set(violationsOf(evidence, undisturbed.evidence).map(({ invariant }) => invariant))];
  };
  const of = (evidence: Evidence, type: string) => evidence.events.filter((event) => event.type === type);
  const drop = (evidence: Evidence, event: TapeEvent | undefined) => {
    evidence.events = evidence.events.filter((one) => one !== event);
  };
  const again = (evidence: Evidence, event: TapeEvent | undefined) => {
    if (event) evidence.events.push({ ...event, seq: 99_999, id: "another" });
  };

  test("a lost round", () => {
    expect(doctored((evidence) => drop(evidence, of(evidence, "round")[3]))).toContain("nothing-lost");
  });
  test("another loss", () => {
    const change = (evidence: Evidence) => Object.assign(of(evidence, "round")[3]?.data ?? {}, { loss: 0.5 });
    expect(doctored(change)).toEqual(["nothing-lost"]);
  });
  test("a round added twice", () => {
    expect(doctored((evidence) => again(evidence, of(evidence, "round")[3]))).toEqual(["nothing-twice"]);
  });
  test("an event with the id of another", () => {
    const change = (evidence: Evidence) => Object.assign(evidence.events[9] ?? {}, { id: evidence.events[8]?.id });
    expect(doctored(change)).toEqual(["nothing-twice"]);
  });
  test("a second state of one candidate", () => {
    expect(doctored((evidence) => again(evidence, of(evidence, "state")[2]))).toEqual(["one-answer"]);
  });
  test("a best round that is none", () => {
    const change = (evidence: Evidence) => Object.assign(of(evidence, "stopped")[0]?.data ?? {}, { best_t: 1 });
    expect(doctored(change)).toEqual(["best-monotone"]);
  });
  test("a call made again after its reply", () => {
    const change = (evidence: Evidence) => void evidence.calls.push({ t: 2, at: Date.now() });
    expect(doctored(change)).toEqual(["paid-once"]);
  });
  test("a run without an end", () => {
    expect(doctored((evidence) => drop(evidence, of(evidence, "run.finished")[0]))).toContain("ends");
  });
  test("a recovery that took longer than a limit", () => {
    const evidence = structuredClone(undisturbed.evidence);
    evidence.recoveries.push(20_000);
    expect(violationsOf(evidence, undisturbed.evidence)).toEqual([]);
    expect(violationsOf(evidence, undisturbed.evidence, 15_000).map(({ invariant }) => invariant)).toEqual(["ends"]);
  });
  test("what is left behind", () => {
    expect(doctored((evidence) => void evidence.left.push("process 1"))).toEqual(["clean"]);
  });
});
