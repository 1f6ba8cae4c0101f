import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Observation } from "../../../../actors/players/player.ts";
import {
  createReplayGenerator,
  createReplayVerifier,
  loadRecording,
} from "../../../../actors/players/replay/replay.ts";
import { aContext, aState, aTask, fakeIO } from "../fakes.ts";

const folder = mkdtempSync(join(tmpdir(), "viga-replay-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
};
const at = (t: number): Observation => ({
  t,
  task: aTask(),
  state: aState(t),
  measures: null,
  previous: null,
  analysis: null,
});
const none = { critical: [], major: [], minor: [] };

describe("a recording", () => {
  it("is a YAML or JSON file of moves and feedback, by round", async () => {
    const path = file(
      "plays.yaml",
      `generator:
  - |
    x = 1
  - { code: "x = 2", thought: because }
  - { t: 5, candidates: [{ code: a }, { code: b }], plan: P }
  - end: enough
verifier:
  - { overall_similarity: 40, edit_suggestion: [brighter] }
  - { t: 5, visual_difference: { critical: [dark], major: [], minor: [] }, thought: hm }
analysis: '{"objects": []}'
`,
    );
    const recording = await loadRecording(path);
    const generator = createReplayGenerator(recording);
    const moves = await Promise.all([1, 2, 3, 5, 6, 7].map((t) => generator.write(aContext({ t }), fakeIO())));
    expect(moves).toMatchObject([
      { candidates: [{ code: "x = 1\n" }] },
      { candidates: [{ code: "x = 2", thought: "because" }] },
      { type: "end", reason: "the recording has no round 3" },
      { candidates: [{ code: "a" }, { code: "b" }], plan: "P" },
      { type: "end", reason: "enough" },
      { type: "end" },
    ]);
    const verifier = createReplayVerifier(recording);
    expect(await verifier.judge(at(1), fakeIO())).toMatchObject({
      overall_similarity: 40,
      edit_suggestion: ["brighter"],
      visual_difference: none,
    });
    expect(await verifier.judge(at(5), fakeIO())).toMatchObject({
      visual_difference: { critical: ["dark"] },
      thought: "hm",
    });
    expect(await verifier.judge(at(0), fakeIO())).toMatchObject({ visual_difference: none, edit_suggestion: [] });
    await expect(verifier.judge(at(2), fakeIO())).rejects.toMatchObject({ code: "player_failed" });
    expect(await verifier.analyze!(aTask(), fakeIO())).toBe('{"objects": []}');
  });

  it("is a finished run: its tape for thoughts and feedback, its codes for programs", async () => {
    const out = join(folder, "run");
    const heatmap = `sha256:${"1".repeat(64)}`;
    const event = (seq: number, role: string, type: string, data: object) =>
      JSON.stringify({ seq, id: `${seq}`, time: "2026-01-01T00:00:00Z", run: "r", role, type, data });
    const proposed = (t: number, candidate: number, thought: string) => ({
      program: { t, candidate, thought, code_diff: "d", code: heatmap },
    });
    file(
      "run/tape.jsonl",
      [
        event(1, "verifier", "analysis", { text: "ANALYSIS" }),
        event(2, "generator", "program.proposed", proposed(1, 0, "first")),
        event(3, "verifier", "feedback", {
          t: 1,
          feedback: { visual_difference: none, edit_suggestion: ["go on"], thought: "ok", heatmap },
        }),
        event(4, "generator", "program.proposed", proposed(2, 0, "left")),
        event(5, "generator", "program.proposed", proposed(2, 1, "right")),
        event(6, "generator", "end", { t: 4, reason: "it matches" }),
        '{"seq": 7, "torn',
      ].join("\n"),
    );
    file("run/codes/0.py", "start\n");
    file("run/codes/1.py", "one\n");
    file("run/codes/2.py", "two b\n");
    file("run/codes/3.py", "three\n");
    file("run/codes/candidates/2.0.py", "two a\n");
    file("run/codes/candidates/2.1.py", "two b\n");
    const recording = await loadRecording(out);
    const generator = createReplayGenerator(recording);
    const moves = await Promise.all([1, 2, 3, 4].map((t) => generator.write(aContext({ t }), fakeIO())));
    expect(moves).toEqual([
      { type: "programs", candidates: [{ thought: "first", code_diff: "d", code: "one\n" }] },
      {
        type: "programs",
        candidates: [
          { thought: "left", code_diff: "d", code: "two a\n" },
          { thought: "right", code_diff: "d", code: "two b\n" },
        ],
      },
      { type: "programs", candidates: [{ thought: "", code_diff: "", code: "three\n" }] },
      { type: "end", reason: "it matches" },
    ]);
    const feedback = await createReplayVerifier(recording).judge(at(1), fakeIO());
    expect(feedback).toEqual({ visual_difference: none, edit_suggestion: ["go on"], thought: "ok" });
    expect(await createReplayVerifier(recording).analyze!(aTask(), fakeIO())).toBe("ANALYSIS");
  });

  it("is refused with the place where it is wrong", async () => {
    await expect(loadRecording(join(folder, "nowhere"))).rejects.toMatchObject({ code: "not_found" });
    await expect(loadRecording(file("bad.json", "{"))).rejects.toMatchObject({ code: "input_invalid" });
    await expect(loadRecording(file("odd.yaml", "generators: []"))).rejects.toMatchObject({
      message: expect.stringContaining("generators"),
    });
    await expect(loadRecording(file("empty.yaml", "generator: [{ candidates: [] }]"))).rejects.toMatchObject({
      code: "input_invalid",
    });
    mkdirSync(join(folder, "void"));
    await expect(loadRecording(join(folder, "void"))).rejects.toMatchObject({ code: "input_invalid" });
  });
});
