import { describe, expect, it } from "vitest";
import { createModelGenerator } from "../../../../actors/players/model/generator.ts";
import { VigaError } from "../../../../config/errors.ts";
import type { Feedback } from "../../../../machines/domain/index.ts";
import { aContext, aRound, aState, aTask, call, fakeIO, fakeModel, measuresOf, spokenTo } from "../fakes.ts";
import { codes, execute, programOf } from "./programs.ts";

const feedback: Feedback = {
  visual_difference: { critical: ["the ball is too small"], major: [], minor: [] },
  edit_suggestion: ["make the ball 20 % larger"],
  overall_similarity: 61,
  next_focus: "the ball",
  disputed: [{ claim: "the jug is missing", evidence: "scene data lists Jug" }],
  thought: "",
};

describe("a generator played by a model", () => {
  it("plans, looks at the scene, then hands in one program with the true diff", async () => {
    const views = [{ name: "render1", camera: null, aspect: { width: 640, height: 360 } }];
    const io = fakeIO({ views, job: () => ({ ok: true, result: { objects: ["Cube"] }, files: {} }) });
    const start = io.store("import bpy\nx = 1\n");
    const model = fakeModel([
      call("make_plan", { overall_description: "a cube", detailed_plan: "move it" }),
      call("get_scene_info"),
      execute("import bpy\nx = 2\n"),
    ]);
    const player = createModelGenerator({ model, mode: "blendergym" });
    const move = await player.write(aContext({ task: aTask({ start }) }), io);
    expect(move).toEqual({
      type: "programs",
      candidates: [
        { thought: "t", code_diff: "@@ -1,2 +1,2 @@\n import bpy\n-x = 1\n+x = 2\n", code: "import bpy\nx = 2\n" },
      ],
      plan: "a cube\n\nmove it",
    });
    expect(io.jobs).toEqual([{ op: "probe", action: "scene_info", args: {} }]);
    expect(spokenTo(model.requests[2])).toContain("Cube");
    // Its prompt says how large the pictures are.
    expect(spokenTo(model.requests[0])).toContain("`render1` through the scene's active camera: 256 x 144 px (16:9)");
    expect([...io.record.keys()]).toEqual(["write/0/0", "write/0/1", "write/0/2"]);
    expect(io.usage()).toEqual({ calls: 3, input_tokens: 30, output_tokens: 15, usd: 0.03 });
    expect(io.notes.filter((note) => note.type === "model.call")).toHaveLength(3);
  });

  it("sees the task, targets, plan, analysis, window, best round and error, and marks the oldest rounds for dropping", async () => {
    const io = fakeIO();
    const target = io.store("target picture");
    const picture = io.store("render picture");
    const failed = aState(4, {
      ok: false,
      log: "Traceback ...",
      error: {
        kind: "program",
        type: "AttributeError",
        message: "no rigidbody_worlds",
        line: 7,
        source: "bpy.data.rigidbody_worlds",
        hint: "use world_add",
      },
    });
    const rounds = [
      aRound(2, {
        program: programOf(io, 2, "b"),
        measures: measuresOf(0.02),
        feedback,
        state: aState(2, { renders: [{ name: "render1", image: picture }] }),
      }),
      aRound(3, { program: programOf(io, 3, "c"), measures: measuresOf(0.03) }),
      aRound(4, { program: programOf(io, 4, "d"), state: failed }),
    ];
    const best = aRound(1, { program: programOf(io, 1, "a"), measures: measuresOf(0.01) });
    const context = aContext({
      t: 5,
      task: aTask({ text: "Make it blue.", targets: [{ name: "render1", image: target }] }),
      plan: "MY PLAN",
      analysis: "MY ANALYSIS",
      rounds,
      best,
      from: rounds[2]!.program,
      note: "MY NOTE",
    });
    const model = fakeModel([execute("e")]);
    await createModelGenerator({ model, mode: "blendergym" }).write(context, io);
    const said = spokenTo(model.requests[0]);
    for (const part of [
      "Make it blue.",
      "[target render1]",
      "MY PLAN",
      "MY ANALYSIS",
      "MY NOTE",
      "+line of 2",
      "make the ball 20 % larger",
      "61 of 100",
      '"the jug is missing" - but scene data lists Jug',
      "50.0 % worse than the round before",
      "AttributeError in line 7: no rigidbody_worlds",
      "use world_add",
      "The best round so far was round 1",
      "```python\nd\n```",
    ]) {
      expect(said).toContain(part);
    }
    const parts = model.requests[0]!.messages[1]!.parts;
    const dropOf = (text: string) => parts.find((part) => part.type === "text" && part.text.startsWith(text))?.drop;
    expect(dropOf("## Round 2")).toBe(2.5);
    expect(dropOf("## Round 3")).toBe(3.5);
    expect(dropOf("## Round 4")).toBeUndefined();
    expect(dropOf("# Task")).toBeUndefined();
    expect(parts.find((part) => part.type === "image" && part.label.startsWith("round 2"))?.drop).toBe(2);
    expect(parts.find((part) => part.type === "image" && part.label.startsWith("target"))?.drop).toBeUndefined();
  });

  it("takes one program a round: of two in one reply the first, and no end beside a program", async () => {
    const io = fakeIO();
    const model = fakeModel([
      {
        calls: [
          { name: "end_process" },
          { name: "execute_code", args: { code: "one" } },
          { name: "execute_code", args: { code: "two" } },
          { name: "get_scene_info" },
        ],
      },
    ]);
    const rounds = [aRound(0)];
    const move = await createModelGenerator({ model, mode: "blendergym" }).write(aContext({ rounds }), io);
    expect(codes(move)).toEqual(["one\n"]);
    expect(io.jobs).toEqual([]);
    expect(io.notes.find((note) => note.type === "tool.ignored")?.data.tools).toEqual(["execute_code", "end_process"]);
  });

  it("answers every call of a reply that does not end the round", async () => {
    const io = fakeIO();
    const model = fakeModel([
      {
        text: "looking",
        calls: [
          { name: "get_scene_info" },
          { name: "make_plan", args: { overall_description: "a", detailed_plan: "b" } },
          { name: "execute_code", args: { code: "```\n```" } },
        ],
      },
      execute("x"),
    ]);
    await createModelGenerator({ model, mode: "blendergym" }).write(aContext(), io);
    const messages = model.requests[1]!.messages;
    expect(messages.filter((message) => message.role === "tool").map((message) => message.toolCallId)).toEqual([
      "c0_0",
      "c0_1",
      "c0_2",
    ]);
    expect(spokenTo(model.requests[1])).toContain("The program is empty");
  });

  it("ends the run when the model says so, but not before anything has run", async () => {
    const early = fakeModel([call("end_process"), execute("x")]);
    const io = fakeIO();
    expect(codes(await createModelGenerator({ model: early, mode: "static_scene" }).write(aContext(), io))).toEqual([
      "x\n",
    ]);
    const late = fakeModel([call("end_process", { reason: "it matches" })]);
    const move = await createModelGenerator({ model: late, mode: "static_scene" }).write(
      aContext({ rounds: [aRound(1)] }),
      fakeIO(),
    );
    expect(move).toEqual({ type: "end", reason: "it matches" });
  });

  it("applies a diff that came without code, and refuses an unchanged program", async () => {
    const io = fakeIO();
    const from = programOf(io, 1, "a = 1\nb = 2\n");
    const rounds = [aRound(1, { program: from })];
    const model = fakeModel([
      execute("a = 1\nb = 2\n"),
      call("execute_code", { code_diff: "@@ -9 +9 @@\n-b = 2\n+b = 3" }),
    ]);
    const move = await createModelGenerator({ model, mode: "blendergym" }).write(aContext({ t: 2, rounds, from }), io);
    expect(codes(move)).toEqual(["a = 1\nb = 3\n"]);
    expect(spokenTo(model.requests[1])).toContain("unchanged");
  });

  it("goes back a program when it undoes its last step", async () => {
    const io = fakeIO();
    const rounds = [1, 2].map((t) => aRound(t, { program: programOf(io, t, `p = ${t}\n`) }));
    const model = fakeModel([call("undo_last_step"), call("execute_code", { code_diff: "-p = 1\n+p = 1.5" })]);
    const player = createModelGenerator({ model, mode: "static_scene" });
    const move = await player.write(aContext({ t: 3, rounds, from: rounds[1]!.program }), io);
    expect(codes(move)).toEqual(["p = 1.5\n"]);
    // Memory is told which round was taken back: it leaves the window.
    expect(move).toMatchObject({ candidates: [{ undone: [2] }] });
  });

  it("reads a program from a fenced block when the model will not call a tool", async () => {
    const io = fakeIO();
    const model = fakeModel([{ text: "I move it up.\n```python\nimport bpy\n```" }], "json");
    const move = await createModelGenerator({ model, mode: "blendergym" }).write(aContext(), io);
    expect(move).toMatchObject({ candidates: [{ thought: "I move it up.", code: "import bpy\n" }] });
    expect(io.notes.map((note) => note.type)).toContain("reply.read");
  });

  it("asks weaker styles for the program alone, without a diff", async () => {
    for (const style of ["native", "inline", "json"] as const) {
      const model = fakeModel([execute("x")], style);
      await createModelGenerator({ model, mode: "dynamic_scene" }).write(aContext(), fakeIO());
      const tool = model.requests[0]!.tools.find((each) => each.name === "execute_code");
      expect(Object.keys(tool!.parameters.properties as object).includes("code_diff")).toBe(style === "native");
    }
  });

  it("offers the mode's tools in their order, or those that its role names", async () => {
    const offered = async (tools?: string[]) => {
      const model = fakeModel([execute("x")]);
      const player = createModelGenerator({ model, mode: "static_scene", ...(tools === undefined ? {} : { tools }) });
      await player.write(aContext(), fakeIO());
      return model.requests[0]!.tools.map((tool) => tool.name);
    };
    expect(await offered()).toEqual([
      "execute_code",
      "make_plan",
      "lookup_api",
      "get_scene_info",
      "undo_last_step",
      "end_process",
    ]);
    expect(await offered(["get_scene_info"])).toEqual(["execute_code", "get_scene_info"]);
  });

  it("refuses a tool that does not exist, and names the nearest", async () => {
    const player = createModelGenerator({ model: fakeModel([]), mode: "static_scene", tools: ["get_scene_inof"] });
    await expect(player.write(aContext(), fakeIO())).rejects.toMatchObject({
      code: "config_invalid",
      message: 'roles.generator.skills: there is no tool "get_scene_inof"; did you mean "get_scene_info"?',
    });
  });
});

