import { expect, test } from "vitest";
import { compareCells, comparisonsOf, ranked, summarizedCell } from "../../../cli/launch/experiment/compare.ts";
import { csvOf, markdownOf } from "../../../cli/launch/experiment/result-tables.ts";
import { warningsOf } from "../../../cli/launch/experiment/warnings.ts";
import {
  type ExperimentResult,
  type ExperimentRun,
  experimentResult,
  type RunPins,
} from "../../../machines/domain/index.ts";

const pins: RunPins = {
  viga: "1",
  commit: "c",
  inputs: "i",
  prompts: "p",
  evaluator: "e",
  engine: "blender 3.4.1",
  device: "cpu",
};

const run = (task: string, seed: number, best: number | null, more: Partial<ExperimentRun> = {}): ExperimentRun => ({
  task,
  seed,
  status: best === null ? "failed" : "done",
  dir: `${task}.${seed}`,
  reused: false,
  key: "k",
  seconds: 10,
  start_loss: 1,
  best_loss: best,
  best_t: 1,
  rounds: 1,
  calls: 2,
  input_tokens: 100,
  output_tokens: 10,
  usd: 0.01,
  refused: 0,
  cut_off: 0,
  unread: 0,
  pins,
  ...more,
});

const cell = (id: string, runs: ExperimentRun[]) => summarizedCell({ id, values: { who: id }, runs });
const tasks = ["a", "b", "c", "d", "e", "f"];
const good = cell(
  "good",
  tasks.flatMap((task, index) => [run(task, 1, 0.1 + index / 100), run(task, 2, 0.2)]),
);
const poor = cell(
  "poor",
  tasks.map((task, index) => run(task, 1, 0.6 + index / 100)),
);
const broken = cell("broken", [run("a", 1, null, { reason: "no, it broke" })]);

test("a cell is the mean of its finished runs with an interval; failed ones are no low score", () => {
  expect(good.gain?.mean).toBeCloseTo(0.8375, 9);
  expect(good.gain!.low).toBeLessThan(good.gain!.mean);
  expect([good.finished, good.seconds, good.usd?.toFixed(3)]).toEqual([12, 10, "0.010"]);
  expect(broken).toMatchObject({ gain: null, loss: null, finished: 0, seconds: null, usd: null });
  expect(ranked([broken, poor, good]).map(({ id }) => id)).toEqual(["good", "poor"]);
});

test("two cells are compared over the tasks and seeds that both finished", () => {
  const found = compareCells(good, poor);
  expect(found).toMatchObject({ pairs: 6, wins: 6, losses: 0, overlap: false });
  expect(found.difference?.mean).toBeCloseTo(0.5, 9);
  // All of 6 tasks one way: 2 of 64 assignments of signs.
  expect(found.p).toBeCloseTo(2 / 64, 9);
  expect(compareCells(good, broken)).toMatchObject({ pairs: 0, difference: null, p: null, overlap: false });
  expect(compareCells(poor, poor)).toMatchObject({ wins: 0, losses: 0, p: 1, overlap: true });
});

test("every cell meets the baseline, then the best meets every other", () => {
  const third = cell("third", [run("a", 1, 0.3)]);
  const pairs = (baseline: string) =>
    comparisonsOf([poor, good, third, broken], baseline).map((one) => `${one.cell}>${one.against}`);
  expect(pairs("poor")).toEqual(["good>poor", "third>poor", "good>third"]);
  expect(pairs("good")).toEqual(["third>good", "poor>good"]);
  expect(pairs("broken")).toEqual(["good>third", "good>poor"]);
});

test("failures, what is missing and pins that differ are said", () => {
  const other = cell("other", [
    run("a", 1, 0.5, { pins: { ...pins, device: "NVIDIA H100", inputs: "j" } }),
    run("b", 1, null, { status: "unfinished" }),
  ]);
  expect(warningsOf([good, other, broken], [{ id: "a" }, { id: "b" }])).toEqual([
    "1 run of broken failed and is in no mean: no, it broke (a)",
    "1 run is not finished",
    "compared runs differ in their device: cpu (12), NVIDIA H100 (1)",
    "compared runs of a began from different files",
  ]);
  expect(warningsOf([good], [{ id: "a" }])).toMatchObject(
    [/one task only/].map((words) => expect.stringMatching(words)),
  );
});

test("the tables name the best pair with interval, cost and what is behind it, and hold every run with its pins", () => {
  const cells = [poor, good, broken];
  const result: ExperimentResult = experimentResult.parse({
    schema: 1,
    name: "n",
    title: "Who | writes?",
    mode: "blendergym",
    started: new Date(0).toISOString(),
    updated: new Date(0).toISOString(),
    loss: { name: "pl", label: "PL", title: "photometric loss", better: "lower", unit: "", digits: 4 },
    axes: [{ name: "who", values: ["poor", "good", "broken"] }],
    tasks: tasks.map((id) => ({ id, source: id })),
    seeds: [1, 2],
    baseline: "poor",
    cells,
    excluded: [],
    comparisons: comparisonsOf(cells, "poor"),
    warnings: ["=one"],
    printed: [{ cell: "good", metric: "pl", value: 7.94, source: "Table 2" }],
  });
  const said = markdownOf(result);
  expect(said).toMatch(
    /Best: \*\*good\*\*, mean gain 83\.8 % \[\d.*\] of the start's PL over 12 runs, 10 s a run, \$0\.010/,
  );
  expect(said).toMatch(
    /Against the baseline, poor: \+50\.0 \[.*\] points of gain over 6 pairs \(6 better, 0 worse\), p = 0\.031/,
  );
  expect(said).toContain("do not overlap, the interval of the difference leaves out 0");
  expect(said).toContain("| good | pl | 7.94 | Table 2 |");
  expect(said).toMatch(/\| broken \| - \| - \| 0 of 1 \| 1 \|/);
  const lines = csvOf(result).trimEnd().split("\r\n");
  expect(lines).toHaveLength(1 + 12 + 6 + 1);
  expect(lines[0]).toMatch(/^cell,who,task,seed,status.*,engine,device$/);
  expect(lines.at(-1)).toContain('"no, it broke"');
  expect(lines[1]).toMatch(/blender 3\.4\.1,cpu$/);
});
