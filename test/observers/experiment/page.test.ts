import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ExperimentResult, experimentResult } from "../../../machines/domain/index.ts";
import { mostShownRuns, reportAddress } from "../../../observers/experiment/items.ts";
import { experimentPage } from "../../../observers/experiment/page.ts";
import { verdict } from "../../../observers/experiment/verdict.ts";
import { sampleExperiment } from "./sample-experiment.ts";

let out: string;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), "viga-experiment-"));
});
afterEach(() => rm(out, { recursive: true, force: true }));

const attack = `"><script>alert(1)</script><img src=x onerror=alert(2)>'</style></title>--><svg/onload=x>\`\${y}`;

describe("the verdict", () => {
  let result: ExperimentResult;
  beforeEach(async () => {
    result = experimentResult.parse(await sampleExperiment(out, { folders: false }));
  });

  it("names the best, its lead over the baseline and over the next best, and what is not settled", () => {
    expect(verdict(result)).toBe(
      "gen b × ver x × none takes away 80 % of the start's PL (95 % interval 75 to 85 %), +40 points against the baseline, " +
        "gen a × ver x × none (95 % interval +35 to +45; p = 0.030; better in 2 and worse in 0 of 2 pairs of runs): their own " +
        "intervals do not overlap. It is +20 points against the next best, gen a × ver x × tool (95 % interval −10 to +50; " +
        "p = 0.030; better in 2 and worse in 0 of 2 pairs of runs): which of the two is better is not settled.",
    );
  });

  it("of a best baseline compares it with the next best", () => {
    const comparisons = [{ ...result.comparisons[0]!, cell: "b-x", against: "a-x-tool", overlap: true }];
    expect(verdict({ ...result, baseline: "b-x", comparisons })).toMatch(
      /^gen b × ver x × none takes .* \+40 points against the next best, gen a × ver x × tool .*their own intervals overlap/,
    );
  });

  it("says where a better mean comes of other runs", () => {
    const [best, ...others] = result.comparisons;
    const behind = { ...best!, difference: { mean: -0.1, low: -0.2, high: -0.01 } };
    const cells = result.cells.map((cell) => (cell.id === "b-x" ? { ...cell, finished: 1 } : cell));
    const said = verdict({ ...result, cells, comparisons: [behind, ...others] });
    expect(said).toContain("75 to 85 %, 1 of 2 runs finished)");
    expect(said).toContain("−10 points against the baseline");
    expect(said).toContain("in the runs that both have, the other is ahead");
  });

  it("says where nothing can be compared", () => {
    const cells = result.cells.map((cell) => ({ ...cell, gain: null }));
    expect(verdict({ ...result, cells })).toContain("No run has finished yet");
    expect(verdict({ ...result, cells: [result.cells[0]!, ...cells.slice(1)] })).toContain(
      "no other cell has a finished run",
    );
    expect(verdict({ ...result, comparisons: [] })).toContain("no two of their runs share task and seed");
  });
});

describe("experiment.html", () => {
  it("shows cells, what is missing and what is left out, each as what it is", async () => {
    const page = await experimentPage(await sampleExperiment(out), out);
    expect(page).toMatch(
      /data-choose="b-x"[^>]*><b>80 %<\/b><span>75 to 85 %<\/span><span>n 2 · \$0.020 · 40 s<\/span>/,
    );
    expect(page).toContain("no run has finished: 1 not begun, 1 unfinished");
    expect(page.match(/<b>left out<\/b>/g)).toHaveLength(2);
    expect(page).toContain("no such cell was run");
    expect(page).toContain("engines differ");
    expect(page).toContain("blender 4.3.2");
    expect(page).toContain("PL 0.0321<small>a paper&#39;s table 2</small>");
    expect(page).toContain("2 refused");
    const rows = [...page.matchAll(/<tr data-cell="([^"]+)"/g)].map((match) => match[1]);
    expect(rows).toEqual(["a-x", "b-x", "a-x-tool", "a-y", "b-y"]);
  });

  it("holds everything itself, and its policy lets only its own scripts run", async () => {
    const page = await experimentPage(await sampleExperiment(out), out);
    expect(page).toMatch(
      /default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src ('sha256-[^']+' ?){3}"/,
    );
    expect(page).not.toMatch(/<link|<script src|src="http/);
    expect(page).toContain("The MIT License");
    expect(page).toContain("BSD 3-Clause License");
  });

  it("shows hostile words as words", async () => {
    const page = await experimentPage(await sampleExperiment(out, { words: attack }), out);
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page).not.toMatch(/<script>alert|<img src=x|<svg\/onload/);
    expect(page.match(/<\/title>/g)).toHaveLength(1);
    expect(page.match(/<script/g)).toHaveLength(4);
  });

  it("links to a run's report beside it, whatever its folder is called", () => {
    expect(reportAddress({ dir: "../other/a-x/task 1#2" })).toBe("./../other/a-x/task%201%232/report.html");
    expect(reportAddress({ dir: "javascript:alert(1)//x" })).toBe("./javascript%3Aalert(1)//x/report.html");
  });

  it("says why a run's pictures are not shown instead of failing", async () => {
    const page = await experimentPage(await sampleExperiment(out, { folders: false }), out);
    expect(page).toContain("holds no tape");
    expect(page).not.toContain("<img data-picture");
  });

  it("holds the pictures of so many runs, and names the items beyond them", async () => {
    const page = await experimentPage(await sampleExperiment(out, { folders: false, tasks: 70 }), out);
    expect(page.match(/<article/g)).toHaveLength(Math.floor(mostShownRuns / 5));
    expect(page).toContain("10 more items without pictures");
    expect(page).toContain("task69 · seed 0");
  });

  it("of an experiment with one axis is a page as well", async () => {
    const result = await sampleExperiment(out, { folders: false });
    const axes = [{ name: "generator", values: ["gen a", "gen b"] }];
    const cells = result.cells.filter(({ id }) => id === "a-x" || id === "b-x");
    const page = await experimentPage({ ...result, axes, cells, excluded: [] }, out);
    expect(page).toContain("generator down</caption>");
    expect(page.match(/data-choose=/g)).toHaveLength(2);
  });
});
