import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GeneratorMove, GeneratorPlayer } from "../../../../actors/players/player.ts";
import { skeletonOf, withRefine } from "../../../../actors/players/solver/refine.ts";
import { VigaError } from "../../../../config/errors.ts";
import type { Context } from "../../../../machines/domain/index.ts";
import { aContext, aRound, aTask, fakeIO } from "../fakes.ts";

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
  it("takes the solver's numbers over, with both thoughts and the diff against where the round began", async () => {
    const io = fakeIO();
    const from = { t: 1, candidate: 0, thought: "", code_diff: "", code: io.store("x = 1.0\n") };
    const player = withRefine(
      writes("x = 2.0\ny = -3\n"),
      solves((code) => program(code.replace("2.0", "2.25").replace("-3", "4"))),
    );
    const move = await player.write(aContext({ t: 2, task, from, plan: "OLD", rounds: [aRound(1)] }), io);
    expect(move).toMatchObject({
      plan: "PLAN",
      candidates: [
        {
          code: "x = 2.25\ny = 4\n",
          thought: "by hand\n\nNumbers refined by solver: fitted",
          code_diff: "@@ -1,1 +1,2 @@\n-x = 1.0\n+x = 2.25\n+y = 4\n",
        },
      ],
    });
    expect(io.notes.map((note) => note.type)).toEqual(["refine.done"]);
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
    expect(move).toMatchObject({ candidates: [{ code, thought: "by hand" }] });
    expect(io.notes.map((note) => note.type)).toEqual(["refine.kept"]);
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
