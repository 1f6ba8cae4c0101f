import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GeneratorMove, GeneratorPlayer } from "../../../../actors/players/player.ts";
import { withRefine } from "../../../../actors/players/solver/refine.ts";
import { skeletonOf } from "../../../../actors/players/solver/structure.ts";
import { account } from "../../../../actors/players/solver/thought.ts";
import { VigaError } from "../../../../config/errors.ts";
import type { Context } from "../../../../machines/domain/index.ts";
import { aContext, aRound, aTask, fakeIO, ref } from "../fakes.ts";

const writes = (...codes: string[]): GeneratorPlayer => ({
  name: "writer",
  write: async () => ({
    type: "programs",
    candidates: codes.map((code) => ({ thought: "by hand", code_diff: "", code })),
    plan: "PLAN",
  }),
});

const solves = (
  answer: (code: string, context: Context) => GeneratorMove | Promise<GeneratorMove>,
): GeneratorPlayer => ({
  name: "solver",
  write: async (context, io) => answer(await io.text(context.from!.code), context),
});

const program = (code: string): GeneratorMove => ({
  type: "programs",
  candidates: [{ thought: "fitted", code_diff: "", code }],
});
const task = aTask({ targets: [{ name: "render1", image: `sha256:${"0".repeat(64)}` }] });

describe("refining a program's numbers", () => {
  it("takes the solver's numbers over and leaves thought and diff to their writer", async () => {
    const io = fakeIO();
    const solver: GeneratorPlayer = {
      name: "solver",
      async write(context, own) {
        own.note("progress", { step: "start", loss: 0.02, renders: 2 });
        own.note("progress", { step: "fit", loss: 0.003, renders: 40 });
        own.note("progress", { step: "done", loss: 0.01, renders: 90 });
        return program(
          (await own.text(context.from!.code)).replace("2.0", "2.25").replace("-3", "4").replace("9", "90"),
        );
      },
    };
    const written = "x = 2.0\ny = -3  # 3\nf(z=9)\n";
    const writer: GeneratorPlayer = {
      name: "writer",
      write: async () => ({
        type: "programs",
        candidates: [{ thought: "by hand", code_diff: "+f(z=9)", code: written, undone: [1] }],
        plan: "PLAN",
      }),
    };
    const move = await withRefine(writer, solver).write(aContext({ t: 2, task, rounds: [aRound(1)] }), io);
    const refined = {
      by: "solver",
      moved: 3,
      changes: [
        { line: 2, label: "y", from: -3, to: 4 },
        { line: 3, label: "z", from: 9, to: 90 },
        { line: 1, label: "x", from: 2, to: 2.25 },
      ],
      loss_before: 0.02,
      loss_after: 0.01,
      renders: 90,
      seconds: expect.any(Number),
      written: ref(written),
    };
    const code = "x = 2.25\ny = 4  # 3\nf(z=90)\n";
    const candidate = { thought: "by hand", code_diff: "+f(z=9)", code, undone: [1], refined };
    expect(move).toEqual({ type: "programs", plan: "PLAN", candidates: [candidate] });
    // What a stage measures on its way is told once in a few seconds, and is no part of the account.
    expect(io.notes.map(({ type, data }) => [type, data.loss_before, data.loss, data.renders])).toEqual([
      ["progress", 0.02, 0.02, 2],
      ["progress", 0.02, 0.01, 90],
      ["refined", undefined, undefined, undefined],
    ]);
    expect(io.notes[0]!.data).toMatchObject({ t: 2, candidate: 0, refining: true });
  });

  it("says nothing of structure where it leaves a program alone: its prompt does, once", async () => {
    const loss = { start: 0.02, before: 0.02, after: 0.02, noise: 0.0001, grain: false };
    const reason = account.ending(loss);
    expect(reason).toContain("probably structure");
    const move = await withRefine(
      writes("x = 1\n"),
      solves(() => ({ type: "end", reason })),
    ).write(aContext({ task }), fakeIO());
    const kept = move.type === "programs" ? move.candidates[0]!.refined!.kept! : "";
    expect(kept).toContain("no number that was tried explains more");
    expect(kept).not.toContain("structure");
    expect(account.thought([], [], [], loss, 10, { touches: {} } as never, 1)).not.toContain("structure");
  });

  it("shows the solver a task of its own that begins with the program, and keeps its recorded calls apart", async () => {
    const io = fakeIO();
    const seen: Context[] = [];
    const solver: GeneratorPlayer = {
      name: "solver",
      async write(context, own) {
        seen.push(context);
        const code = await own.once("fit", async () => `${await own.text(context.task.start!)}`);
        return program(code.replace("1", "9"));
      },
    };
    const move = await withRefine(writes("a = 1\n", "b = 1\n"), solver).write(
      aContext({ task, rounds: [aRound(0)], candidates: 2 }),
      io,
    );
    expect(move.type === "programs" && move.candidates.map(({ code }) => code)).toEqual(["a = 9\n", "b = 9\n"]);
    expect([...io.record.keys()]).toEqual(["refine/0/fit", "refine/1/fit"]);
    expect(seen.every((context) => context.rounds.length === 0 && context.candidates === 1)).toBe(true);
  });

  it.each<[string, (code: string) => GeneratorMove]>([
    ["changes a name", (code) => program(code.replace("ball", "cube"))],
    ["adds a line", (code) => program(`${code}z = 1\n`)],
    ["changes a text", (code) => program(code.replace("'Ball'", "'Ball 2'"))],
    ["removes a call", (code) => program(code.replace("f(1)", "1"))],
    ["ends", () => ({ type: "end", reason: "nothing to gain" })],
    ["changes nothing", (code) => program(code)],
    [
      "fails",
      () => {
        throw new VigaError("player_failed", "no knob");
      },
    ],
  ])("leaves the program alone when the solver %s", async (_, answer) => {
    const io = fakeIO();
    const code = "ball = f(1)\nball.name = 'Ball'\n";
    const move = await withRefine(writes(code), solves(answer)).write(aContext({ task }), io);
    const refined = { moved: 0, changes: [], kept: expect.stringMatching(/./) };
    expect(move).toMatchObject({ candidates: [{ code, thought: "by hand", refined }] });
    expect(io.notes.map((note) => note.type)).toEqual(["refined"]);
  });

  it("stops with the run, and leaves the generator's end and tasks without a target alone", async () => {
    const stops = withRefine(
      writes("x = 1\n"),
      solves(() => {
        throw new VigaError("interrupted", "stopped");
      }),
    );
    await expect(stops.write(aContext({ task }), fakeIO())).rejects.toMatchObject({ code: "interrupted" });
    const never = solves(() => {
      throw new Error("must not be asked");
    });
    const ends: GeneratorPlayer = { name: "ends", write: async () => ({ type: "end", reason: "done" }) };
    expect(await withRefine(ends, never).write(aContext({ task }), fakeIO())).toEqual({ type: "end", reason: "done" });
    expect(await withRefine(writes("x = 1\n"), never).write(aContext(), fakeIO())).toMatchObject({
      candidates: [{ code: "x = 1\n" }],
    });
  });
});

