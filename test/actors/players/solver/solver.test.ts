import { describe, expect, test } from "vitest";
import type { GeneratorMove } from "../../../../actors/players/player.ts";
import { createSolver } from "../../../../actors/players/solver/solver.ts";
import type { Context, Round } from "../../../../machines/domain/index.ts";
import { blobStage, parse, program } from "./blobs.ts";

const goal = [0.35, 0.4, 0.7, 0.7, 0.65, 1.1, 0];
const start = [0.5, 0.3, 0.25, 0.62, 0.65, 0.8, 0];

/** Plays rounds until the solver ends; every move it made, and the programs. */
async function play(from: readonly number[], to: readonly number[], inPlace = 6) {
  const { stage, put } = await blobStage(from, to, () => false, inPlace);
  const solver = createSolver();
  const context: Context = stage.context;
  const moves: GeneratorMove[] = [];
  const codes: string[] = [];
  for (let t = 1; t <= 8; t++) {
    const move = await solver.write({ ...context, t }, stage.io);
    moves.push(move);
    if (move.type === "end") break;
    const { thought, code_diff, code } = move.candidates[0]!;
    codes.push(code);
    context.from = { t, candidate: 0, thought, code_diff, code: await put(code) };
    const state = {
      t,
      candidate: 0,
      ok: true,
      renders: [],
      log: "",
      slot: "cpu",
      epoch: 0,
      seconds: { execute: 0, render: 0, total: 0 },
    };
    const round: Round = { t, program: context.from, state, measures: null, feedback: null };
    context.rounds = [...context.rounds, round];
  }
  return { moves, codes, stage };
}

describe("the solver as a generator", () => {
  test("recovers places, a colour and a light, then ends at the noise floor", async () => {
    const { moves, codes } = await play(start, goal);
    const found = parse(codes.at(-1)!).values;
    [0, 1, 3, 4].forEach((k) => {
      expect(found[k]).toBeCloseTo(goal[k]!, 1);
    });
    expect(Math.abs(found[2]! * found[5]! - goal[2]! * goal[5]!)).toBeLessThan(0.05);
    const last = moves.at(-1)!;
    expect(last.type).toBe("end");
    expect(last.type === "end" && last.reason).toMatch(/noise/);
  });

  test("finds a measurement that only a rerun sets and that is too far off for a gradient", async () => {
    const far = [0.3, 0.2, 0.7, 0.5, 0.8, 1, 0];
    const { codes } = await play(far, [0.6, ...far.slice(1)], 0);
    const found = parse(codes.at(-1)!).values;
    expect(found[0]).toBeCloseTo(0.6, 1);
    [1, 2, 3, 4].forEach((k) => {
      expect(found[k]).toBeCloseTo(far[k]!, 1);
    });
  });

  test("leaves alone what was right: a knob nothing reads is never touched", async () => {
    const { codes } = await play(start, goal);
    for (const code of codes) expect(code).toContain("ghost = 0\n");
  });

  test("says which numbers moved, from what to what, and hands a diff that matches the code", async () => {
    const { moves } = await play(start, goal);
    const first = moves[0]!;
    if (first.type !== "programs") throw new Error("no program");
    const { thought, code_diff, code } = first.candidates[0]!;
    expect(thought).toMatch(/line 6, light: 0\.8 -> 1\.\d+/);
    expect(thought).toMatch(/Photometric loss x1000 at 128 px: \d+\.\d+ -> \d+\.\d+ \(noise \d/);
    const added = code_diff.split("\n").filter((line) => line.startsWith("+") && !line.startsWith("+++"));
    expect(added.length).toBeGreaterThan(0);
    for (const line of added) expect(code.split("\n")).toContain(line.slice(1));
  });

  test("gives the same program again for the same context", async () => {
    const [one, two] = [await play(start, goal), await play(start, goal)];
    expect(two.codes).toEqual(one.codes);
  });

  test("ends at once, spending no search, on a program that already matches", async () => {
    const { moves, stage } = await play(goal, goal);
    expect(moves.length).toBe(1);
    expect(moves[0]!.type).toBe("end");
    expect(stage.sweeps).toBeLessThan(6);
  });

  test("tells a watcher how far it is", async () => {
    const { stage } = await play(start, goal);
    const progress = stage.notes.filter((note) => note.type === "progress");
    expect(progress.length).toBeGreaterThan(3);
    const losses = progress.filter((note) => note.data.step === "done").map((note) => Number(note.data.loss));
    expect(losses.at(-1)).toBeLessThan(losses[0]! * 1.001);
  });

  test("needs a start program and a target, and says so", async () => {
    const { stage } = await blobStage(start, goal);
    const bare = { ...stage.context, task: { ...stage.context.task, start: null } };
    await expect(createSolver().write(bare, stage.io)).rejects.toMatchObject({ code: "input_invalid" });
    const blind = { ...stage.context, task: { ...stage.context.task, targets: [] } };
    await expect(createSolver().write(blind, stage.io)).rejects.toMatchObject({ code: "input_invalid" });
  });

  test("an engine that fails is an error with the engine's own words, not a wrong program", async () => {
    const { stage } = await blobStage(start, goal, (job) => job === 3);
    await expect(createSolver().write(stage.context, stage.io)).rejects.toMatchObject({
      code: "player_failed",
      message: expect.stringContaining("gone"),
    });
  });

  test("a run that is stopped interrupts the fit", async () => {
    const { stage } = await blobStage(start, goal);
    const aborted = { ...stage.io, signal: AbortSignal.abort() };
    await expect(createSolver().write(stage.context, aborted)).rejects.toMatchObject({ code: "interrupted" });
  });

  test("starts from the program a model wrote when its structure is not the start program's", async () => {
    const { stage, put } = await blobStage(start, goal);
    const rewritten = `${program(start)}extra = True\n`;
    const from = { t: 3, candidate: 0, thought: "", code_diff: "", code: await put(rewritten) };
    const move = await createSolver().write({ ...stage.context, t: 4, from }, stage.io);
    if (move.type !== "programs") throw new Error("no program");
    expect(move.candidates[0]!.code).toContain("extra = True");
    expect(parse(move.candidates[0]!.code).values[5]).not.toBe(start[5]);
  });
});
