import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { createModelGenerator } from "../../../../actors/players/model/generator.ts";
import { unifiedDiff } from "../../../../bridge/text/line-diff.ts";
import type { Context, Program, Refined, Round } from "../../../../machines/domain/index.ts";
import { missingCase } from "../../../evaluators/cases.ts";
import { aContext, aRound, aState, aTask, type FakeIO, fakeIO, fakeModel, measuresOf, spokenTo } from "../fakes.ts";
import { photoContext, photoFile, photoNames, photoPrograms } from "./photo-run.ts";
import { execute } from "./programs.ts";

/** What a generator is sent for a context. */
async function sent(
  io: FakeIO,
  context: Context,
  refined: { lock?: string[]; tune?: ("light" | "place")[] } | null = null,
) {
  const model = fakeModel([execute("new = 1\n")]);
  // A turn of its own: nothing of an earlier one is recorded.
  const turn = fakeIO({ blobs: io.blobs });
  await createModelGenerator({ model, mode: "static_scene", refined }).write(context, turn);
  const request = model.requests[0]!;
  const images = request.messages.flatMap(({ parts }) => parts.filter((part) => part.type === "image"));
  return { said: spokenTo(request), request, images };
}

const times = (text: string, part: string) => text.split(part).length - 1;
const body = (name: string, count = 30) => Array.from({ length: count }, (_, i) => `${name}_${i} = ${i}\n`).join("");

/** Round `t` with this program, made from the one before. */
function played(io: FakeIO, t: number, loss: number, code: string, before = "", more: Partial<Program> = {}): Round {
  const program = { t, candidate: 0, thought: `idea ${t}`, code_diff: unifiedDiff(before, code), code: io.store(code) };
  return aRound(t, { program: { ...program, ...more }, measures: measuresOf(loss) });
}

