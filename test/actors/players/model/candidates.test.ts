import { describe, expect, it } from "vitest";
import { createModelGenerator } from "../../../../actors/players/model/generator.ts";
import { VigaError } from "../../../../config/errors.ts";
import type { Feedback } from "../../../../machines/domain/index.ts";
import { aContext, aRound, aTask, call, fakeIO, fakeModel, measuresOf, spokenTo } from "../fakes.ts";
import { codes, execute, programOf } from "./programs.ts";

const feedback: Feedback = {
  visual_difference: { critical: ["the ball is too small"], major: [], minor: [] },
  edit_suggestion: ["make the ball 20 % larger"],
  overall_similarity: 61,
  next_focus: "the ball",
  disputed: [{ claim: "the jug is missing", evidence: "scene data lists Jug" }],
  thought: "",
};

describe("candidates and baselines", () => {
  it("asks N times, each with its own direction and temperature, and keeps each program once", async () => {
    const io = fakeIO();
    const model = fakeModel((request) => execute(spokenTo(request).includes("variant 3") ? "three" : "same"), "inline");
    const move = await createModelGenerator({ model, mode: "blendergym", temperature: 0.3 }).write(
      aContext({ candidates: 4 }),
      io,
    );
    expect(codes(move)).toEqual(["same\n", "three\n"]);
    expect(model.requests.map((request) => request.temperature)).toEqual([0.3, 0.55, 0.8, 1.05]);
    expect([...io.record.keys()].sort()).toEqual(["write/0/0", "write/1/0", "write/2/0", "write/3/0"]);
  });

  it("keeps the candidates that came through when one fails, and fails with the error when all do", async () => {
    const broken = new VigaError("model_timeout", "too slow");
    const io = fakeIO();
    const some = fakeModel((request) => (spokenTo(request).includes("variant 2") ? { throws: broken } : execute("x")));
    expect(
      codes(await createModelGenerator({ model: some, mode: "blendergym" }).write(aContext({ candidates: 2 }), io)),
    ).toEqual(["x\n"]);
    expect(io.notes.find((note) => note.type === "candidate.failed")?.data.error).toMatchObject({
      code: "model_timeout",
    });
    const none = fakeModel(() => ({ throws: broken }));
    await expect(
      createModelGenerator({ model: none, mode: "blendergym" }).write(aContext({ candidates: 2 }), fakeIO()),
    ).rejects.toBe(broken);
  });

  it("ends only when more than half of the candidates want to", async () => {
    const ends = (which: string[]) =>
      fakeModel((request) =>
        which.some((one) => spokenTo(request).includes(one)) ? call("end_process") : execute("x"),
      );
    const context = aContext({ candidates: 3, rounds: [aRound(0)] });
    const one = await createModelGenerator({ model: ends(["variant 2"]), mode: "blendergym" }).write(context, fakeIO());
    const two = await createModelGenerator({ model: ends(["variant 2", "variant 3"]), mode: "blendergym" }).write(
      context,
      fakeIO(),
    );
    expect([one.type, two.type]).toEqual(["programs", "end"]);
  });

  it("writes one program from the task alone when it is one_shot", async () => {
    const io = fakeIO();
    const model = fakeModel([execute("x")]);
    const player = createModelGenerator({ model, mode: "blendergym", baseline: "one_shot" });
    const start = io.store("start = 1\n");
    await player.write(aContext({ task: aTask({ text: "TASK", start }), plan: "PLAN", analysis: "ANALYSIS" }), io);
    const said = spokenTo(model.requests[0]);
    expect(said).toContain("TASK");
    expect(said).toContain("start = 1");
    expect(said).not.toMatch(/PLAN|ANALYSIS/);
    expect(model.requests[0]!.tools.map((tool) => tool.name)).toEqual(["execute_code"]);
    expect(await player.write(aContext({ t: 2, rounds: [aRound(1)] }), io)).toMatchObject({ type: "end" });
  });

  it("sees the task, the current program and the last feedback only when it is memoryless", async () => {
    const io = fakeIO();
    const rounds = [
      aRound(1, { program: programOf(io, 1, "PROGRAM_ONE"), feedback: { ...feedback, edit_suggestion: ["OLD"] } }),
      aRound(2, { program: programOf(io, 2, "second"), feedback: { ...feedback, edit_suggestion: ["NEW"] } }),
    ];
    const model = fakeModel([execute("x")]);
    const player = createModelGenerator({ model, mode: "blendergym", baseline: "memoryless" });
    await player.write(
      aContext({
        t: 3,
        task: aTask({ text: "TASK" }),
        rounds,
        best: rounds[0]!,
        from: rounds[1]!.program,
        plan: "PLAN",
        note: "NOTE",
      }),
      io,
    );
    const said = spokenTo(model.requests[0]);
    expect(said).toMatch(/TASK[\s\S]*NEW[\s\S]*second/);
    expect(model.requests[0]!.tools.map((tool) => tool.name)).toEqual([
      "execute_code",
      "lookup_api",
      "get_scene_info",
      "end_process",
    ]);
    expect(said).not.toMatch(/OLD|PROGRAM_ONE|PLAN|NOTE|thought of/);
  });
});