describe("the skeleton of a program", () => {
  it.each([
    ["x = 1", "x = -2.5e3"],
    ["f(1, 2)", "f(-1, +2)"],
    ["p = (1, 2)", "p = ((-1.0), 2)"],
    ["return 1", "return (-1)"],
    ["a = b * 2", "a = b * (-2)"],
    ["x = 1  # one", "x = 2"],
    ["x = 1\n\n\ny = 2", "x = 1\n# said\ny = 2"],
    ["c = 0xFF", "c = 1_000"],
    ["if x > 1:\n    y = .5", "if x > -1:\n    y = 5."],
  ])("is the same for %j and %j", (a, b) => {
    expect(skeletonOf(a)).toBe(skeletonOf(b));
  });

  it.each([
    ["x = 1", "y = 1"],
    ["x1 = 1", "x2 = 1"],
    ["a - 1", "a + 1"],
    ["a = b - 1", "a = b"],
    ["f(1)", "f"],
    ["f(1)", "f((1, 2))"],
    ["s = '1'", "s = '2'"],
    ["s = '''a 1'''", "s = '''a 2'''"],
    ["x = 1", "x = 1\ny = 2"],
    ["if a:\n    x = 1", "if a:\nx = 1"],
    ["x = [1, 2]", "x = [1]"],
    ["s = '# 1'", "s = '# 2'"],
    ["x = (1)", "x = (1,)"],
  ])("tells %j from %j", (a, b) => {
    expect(skeletonOf(a)).not.toBe(skeletonOf(b));
  });

  it("does not depend on any number in it", () => {
    const parts = fc.array(
      fc.constantFrom(
        "x = N",
        "f(N, 'a', y=N)",
        "z = (N, N) # N",
        "for i in range(N):\n    g[N] = a - N",
        't = "N"',
        "w = a*N**N",
      ),
      { minLength: 1, maxLength: 8 },
    );
    const number = fc
      .oneof(fc.integer({ min: -999, max: 999 }), fc.double({ min: -1e6, max: 1e6, noNaN: true }))
      .map((n) => (Object.is(n, -0) ? "0.0" : String(n)));
    fc.assert(
      fc.property(parts, fc.array(number, { minLength: 40, maxLength: 40 }), (lines, numbers) => {
        const written = (fill: (index: number) => string) => {
          let index = 0;
          // Texts keep their N: what stands in quotes is no number.
          return lines.join("\n").replace(/"N"|N/g, (found) => (found === "N" ? fill(index++) : found));
        };
        expect(skeletonOf(written((index) => numbers[index % 40]!))).toBe(skeletonOf(written(() => "1")));
      }),
    );
  });
});
