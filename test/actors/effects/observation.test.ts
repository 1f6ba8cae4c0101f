import { describe, expect, it } from "vitest";
import { initialTransition, transition } from "xstate";
import { judgedToKeep, observationOf, rememberedBy } from "../../../actors/effects/observation.ts";
import type { Observation } from "../../../actors/players/player.ts";
import type { RoleSpec, RunSpec } from "../../../machines/domain/index.ts";
import { verifierMachine } from "../../../machines/verifier.ts";
import { aState, aTask, measuresOf } from "../players/fakes.ts";

const role = (memory?: string): RoleSpec => ({
  player: "m",
  spec: { kind: "model", argument: "m" },
  profile: null,
  ...(memory === undefined ? {} : { memory }),
});
const program = (t: number) => ({
  t,
  candidate: 0,
  thought: `T${t}`,
  code_diff: `D${t}`,
  code: `sha256:${`${t}`.repeat(64)}`,
});
const feedback = (t: number) => ({
  visual_difference: { critical: [], major: [`M${t}`], minor: [] },
  edit_suggestion: [],
  thought: "a long account",
});

/** What the verifier's player is asked in each of these rounds, by its machine. */
function asked(rounds: readonly number[], remember: number): Observation[] {
  let [snapshot] = initialTransition(verifierMachine, { remember });
  return rounds.map((t) => {
    let input: Record<string, unknown> = {};
    // The plan comes with round 1 alone.
    const state = { ...aState(t), log: "a log" };
    const done = { type: "effect.done" as const };
    for (const event of [
      { type: "state", t, programs: [program(t)], states: [state], ...(t === 1 ? { plan: "PLAN" } : {}) },
      { ...done, key: `measure/${t}`, kind: "measure", output: { measures: [measuresOf(0.1)], chosen: 0 } },
      { ...done, key: `judge/${t}`, kind: "judge", output: { feedback: feedback(t) } },
    ]) {
      const [next, actions] = transition(verifierMachine, snapshot, event as never);
      snapshot = next;
      for (const { params } of actions as unknown as { params: { kind?: string; input?: Record<string, unknown> } }[]) {
        if (params.kind === "judge" && params.input) input = params.input;
      }
    }
    return observationOf(aTask(), input);
  });
}

describe("what a verifier is shown of a run", () => {
  it("is the plan for as long as there is no other, the start's state, the program, and what it judged last", () => {
    const [start, first, later] = asked([0, 1, 4], 1);
    expect(start).toMatchObject({ t: 0, plan: null, start: null, previous: null, program: program(0) });
    expect(first).toMatchObject({ plan: "PLAN", start: { t: 0 }, previous: { t: 0, program: { code_diff: "D0" } } });
    expect(later).toMatchObject({
      plan: "PLAN",
      start: { t: 0 },
      previous: { t: 1, program: { thought: "T1" }, feedback: { visual_difference: { major: ["M1"] }, thought: "" } },
      earlier: [],
    });
  });

  it("is nothing, the last or a window of what it judged before, as its role's memory has it", () => {
    const all = asked([0, 1, 2, 3, 4], 3).at(-1)!;
    expect(all.earlier?.map(({ t, program }) => [t, program?.code_diff])).toEqual([
      [1, ""],
      [2, ""],
    ]);
    expect(rememberedBy(role("window"), all)).toEqual(all);
    for (const last of [role(), role("last"), undefined]) {
      expect(rememberedBy(last, all)).toMatchObject({ previous: { t: 3 }, earlier: [] });
    }
    expect(rememberedBy(role("none"), all)).toMatchObject({ previous: null, earlier: [], plan: "PLAN" });
  });

  it("is kept for a window where one that judges or listens has one", () => {
    const keep = (own?: string, shadow?: string) =>
      judgedToKeep({
        memory: { window: 12 },
        config: { roles: { verifier: role(own) }, shadow: shadow === undefined ? {} : { verifier: role(shadow) } },
      } as unknown as RunSpec);
    expect([keep(), keep("none"), keep("window"), keep("last", "window")]).toEqual([1, 1, 12, 12]);
  });
});
