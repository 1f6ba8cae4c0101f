import { expect, it } from "vitest";
import type { Evaluation } from "../../cli/eval/evaluate.ts";
import { tablesOf } from "../../cli/eval/tables.ts";
import type { ScoredTask } from "../../evaluators/aggregate/scored.ts";
import { summarise } from "../../evaluators/aggregate/summary.ts";
import type { MetricInfo } from "../../machines/domain/index.ts";

const block: MetricInfo = {
  name: "html_block",
  label: "block (from HTML)",
  title: "block",
  better: "higher",
  unit: "",
  digits: 4,
};

function task(id: string, start: number, chosen: number): ScoredTask {
  const numbers = (kept: number) => ({ html_block: kept < 1 ? 0 : 0.9, html_kept: kept });
  return {
    id,
    group: "easy",
    dir: id,
    outcome: "scored",
    reason: null,
    rounds: 1,
    executed: 1,
    numbers: { start: numbers(start), chosen: numbers(chosen), oracle: { html_block: 0.9 }, final: numbers(chosen) },
    byRound: [],
    chosenT: 1,
  };
}

function evaluationOf(tasks: ScoredTask[]): Evaluation {
  return {
    schema: 1,
    viga: "0",
    out: "out",
    mode: "design2code",
    kind: "batch",
    made: "2026-11-26T10:00:00.000Z",
    seed: 0,
    metrics: [block],
    missing: [],
    groups: summarise(tasks, [block], 0),
    baseline: null,
    as_viga: null,
    slidebench: null,
    models: [],
    compared: { pairs: 0, orderEffect: 0 },
    tasks,
    notes: [],
  };
}

it("a table of pages says how many of its zeros are of programs that the benchmark's cleaning cut", () => {
  const [cut] = tablesOf(evaluationOf([task("1", 0.01, 1), task("2", 0.02, 0.5), task("3", 1, 1)]));
  expect(cut?.note).toMatch(/low or 0 for that: start 2, chosen 1, final 1 of 3$/);
  expect(cut?.rows).toHaveLength(2);
  const [whole] = tablesOf(evaluationOf([task("1", 1, 1)]));
  expect(whole?.note).toMatch(/a program ran in 1$/);
});
