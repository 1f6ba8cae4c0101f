import { describe, expect, it } from "vitest";
import { initialTransition, transition } from "xstate";
import { generatorMachine } from "../../machines/generator.ts";
import { aContext } from "../actors/players/fakes.ts";

const programs = [{ t: 1, candidate: 0, thought: "t", code_diff: "", code: `sha256:${"0".repeat(64)}` }];
const usage = { calls: 2, input_tokens: 10, output_tokens: 5, usd: 0.7 };

/** What the generator sends after its player wrote, and a person answered. */
function sentAfter(approve: "never" | "always", ok: boolean) {
  let [snapshot, actions] = initialTransition(generatorMachine, { approve });
  const events = [
    { type: "context", context: aContext() },
    { type: "effect.done", key: "write/1", kind: "write", output: { move: "programs", programs, plan: "PLAN", usage } },
    ...(approve === "always" ? [{ type: "approve", t: 1, ok }] : []),
  ];
  for (const event of events) [snapshot, actions] = transition(generatorMachine, snapshot, event as never);
  return actions.map(({ params }) => params).filter((effect) => (effect as { type?: string }).type === "send");
}

describe("the generator's machine", () => {
  it("sends plan and usage on with programs that a person approved, as with those nobody is asked for", () => {
    const sent = sentAfter("always", true);
    expect(sent).toEqual(sentAfter("never", true));
    expect(sent).toMatchObject([{ to: "executor", event: { type: "program", plan: "PLAN", usage } }]);
  });

  it("sends the plan along in every round: the one that made it may have drawn nothing", () => {
    let [snapshot, actions] = initialTransition(generatorMachine, { approve: "never" });
    for (const event of [
      { type: "context", context: aContext({ t: 3, plan: "OLD PLAN" }) },
      { type: "effect.done", key: "write/3", kind: "write", output: { move: "programs", programs, usage } },
    ]) {
      [snapshot, actions] = transition(generatorMachine, snapshot, event as never);
    }
    expect(actions.map(({ params }) => params)).toContainEqual(
      expect.objectContaining({ to: "executor", event: expect.objectContaining({ plan: "OLD PLAN" }) }),
    );
  });

  it("has what was spent on refused programs counted too", () => {
    expect(sentAfter("always", false)).toMatchObject([{ to: "memory", event: { type: "generator.end", usage } }]);
  });
});
