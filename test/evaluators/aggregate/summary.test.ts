import { describe, expect, it } from "vitest";
import { asViga } from "../../../evaluators/aggregate/as-viga.ts";
import { type Numbers, oracleOf, type ScoredTask } from "../../../evaluators/aggregate/scored.ts";
import { compareWith, summarise } from "../../../evaluators/aggregate/summary.ts";
import type { MetricInfo } from "../../../machines/domain/index.ts";

const info = (name: string, better: MetricInfo["better"]): MetricInfo => ({
  name,
  label: name,
  title: name,
  better,
  unit: "",
  digits: 4,
});
const metrics = [info("pl", "lower"), info("n_clip", "lower"), info("vlm_score", "higher")];

/** A task with rounds of these numbers, the first of which is the start; null: no round was measured. */
function task(
  id: string,
  group: string,
  rounds: Numbers[] | null,
  outcome: ScoredTask["outcome"] = "scored",
): ScoredTask {
  const byRound = (rounds ?? []).map((numbers, t) => ({ t, numbers }));
  const last = rounds?.at(-1) ?? null;
  const numbers = { start: rounds?.[0] ?? null, chosen: last, oracle: oracleOf(byRound, metrics), final: last };
  return { id, group, dir: id, outcome, reason: null, rounds: 0, executed: 1, numbers, byRound, chosenT: null };
}

describe("a summary of scored tasks", () => {
  it("holds no failed task in its means, and every task in its counts", () => {
    const tasks = [
      task("a1", "a", [{ pl: 0.4 }, { pl: 0.1 }, { pl: 0.2 }]),
      task("a2", "a", [{ pl: 0.9 }, { pl: 0.8 }], "failed"),
      task("b1", "b", null, "error"),
    ];
    const [a, b, all] = summarise(tasks, metrics, 1);
    expect(a!.cells.find(({ pick, metric }) => pick === "chosen" && metric === "pl")?.mean).toBe(0.2);
    expect(a!.cells.find(({ pick, metric }) => pick === "oracle" && metric === "pl")?.mean).toBe(0.1);
    expect(a!.counts).toEqual({ scored: 1, failed: 1, error: 0, unfinished: 0 });
    expect(b!.cells).toEqual([]);
    expect([all!.name, all!.counts.error]).toEqual(["all", 1]);
  });

  it("compares tasks that both sides scored, and gives each group and metric the same weight in Impr.", () => {
    const before = [task("a1", "a", [{ pl: 0.4 }]), task("a2", "a", [{ pl: 0.8 }]), task("b1", "b", [{ pl: 0.1 }])];
    const after = [
      task("a1", "a", [{ pl: 0.3 }]),
      task("a2", "a", [{ pl: 0.6 }]),
      task("b1", "b", [{ pl: 0.09 }]),
      task("b2", "b", [{ pl: 9 }]),
    ];
    const found = compareWith(after, before, metrics, 1);
    expect(found.unpaired).toEqual(["b2"]);
    expect(found.improvement.chosen).toBeCloseTo((25 + 10) / 2, 9);
    expect(found.rows.find(({ group, pick }) => group === "a" && pick === "chosen")).toMatchObject({
      tasks: 2,
      p: 0.5,
    });
  });
});

describe("the paper's way of counting", () => {
  const round = (pl: number, n_clip: number) => ({ pl, n_clip });
  const missing = (group: string) => task("x", group, [], "failed");

  it("takes the round with the lowest N-CLIP and charges missing tasks", () => {
    const tasks = [task("g1", "geometry", [round(0, 0), round(0.01, 0.5), round(0.02, 0.3)]), missing("geometry")];
    const rows = asViga("blendergym", tasks, metrics);
    expect(rows.map(({ metric, value }) => [metric, value])).toEqual([
      ["pl", (0.02 + 0.8) / 2],
      ["n_clip", (0.3 + 1) / 2],
      ["vlm_score", null],
    ]);
  });

  it("charges a tenth for blend shapes and placement, half for level 2, and nothing of the VLM score", () => {
    const charged = (mode: string, group: string) => asViga(mode, [missing(group)], metrics).map(({ value }) => value);
    for (const group of ["blendshape", "placement"]) {
      expect(charged("blendergym", group)[0]).toBeCloseTo(0.08, 12);
      expect(charged("blendergym", group)[1]).toBeCloseTo(0.1, 12);
    }
    expect(charged("blenderbench", "level2")).toEqual([0.4, 0.5, null]);
    const judged = task("c1", "level2", [round(0, 0), { ...round(0, 0), vlm_score: 3 }]);
    expect(asViga("blenderbench", [judged, missing("level2")], metrics).at(-1)?.value).toBe(1.5);
  });

  it("divides by the code's own counts, drops what its parser drops, and has no number without N-CLIP", () => {
    const level = Array.from({ length: 10 }, (_, index) =>
      task(`level1-camera${index + 1}`, "level1", [round(0, 0), round(0.1, 0.2)]),
    );
    const [pl] = asViga("blenderbench", level, metrics);
    expect(pl).toMatchObject({ scored: 9, missing: 0, divisor: 9 });
    expect(pl!.value).toBeCloseTo(0.1, 12);
    const [none] = asViga("blendergym", [task("m1", "material", [{ pl: 0.2 }, { pl: 0.1 }])], metrics);
    expect(none).toMatchObject({ value: null, why: expect.stringContaining("N-CLIP") });
  });
});
