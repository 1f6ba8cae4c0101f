import { expect, it } from "vitest";
import { asSlideBench } from "../../../evaluators/aggregate/as-slidebench.ts";
import type { Numbers, ScoredTask } from "../../../evaluators/aggregate/scored.ts";

function task(group: string, final: Numbers | null, outcome: ScoredTask["outcome"] = "scored"): ScoredTask {
  const numbers = { start: null, chosen: final, oracle: final, final };
  return { id: "a", group, dir: "a", outcome, reason: null, rounds: 1, executed: 1, numbers, byRound: [], chosenT: 1 };
}

it("a slide whose program failed counts 0 in SlideBench's overall; what could not be begun does not count", () => {
  const tasks = [
    task("sufficient", { slide_overall: 80 }),
    task("sufficient", null, "failed"),
    task("visual", { slide_overall: 60, judged: 40 }),
    task("visual", null, "error"),
    task("visual", null, "unfinished"),
    task("visual", { pixels: 1 }),
  ];
  const { rows, runs } = asSlideBench(tasks);
  expect(runs).toEqual([80, 0, 50, null, null, null]);
  expect(rows).toEqual([
    { group: "sufficient", runs: 2, ran: 1, reference: 80, free: null, overall: 40 },
    { group: "visual", runs: 1, ran: 1, reference: 60, free: 40, overall: 50 },
    { group: "all", runs: 3, ran: 2, reference: 70, free: 40, overall: (2 / 3) * 55 },
  ]);
});

it("where every slide that ran was judged, it is the part that ran times the mean of both", () => {
  const tasks = [task("a", { slide_overall: 90, judged: 50 }), task("a", null, "failed")];
  expect(asSlideBench(tasks).rows[0]!.overall).toBe(0.5 * ((90 + 50) / 2));
});
