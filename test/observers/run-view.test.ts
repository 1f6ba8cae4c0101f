import { describe, expect, it } from "vitest";
import type { TapeEvent } from "../../observers/observer.ts";
import { addEvent } from "../../observers/project.ts";
import { newRunView } from "../../observers/run-view.ts";
import { sampleRun } from "./sample-run.ts";

function tell(events: { role: string; type: string; data: Record<string, unknown> }[]) {
  const runView = newRunView();
  for (const [i, event] of events.entries()) {
    addEvent(runView, {
      seq: i + 1,
      id: `e${i}`,
      time: `2026-01-02T03:04:0${i}.000Z`,
      run: "r",
      ...event,
    } as TapeEvent);
  }
  return runView;
}

describe("the runView of a run", () => {
  it("knows best round, loss, usage and end out of the tape", async () => {
    const { events } = await sampleRun({ losses: [0.05, 0.02, null, 0.03] });
    const runView = newRunView();
    for (const event of events) addEvent(runView, event);
    expect(runView).toMatchObject({ bestT: 1, bestLoss: 0.02, status: "done", stopReason: "plateau", progress: null });
    expect(runView.usage).toMatchObject({ calls: 3, usd: 0.03 });
    expect([...runView.rounds.values()].map((at) => at.loss)).toEqual([0.05, 0.02, null, 0.03]);
    expect(runView.rounds.get(3)).toMatchObject({ from: 2, note: "back to the best" });
    expect(runView.rounds.get(2)!.errors[0]).toContain("name is not defined");
  });

  it("counts a model call once, also when a later incarnation notes it again", () => {
    const call = (key: string) => ({
      role: "generator",
      type: "model.call",
      data: { key, calls: 1, tokens: { input: 100, output: 20 }, usd: 0.5 },
    });
    const runView = tell([call("a"), call("a"), call("b"), { ...call("a"), role: "verifier" }]);
    expect(runView.calls.get("generator")).toEqual({ calls: 2, input_tokens: 200, output_tokens: 40, usd: 1 });
    expect(runView.calls.get("verifier")!.calls).toBe(1);
  });

  it("reads a solver's progress, in words or in numbers", () => {
    const words = tell([{ role: "generator", type: "progress", data: { text: "fitting", fraction: 0.25, loss: 0.1 } }]);
    expect(words.progress).toEqual({ text: "fitting", fraction: 0.25, loss: 0.1, refining: null });
    const numbers = tell([{ role: "generator", type: "progress", data: { stage: 2, step: "refine", renders: 40 } }]);
    expect(numbers.progress).toEqual({
      text: "stage 2, refine, 40 renders",
      fraction: null,
      loss: null,
      refining: null,
    });
  });

  it("keeps restarts, lost slots and calls of unknown outcome as incidents", () => {
    const runView = tell([
      { role: "supervisor", type: "slot.lost", data: { slot: "gpu0", why: "no heartbeat" } },
      { role: "supervisor", type: "role.restarted", data: { role: "memory", reason: "killed" } },
      { role: "generator", type: "call.unknown", data: { key: "write/3" } },
      { role: "generator", type: "candidate.failed", data: { error: { message: "no program in the reply" } } },
    ]);
    expect(runView.incidents.map(({ text }) => text)).toEqual([
      "slot gpu0 was lost: no heartbeat",
      "memory was restarted: killed",
      "generator: nobody knows whether call write/3 was carried out; it was made again",
      "generator: a candidate failed: no program in the reply",
    ]);
  });

  it("passes over events it does not know, and names those it cannot read", () => {
    const runView = tell([
      { role: "someone", type: "constructor", data: {} },
      { role: "memory", type: "round", data: { round: 7 } },
    ]);
    expect(runView.rounds.size).toBe(0);
    expect(runView.incidents).toHaveLength(1);
    expect(runView.incidents[0]!.text).toMatch(/^event 2 \(memory\/round\) cannot be read: round/);
  });
});