describe("the size of a request on a photograph", () => {
  const missing = photoNames.map((name) => missingCase(photoFile(name))).find((why) => why !== null) ?? null;
  const textOf = async (t: number, window: number, course: "falling" | "worse" = "falling") => {
    const io = fakeIO();
    const { said } = await sent(io, await photoContext(io, await photoPrograms(), t, window, course));
    return { said, bytes: Buffer.byteLength(said) };
  };
  /** What each past round takes, the last left out. */
  const pastRounds = (said: string) =>
    said
      .split(/^(?=## Round )/m)
      .slice(1, -1)
      .map((part) => Buffer.byteLength(part));

  it("costs a past round at most 1.5 kB in the median, and does not grow with the rounds", async (ctx) => {
    if (missing !== null) return ctx.skip(missing);
    const [early, late] = [await textOf(13, 12), await textOf(24, 12)];
    for (const { said } of [early, late]) {
      const costs = pastRounds(said).sort((a, b) => a - b);
      expect(costs).toHaveLength(11);
      expect(costs[5]).toBeLessThanOrEqual(1500);
      expect(costs.at(-1)).toBeLessThanOrEqual(2000);
    }
    expect(late.bytes).toBeLessThanOrEqual(1.05 * early.bytes);
  });

  it("with all 24 rounds is far below what it was when diffs stood in it whole, also where the best is sent too", async (ctx) => {
    if (missing !== null) return ctx.skip(missing);
    // 173 kB were measured before (docs/benchmarks.md).
    expect((await textOf(25, 24)).bytes).toBeLessThan(70_000);
    expect((await textOf(25, 24, "worse")).bytes).toBeLessThan(80_000);
  });

  it("shows a bounded number of pictures, the newest, and the best's", async () => {
    const io = fakeIO();
    const grey = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#606060" } })
      .jpeg()
      .toBuffer();
    const image = io.store(grey);
    const rounds = Array.from({ length: 24 }, (_, k) => {
      const state = aState(k + 1, { renders: ["a", "b"].map((name) => ({ name, image })) });
      return { ...played(io, k + 1, 0.05, `x = ${k}\n`), state };
    });
    const { images } = await sent(io, aContext({ t: 25, rounds, from: rounds.at(-1)!.program }));
    expect(images).toHaveLength(24);
    expect(images.at(-1)!.label).toBe("round 24 b");
    expect(images[0]!.label).toBe("round 13 a");
  });
});

describe("the programs in a request", () => {
  it("hold the best one whenever the last is not the best, each of them once and none as a diff", async () => {
    const io = fakeIO();
    const [first, second] = [body("a"), body("a").replace("a_7 = 7", "a_7 = 70")];
    const rounds = [played(io, 1, 0.02, first), played(io, 2, 0.03, second, first)];
    const { said } = await sent(io, aContext({ t: 3, rounds, best: rounds[0]!, from: rounds[1]!.program }));
    expect(said).toContain(`# The best program so far, of round 1\n\`\`\`python\n${first}\`\`\``);
    expect(said).toContain(`The current program (of round 2):\n\`\`\`python\n${second}\`\`\``);
    expect(said).toContain("Change: first program, 30 lines.");
    expect(said).toContain("-a_7 = 7\n+a_7 = 70");
    expect(times(said, "\n+a_")).toBe(1);
  });

  it("hold it once where the next one starts from it", async () => {
    const io = fakeIO();
    const rounds = [played(io, 1, 0.02, body("a")), played(io, 2, 0.03, body("b"), body("a"))];
    const { said } = await sent(io, aContext({ t: 3, rounds, best: rounds[0]!, from: rounds[0]!.program }));
    expect(said).toContain("The current program (of round 1, the best so far):");
    expect(times(said, "a_20 = 20")).toBe(1);
    expect(said).not.toContain("# The best program");
    // A program that was written anew is not shown as a diff either.
    expect(said).toContain("Change: written anew, 30 lines for 30.");
    expect(said).not.toContain("b_20 = 20");
  });

  it("hold the start program in the part that stays, once, also where it is the best or the current one", async () => {
    const io = fakeIO();
    const code = body("start");
    const task = aTask({ start: io.store(code) });
    const start = played(io, 0, 0.01, code, code);
    const begun = await sent(io, aContext({ t: 1, task, rounds: [start], best: start, from: start.program }));
    expect(begun.said).toContain("The current program is the best so far, the start program, as it stands above.");
    const rounds = [start, played(io, 1, 0.02, body("start").replace("= 9", "= 8"), code)];
    const later = await sent(io, aContext({ t: 2, task, rounds, best: start, from: rounds[1]!.program }));
    expect(later.said).toContain("Best so far: round 0");
    for (const { said } of [begun, later]) {
      expect(times(said, "# The start program\n```python\nstart_0 = 0")).toBe(1);
      expect(said).not.toContain("# The best program");
    }
    expect(times(begun.said, "start_9 = 9")).toBe(1);
  });
});

describe("a model and the solver in one request", () => {
  const moves = Array.from({ length: 34 }, (_, i) => ({ line: i + 1, label: `knob_${i}.energy`, from: 1, to: 2 + i }));
  const refined: Refined = {
    by: "solver",
    moved: 40,
    changes: moves,
    loss_before: 0.0213,
    loss_after: 0.0196,
    renders: 412,
    seconds: 31.5,
  };
  const long = "a thought that goes on. ".repeat(200);

  it("begins a round with what was refined, the largest moves named, whatever else is cut", async () => {
    const io = fakeIO();
    const rounds = [1, 2].map((t) => played(io, t, 0.02, body("a"), body("b"), { refined, thought: long }));
    const image = io.store(
      await sharp(Buffer.alloc(3), { raw: { width: 1, height: 1, channels: 3 } })
        .png()
        .toBuffer(),
    );
    const task = aTask({ targets: [{ name: "render1", image }] });
    const { said, request } = await sent(io, aContext({ t: 3, task, rounds, from: rounds[1]!.program }), {});
    const head =
      "Refined by solver, after you wrote it: 40 numbers moved, photometric loss 0.0213 -> 0.0196 in its own small pictures.";
    const [past, last] = said.split("## Round 2\n");
    expect(past).toContain(`## Round 1\n${head}\n- line 1, knob_0.energy: 1 -> 2\n`);
    expect(past).toMatch(/knob_2\.energy: 1 -> 4\nand 37 more\nThought: /);
    expect(last).toMatch(new RegExp(`^${head.replaceAll(".", "\\.")}\n(- line .*\n){20}and 20 more\nThought: `));
    expect(last).toMatch(/more characters left out\]/);
    const system = request.messages[0]!.parts.map((part) => (part.type === "text" ? part.text : "")).join("");
    for (const part of ["numeric solver moves its numbers", "Locked", "Leave them alone"])
      expect(system).toContain(part);
    expect(times(said, "probably structure")).toBe(1);
  });

  it("begins it with the whole reason where nothing was refined, and says nothing of refining where it is off", async () => {
    const io = fakeIO();
    const kept = `another round gains nothing: ${"because ".repeat(40)}END`;
    const rounds = [1, 2].map((t) =>
      played(io, t, 0.02, body("a"), body("b"), { refined: { ...refined, moved: 0, changes: [], kept } }),
    );
    const { said } = await sent(io, aContext({ t: 3, rounds, from: rounds[1]!.program }), {});
    for (const t of [1, 2]) expect(said).toContain(`## Round ${t}\nRefined by solver: no number. Why: ${kept}\n`);
    const off = await sent(fakeIO(), aContext());
    expect(off.said).not.toMatch(/refine/i);
  });

  it("tells the preview's own noise, and calls no change within it better or worse", async () => {
    const io = fakeIO();
    const noisy = (t: number, loss: number): Round => ({
      ...played(io, t, loss, `x = ${t}\n`),
      measures: { ...measuresOf(loss), noise: 0.0006, floor: 0.00055 },
    });
    const rounds = [noisy(1, 0.021), noisy(2, 0.0214), noisy(3, 0.03)];
    const { said } = await sent(io, aContext({ t: 4, rounds, best: rounds[0]!, from: rounds[2]!.program }));
    expect(said).toContain("Photometric loss 0.0214 (lower is better), as the round before within noise");
    expect(said).toContain("40.2 % worse than the round before");
    expect(said).toContain("Noise of a preview: 0.0006 PL; smaller differences say nothing.");
    expect(said).toContain("About 0.00055 of every PL is grain");
  });
});
