import { describe, expect, test } from "vitest";
import { initialTransition, transition } from "xstate";
import type { Round } from "../../machines/domain/index.ts";
import { type Effect, effect } from "../../machines/effects.ts";
import { supervisorMachine } from "../../machines/supervisor.ts";
import type { SupervisorEvent } from "../../machines/supervisor-state.ts";

const error = { code: "internal" as const, message: "no bucket", retry: "never" as const };
const noUsage = { calls: 0, input_tokens: 0, output_tokens: 0, usd: 0 };
const round: Round = {
  t: 1,
  program: { t: 1, candidate: 0, thought: "", code_diff: "", code: `sha256:${"a".repeat(64)}` },
  state: {
    t: 1,
    candidate: 0,
    ok: true,
    renders: [],
    log: "",
    slot: "cpu",
    epoch: 1,
    seconds: { execute: 0, render: 0, total: 0 },
  },
  measures: null,
  feedback: null,
};
const begin = { type: "begin", task: {}, memory: {}, facts: {} } as unknown as SupervisorEvent;
const lease = (n: number): SupervisorEvent => ({
  type: "effect.done",
  key: `lease/${n}`,
  kind: "lease",
  output: { lease: { slot: "cpu", epoch: n } },
});
const stopped = (best: Round | null): SupervisorEvent => ({
  type: "stopped",
  reason: "plateau",
  why: "3 rounds without a gain",
  error: null,
  best,
  start: null,
  contenders: [],
  usage: noUsage,
});
const lost = (epoch: number): SupervisorEvent => ({ type: "slot.lost", slot: "cpu", epoch, why: "silence" });
const final: SupervisorEvent = { type: "effect.done", key: "final", kind: "final", output: {} };
const released: SupervisorEvent = { type: "effect.done", key: "release", kind: "release", output: {} };
const kept: SupervisorEvent = { type: "effect.failed", key: "release", kind: "release", error };

/** The effects of each message in turn, as short words. */
function play(messages: SupervisorEvent[]): { told: string[][]; value: unknown; effects: Effect[] } {
  let [snapshot] = initialTransition(supervisorMachine);
  const effects: Effect[] = [];
  const told = messages.map((message) => {
    const [next, actions] = transition(supervisorMachine, snapshot, message);
    snapshot = next;
    const found = actions.map((action) => effect.parse((action as { params?: unknown }).params));
    effects.push(...found);
    return found.map((item) =>
      item.type === "record" ? item.name : item.type === "perform" ? `do ${item.key}` : `tell ${item.to}`,
    );
  });
  return { told, value: snapshot.value, effects };
}

const lostSix = [1, 2, 3, 4, 5, 6].flatMap((n) => (n === 6 ? [lost(6)] : [lost(n), lease(n + 1)]));
const noSlot: SupervisorEvent = { type: "effect.failed", key: "lease/1", kind: "lease", error };
const badFinal: SupervisorEvent = { type: "effect.failed", key: "final", kind: "final", error };
const paths: [string, SupervisorEvent[], string][] = [
  ["its pictures were made", [begin, lease(1), stopped(round), final], "done"],
  ["its pictures could not be made", [begin, lease(1), stopped(round), badFinal], "failed"],
  ["no program rendered", [begin, lease(1), stopped(null)], "failed"],
  ["no slot was to be had", [begin, noSlot], "failed"],
  ["it lost its slot too often", [begin, lease(1), ...lostSix], "failed"],
];

describe("a run that ends", () => {
  test("as failed makes pictures of its best round, and none where that is its start", () => {
    const failing = (t: number) => ({ ...stopped({ ...round, t }), reason: "player_failed" });
    expect(play([begin, lease(1), failing(1)]).told.at(-1)).toEqual(["do final"]);
    expect(play([begin, lease(1), failing(0)]).told.at(-1)).toEqual(["do release"]);
    expect(play([begin, lease(1), stopped({ ...round, t: 0 })]).told.at(-1)).toEqual(["do final"]);
  });

  test.each(paths)("because %s gives its lease back before it says so", (_, messages, status) => {
    const { told, value } = play(messages);
    expect(told.at(-1)).toContain("do release");
    expect(told.flat()).not.toContain("run.finished");
    expect(value).toBe("releasing");
    const after = play([...messages, released]);
    expect(after.told.at(-1)).toEqual(["run.finished"]);
    expect(after.value).toBe(status);
    expect(after.effects.at(-1)).toMatchObject({ data: { status } });
  });

  test.each(paths)(
    "because %s ends as well when the lease cannot be given back, and says that",
    (_, messages, status) => {
      const { told, value, effects } = play([...messages, kept]);
      expect(told.at(-1)).toEqual(["failed", "run.finished"]);
      expect(value).toBe(status);
      expect(effects.at(-1)).toMatchObject({ data: { status } });
    },
  );
});
