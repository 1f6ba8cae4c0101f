import { join } from "node:path";
import type { ExperimentCell, ExperimentResult, ExperimentRun } from "../../../machines/domain/index.ts";
import { createOutput } from "../../../observers/output.ts";
import { createTape } from "../../../observers/tape.ts";
import { sampleRun } from "../sample-run.ts";

const pins = {
  viga: "0.1.0",
  commit: "1".repeat(40),
  inputs: "2".repeat(64),
  prompts: "3".repeat(64),
  evaluator: "photometric",
  engine: "blender 4.3.2",
  device: "cpu",
};

export interface SampleExperiment {
  /** Text put wherever a file, a model or an engine has words. */
  words?: string;
  tasks?: number;
  /** Whether the runs' folders are written. */
  folders?: boolean;
}

const estimate = (mean: number, by = 0.05) => ({ mean, low: mean - by, high: mean + by });

/** The folder of a made-up run whose verifier is a model that was sent the target and a picture that nobody kept. */
async function writeRun(out: string, losses: number[], words: string): Promise<void> {
  const { events, artifacts } = await sampleRun({ losses, words });
  const started = events[0]!;
  const { task } = started.data as { task: { targets: { image: string }[] } };
  const receipt = { width: 32, height: 32, bytes: 2048, detail: null };
  const source = task.targets[0]!.image.slice("sha256:".length);
  const data = {
    key: "1/judge",
    t: 1,
    model: "some-model",
    receipts: [
      { ...receipt, sha256: "a".repeat(64), source, label: `Target ${words}` },
      { ...receipt, sha256: "b".repeat(64), source: "c".repeat(64), label: "Heat map" },
    ],
  };
  const call = { ...started, seq: events.at(-1)!.seq + 2, id: "r/call", role: "verifier", type: "model.call", data };
  const observers = [createOutput({ out, read: artifacts.read }), await createTape({ out })];
  for (const event of [...events, call]) for (const observer of observers) await observer.on(event);
  for (const observer of observers) await observer.close();
}

/**
 * A made-up experiment: two generators, two verifiers, with and without a tool. Its cells are a-x (the baseline), a-y and
 * b-x with finished runs, b-y without any; with the tool there is a-x alone, the others are excluded or missing.
 */
export async function sampleExperiment(out: string, options: SampleExperiment = {}): Promise<ExperimentResult> {
  const words = options.words ?? "";
  const tasks = Array.from({ length: options.tasks ?? 2 }, (_, n) => ({ id: `task${n}${words}`, source: `data/${n}` }));
  const made = { "a-x": [0.1, 0.06], "a-y": [0.1, 0.05], "b-x": [0.1, 0.02], "b-y": null, "a-x-tool": [0.1, 0.04] };
  const cells: ExperimentCell[] = [];
  for (const [id, losses] of Object.entries(made)) {
    const [generator, verifier, tool] = id.split("-") as [string, string, string | undefined];
    const runs: ExperimentRun[] = [];
    for (const [n, task] of tasks.entries()) {
      const dir = join("cells", id, `task${n}`);
      if (losses !== null && options.folders !== false) await writeRun(join(out, dir), losses, words);
      const best = losses === null ? null : losses[1]! + 0.001 * n;
      runs.push({
        task: task.id,
        seed: 0,
        status: losses === null ? (n === 0 ? "error" : "unfinished") : "done",
        reason: losses === null ? `no key ${words}` : "plateau",
        dir,
        reused: n === 1,
        key: "4".repeat(64),
        seconds: 20,
        start_loss: losses === null ? null : 0.1,
        best_loss: best,
        best_t: losses === null ? null : 1,
        rounds: 1,
        calls: id === "b-x" ? 3 : 0,
        input_tokens: 0,
        output_tokens: 0,
        usd: id === "b-x" ? 0.02 : 0,
        refused: id === "b-x" ? 1 : 0,
        cut_off: 0,
        unread: 0,
        pins,
      });
    }
    const gains = runs.map((run) => 1 - run.best_loss! / 0.1);
    const gain = losses === null ? null : gains.reduce((sum, one) => sum + one, 0) / gains.length;
    cells.push({
      id,
      values: { generator: `gen ${generator}${words}`, verifier: `ver ${verifier}`, tool: tool ?? "none" },
      runs,
      gain: gain === null ? null : estimate(gain),
      loss: gain === null ? null : estimate(0.1 * (1 - gain), 0.002),
      finished: gain === null ? 0 : runs.length,
      seconds: gain === null ? null : { "a-x": 10, "a-y": 30, "b-x": 40, "a-x-tool": 50 }[id as "a-x"],
      usd: gain === null ? null : runs[0]!.usd,
    });
  }
  const compared = (cell: string, against: string, mean: number, by: number) => {
    const numbers = { pairs: tasks.length, difference: estimate(mean, by), p: 0.03, wins: tasks.length, losses: 0 };
    return { cell, against, ...numbers, overlap: by > 0.1 };
  };
  return {
    schema: 1,
    name: "sample",
    title: `Who should judge? ${words}`,
    mode: "static_scene",
    started: "2026-01-02T03:04:05.000Z",
    updated: "2026-01-02T04:04:05.000Z",
    loss: { name: "pl", label: "PL", title: "photometric loss", better: "lower", unit: "", digits: 4 },
    axes: [
      { name: "generator", values: [`gen a${words}`, `gen b${words}`] },
      { name: "verifier", values: ["ver x", "ver y"] },
      { name: "tool", values: ["none", "tool"] },
    ],
    tasks,
    seeds: [0],
    baseline: "a-x",
    cells,
    excluded: [{ generator: `gen b${words}`, tool: "tool" }],
    comparisons: [
      compared("b-x", "a-x", 0.4, 0.05),
      compared("a-y", "a-x", 0.1, 0.2),
      compared("b-x", "a-x-tool", 0.2, 0.3),
    ],
    warnings: [`engines differ ${words}`],
    printed: [{ cell: "b-x", metric: "PL", value: 0.0321, source: "a paper's table 2" }],
  };
}