describe("a turn that starts over after a crash", () => {
  it("uses the recorded replies, pays for none again, and ends the same", async () => {
    const record = new Map<string, unknown>();
    const script = (_: unknown, n: number) =>
      n === 0 ? call("make_plan", { overall_description: "a", detailed_plan: "b" }) : execute("x = 1\n");
    const first = fakeModel(script);
    const moved = await createModelGenerator({ model: first, mode: "blendergym" }).write(
      aContext(),
      fakeIO({ record }),
    );
    const again = fakeModel([]);
    const io = fakeIO({ record });
    expect(await createModelGenerator({ model: again, mode: "blendergym" }).write(aContext(), io)).toEqual(moved);
    expect(again.requests).toEqual([]);
    expect(io.usage().calls).toBe(2);
    expect(io.notes.every((note) => note.type !== "model.call" || note.data.recorded === true)).toBe(true);
  });

  it("goes on after the last recorded reply, in the tool style that was learned", async () => {
    const record = new Map<string, unknown>();
    const dies = fakeModel(
      (_, n) => (n === 0 ? { text: "hm" } : { throws: new VigaError("interrupted", "killed") }),
      "json",
    );
    await expect(
      createModelGenerator({ model: dies, mode: "blendergym" }).write(aContext(), fakeIO({ record })),
    ).rejects.toMatchObject({ code: "interrupted" });
    const next = fakeModel([execute("x")], "native");
    expect(
      codes(await createModelGenerator({ model: next, mode: "blendergym" }).write(aContext(), fakeIO({ record }))),
    ).toEqual(["x\n"]);
    expect(next.requests).toHaveLength(1);
    expect(next.state.style).toBe("json");
    expect(spokenTo(next.requests[0])).toContain("Your whole reply is one JSON object");
  });
});

describe("the size of a prompt", () => {
  it("is flat in the round number once the window is full", async () => {
    const sizes: number[] = [];
    for (const t of [13, 30]) {
      const io = fakeIO();
      const all = Array.from({ length: t }, (_, index) =>
        aRound(index, {
          program: programOf(io, index, `p = ${String(index).padStart(4, "0")}\n`),
          measures: measuresOf(0.01),
          feedback,
        }),
      );
      const model = fakeModel([execute("x")]);
      const rounds = all.slice(-12);
      await createModelGenerator({ model, mode: "blendergym" }).write(
        aContext({ t, rounds, from: rounds.at(-1)!.program, best: rounds[3]! }),
        io,
      );
      sizes.push(spokenTo(model.requests[0]).length);
    }
    expect(Math.abs(sizes[1]! - sizes[0]!)).toBeLessThan(40);
  });
});