describe("a model that runs in circles", () => {
  const failure = async (run: Promise<unknown>): Promise<VigaError> => {
    const thrown = await run.then(
      () => null,
      (error: unknown) => error,
    );
    expect(thrown).toBeInstanceOf(VigaError);
    return thrown as VigaError;
  };

  it("is told after the same call three times, and is through with it if it listens", async () => {
    const io = fakeIO();
    const model = fakeModel((request, n) =>
      n < 3 ? call("get_scene_info") : execute(spokenTo(request).includes("3 times") ? "ok" : "deaf"),
    );
    const move = await createModelGenerator({ model, mode: "blendergym" }).write(aContext(), io);
    expect(codes(move)).toEqual(["ok\n"]);
    expect(io.notes.filter((note) => note.type === "loop.nudge")).toHaveLength(1);
  });

  it("is given up on at the fourth time", async () => {
    const model = fakeModel(() => call("get_scene_info"));
    const error = await failure(createModelGenerator({ model, mode: "blendergym" }).write(aContext(), fakeIO()));
    expect(error).toMatchObject({ code: "player_failed", message: expect.stringContaining("circles") });
    expect(model.requests).toHaveLength(4);
  });

  it("is given up on when the same refusal comes again and again", async () => {
    const model = fakeModel(() => execute(""));
    const error = await failure(createModelGenerator({ model, mode: "blendergym" }).write(aContext(), fakeIO()));
    expect(error.code).toBe("player_failed");
    expect(model.requests).toHaveLength(4);
  });

  it("is called refusing when it refuses", async () => {
    const problems = [{ code: "refusal" as const, message: "The model refused: no", repaired: false }];
    const model = fakeModel(() => ({ text: "I'm sorry", problems }));
    const error = await failure(createModelGenerator({ model, mode: "blendergym" }).write(aContext(), fakeIO()));
    expect(error).toMatchObject({ code: "model_refused", retry: "elsewhere" });
  });

  it("sees only its latest unusable reply", async () => {
    const model = fakeModel((_, n) => (n < 2 ? { text: `chatter ${n}` } : execute("x")));
    await createModelGenerator({ model, mode: "blendergym" }).write(aContext(), fakeIO());
    expect(spokenTo(model.requests[2])).toContain("chatter 1");
    expect(spokenTo(model.requests[2])).not.toContain("chatter 0");
  });

  it("is offered only what ends the round in its last call, and fails when that is not enough", async () => {
    const model = fakeModel((_, n) => call("make_plan", { overall_description: String(n), detailed_plan: "x" }));
    const player = createModelGenerator({ model, mode: "blendergym", limits: { calls: 3 } });
    expect((await failure(player.write(aContext(), fakeIO()))).code).toBe("player_failed");
    expect(model.requests[2]!.tools.map((tool) => tool.name)).toEqual(["execute_code", "end_process"]);
    expect(spokenTo(model.requests[2])).toContain("last call");
  });
});
