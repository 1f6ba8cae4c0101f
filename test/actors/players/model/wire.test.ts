import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noteModelEvent } from "../../../../actors/players/model/call.ts";
import { createModelGenerator } from "../../../../actors/players/model/generator.ts";
import { createModelVerifier } from "../../../../actors/players/model/verifier.ts";
import { createModel } from "../../../../bridge/models/client.ts";
import { compareViews } from "../../../../evaluators/photometric.ts";
import type { Context, Program, Round, Task } from "../../../../machines/domain/index.ts";
import { quickDeps, testProfile } from "../../../bridge/models/setup.ts";
import { type Answer, call, hermes, qwenXml, text } from "../../../servers/answers.ts";
import { type ScriptedServer, scriptedServer } from "../../../servers/openai.ts";
import { aContext, aRound, aState, aTask, type FakeIO, fakeIO, measuresOf } from "../fakes.ts";

const verdict = {
  visual_difference: { critical: [], major: ["the square is too dark"], minor: [] },
  edit_suggestion: ["brighten the square"],
  overall_similarity: 55,
  next_focus: "the square",
};

let server: ScriptedServer;
beforeEach(async () => {
  server = await scriptedServer({
    claude: {},
    qwen: { context: 8192 },
    small: { context: 8192 },
    plain: { noTools: true },
  });
});
afterEach(() => server.close());

const model = (name: string, over: Record<string, unknown> = {}) =>
  createModel(testProfile(server.url, name, over), quickDeps().deps);

const flat = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toBuffer();

async function photo(io: FakeIO): Promise<Task> {
  const target = await flat(3200, 2082, "#a06030");
  return aTask({ mode: "static_scene", text: "A still life.", targets: [{ name: "render", image: io.store(target) }] });
}

const program = (io: FakeIO, t: number, code: string): Program => ({
  t,
  candidate: 0,
  thought: `step ${t}`,
  code_diff: `-x = ${t - 1}\n+x = ${t}`,
  code: io.store(code),
});

/** A run's context in round `t` with a window of `length` rounds, each with a render. */
async function contextAt(io: FakeIO, t: number, length: number): Promise<Context> {
  const render = await flat(256, 256, "#505050");
  const code = `import bpy\n${Array.from({ length: 60 }, (_, i) => `object_${i} = bpy.data.objects.new("Thing ${i}", None)`).join("\n")}\n`;
  const all = Array.from({ length: t }, (_, index): Round => {
    const state = aState(index, { renders: [{ name: "render", image: io.store(render) }] });
    return aRound(index, {
      program: program(io, index, `${code}x = ${index}\n`),
      state,
      measures: measuresOf(0.02),
      feedback: { ...verdict, thought: "" },
    });
  });
  const rounds = all.slice(-length);
  return aContext({ t, task: await photo(io), rounds, from: rounds.at(-1)!.program, best: rounds[0]! });
}

const codesOf = (move: Awaited<ReturnType<ReturnType<typeof createModelGenerator>["write"]>>) =>
  move.type === "programs" ? move.candidates.map(({ code }) => code) : [];

describe("a hybrid pair over the wire", () => {
  const round = async (generatorName: string, verifierName: string) => {
    const io = fakeIO();
    const task = await photo(io);
    const generator = createModelGenerator({ model: model(generatorName), mode: "static_scene" });
    const verifier = createModelVerifier({ model: model(verifierName, { tools: "inline" }), mode: "static_scene" });
    server.script(
      verifierName,
      text('```json\n{"objects": [{"name": "jug"}], "camera": {"lens_mm": 50}}\n```'),
      hermes("end_process", verdict),
    );
    server.script(
      generatorName,
      call("make_plan", { overall_description: "a jug", detailed_plan: "first the jug" }),
      call("execute_code", { thought: "t", code_diff: "", code: "import bpy\n" }),
    );
    const analysis = await verifier.analyze!(task, io);
    const move = await generator.write(aContext({ task, analysis }), io);
    const render = await flat(256, 166, "#a06030");
    const state = aState(1, { renders: [{ name: "render", image: io.store(render) }] });
    const measures = await compareViews([
      { name: "render", image: render, target: await io.bytes(task.targets[0]!.image) },
    ]);
    const feedback = await verifier.judge({ t: 1, task, state, measures, previous: null, analysis }, io);
    return { io, move, feedback, requests: server.requests };
  };

  it("plays a round: one describes and judges, the other writes, each with its own model, tools and pictures", async () => {
    const { move, feedback, requests, io } = await round("claude", "qwen");
    expect(codesOf(move)).toEqual(["import bpy\n"]);
    expect(feedback).toMatchObject({ overall_similarity: 55, edit_suggestion: ["brighten the square"] });
    expect(requests.map((request) => request.model)).toEqual(["qwen", "claude", "claude", "qwen"]);
    const [analyze, plan, write, judge] = requests;
    expect(analyze!.tools).toEqual([]);
    expect(plan!.tools).toContain("execute_code");
    expect(plan!.text).toContain('"lens_mm": 50');
    expect(write!.text).toContain("The plan is kept");
    expect(judge!.tools).toEqual([]);
    expect(judge!.text).toContain("<tool_call>");
    expect(judge!.text).toContain("measure_difference");
    for (const request of requests) {
      expect(Math.max(...request.images.map((image) => Math.max(image.width, image.height)))).toBeLessThanOrEqual(512);
    }
    const receipts = io.notes
      .filter((note) => note.type === "model.call")
      .map((note) => note.data.receipts as { sha256: string; source: string }[]);
    expect(receipts.map((list) => list.map((receipt) => receipt.sha256))).toEqual(
      requests.map((request) => request.images.map((image) => image.sha256)),
    );
    // Also those drawn for a call alone are kept, so that whoever reads the tape can see what was sent.
    for (const { source } of receipts.flat()) expect((await io.bytes(`sha256:${source}`)).length).toBeGreaterThan(0);
  });

  it("plays the same round with the roles swapped", async () => {
    const { move, feedback, requests } = await round("qwen", "claude");
    expect(codesOf(move)).toEqual(["import bpy\n"]);
    expect(feedback.overall_similarity).toBe(55);
    expect(requests.map((request) => request.model)).toEqual(["claude", "qwen", "qwen", "claude"]);
  });
});

describe("what breaks in practice", () => {
  const write = async (name: string, over: Record<string, unknown> = {}, limits = {}) => {
    const io = fakeIO();
    const move = await createModelGenerator({ model: model(name, over), mode: "blendergym", limits }).write(
      aContext(),
      io,
    );
    const problems = io.notes
      .filter((note) => note.type === "model.call")
      .flatMap((note) => (note.data.problems as { code: string }[]).map(({ code }) => code));
    return { codes: codesOf(move), problems, io };
  };

  it("XML calls where native ones were asked for: the program is taken, and the tape says so", async () => {
    server.script("claude", hermes("execute_and_evaluate", { thought: "t", code: "```python\nimport bpy\n```" }));
    const { codes, problems } = await write("claude");
    expect(codes).toEqual(["import bpy\n"]);
    expect(problems).toEqual(expect.arrayContaining(["other_style", "tool_renamed"]));
  });

  it("calls with XML parameters", async () => {
    server.script("claude", qwenXml("execute_code", { thought: "t", code: "import bpy\nx = 1" }));
    expect((await write("claude")).codes).toEqual(["import bpy\nx = 1\n"]);
  });

  it("JSON cut at max_tokens: asked for again with more room", async () => {
    const lines = Array.from({ length: 160 }, (_, i) => `height_of_${i} = ${i * i}`);
    const code = `import bpy\n${lines.join("\n")}\n`;
    server.otherwise("claude", call("execute_code", { thought: "t", code_diff: "", code }));
    const { codes, problems } = await write("claude", { max_tokens: 200 });
    expect(codes).toEqual([code]);
    expect(problems).toContain("continued");
  });

  it("a model that never calls natively: stepped down to text and then to JSON, where it answers", async () => {
    const answered = { tool: "execute_code", arguments: { thought: "t", code: "import bpy\n" } };
    server.otherwise("claude", {
      kind: "function",
      answer: (request) =>
        request.text.includes("Your whole reply is one JSON object")
          ? text(JSON.stringify(answered))
          : text("Let me think about the scene."),
    });
    const { codes, problems, io } = await write("claude");
    expect(codes).toEqual(["import bpy\n"]);
    expect(problems.filter((code) => code === "stepped_down")).toHaveLength(2);
    expect(io.notes.filter((note) => note.type === "model.call").map((note) => note.data.style)).toEqual([
      "native",
      "native",
      "native",
      "inline",
      "inline",
      "inline",
      "json",
    ]);
  });

  it("a server without tool calling: goes on in text", async () => {
    server.otherwise("plain", hermes("execute_code", { thought: "t", code: "import bpy\n" }));
    expect((await write("plain")).codes).toEqual(["import bpy\n"]);
  });

  it("the same useless call again and again: over after four, with an error that says so", async () => {
    server.otherwise("claude", call("get_scene_info", {}));
    await expect(write("claude")).rejects.toMatchObject({
      code: "player_failed",
      message: expect.stringContaining("circles"),
    });
    expect(server.requests).toHaveLength(4);
  });

  it("a storm of 429 and 500: waited out, with every retry on the tape of the turn it belongs to", async () => {
    const refused = (status: number): Answer => ({ kind: "status", status, message: "later" });
    server.script(
      "claude",
      refused(429),
      refused(500),
      call("execute_code", { thought: "t", code_diff: "", code: "import bpy\n" }),
    );
    const taped = createModel(testProfile(server.url, "claude"), { ...quickDeps().deps, onEvent: noteModelEvent });
    const io = fakeIO();
    await createModelGenerator({ model: taped, mode: "blendergym" }).write(aContext(), io);
    expect(io.notes.map(({ type, data }) => [type, data.key, data.code])).toEqual([
      ["model.retry", "1/write/0/0", "model_rate_limited"],
      ["model.retry", "1/write/0/0", expect.stringMatching(/^model_/)],
      ["model.call", "1/write/0/0", undefined],
    ]);
  });

  it("a wrong verdict, then a broken one: asked again, told what was wrong", async () => {
    const io = fakeIO();
    const task = await photo(io);
    const state = aState(1, { renders: [{ name: "render", image: io.store(await flat(64, 42, "#333333")) }] });
    server.script(
      "qwen",
      hermes("end_process", { overall_similarity: 400 }),
      text('<tool_call>{"name": "end_process", "arguments": {"overall_similarity": 40, "edit_suggestion": ["lift it"]'),
    );
    const verifier = createModelVerifier({ model: model("qwen", { tools: "inline" }), mode: "static_scene" });
    const feedback = await verifier.judge({ t: 1, task, state, measures: null, previous: null, analysis: null }, io);
    expect(feedback).toMatchObject({ overall_similarity: 40, edit_suggestion: ["lift it"] });
    expect(server.requests[1]!.text).toContain("overall_similarity");
  });
});

describe("budgets", () => {
  it("an 8192-token endpoint with a 3200x2082 target and a full window works at once", async () => {
    const io = fakeIO();
    const context = await contextAt(io, 20, 12);
    server.script("small", hermes("execute_code", { thought: "t", code: "import bpy\nx = 99\n" }));
    const move = await createModelGenerator({
      model: model("small", { tools: "inline", context_tokens: 8192 }),
      mode: "static_scene",
    }).write(context, io);
    expect(codesOf(move)).toEqual(["import bpy\nx = 99\n"]);
    expect(server.requests).toHaveLength(1);
    const [request] = server.requests;
    expect(request!.promptTokens + request!.maxTokens).toBeLessThanOrEqual(8192);
    expect(request!.text).toContain("A still life.");
    expect(request!.text).toContain("x = 19");
    expect(request!.text).toContain("brighten the square");
    expect(request!.images.length).toBeGreaterThanOrEqual(1);
    const problems = io.notes.find((note) => note.type === "model.call")!.data.problems as { code: string }[];
    expect(problems.map(({ code }) => code)).toContain("images_scaled");
  });

  it("and its verifier too, with all its pictures", async () => {
    const io = fakeIO();
    const task = await photo(io);
    const render = await flat(512, 333, "#223344");
    const state = aState(3, { renders: [{ name: "render", image: io.store(render) }] });
    const measures = await compareViews([
      { name: "render", image: render, target: await io.bytes(task.targets[0]!.image) },
    ]);
    server.script("qwen", hermes("end_process", verdict));
    const verifier = createModelVerifier({
      model: model("qwen", { tools: "inline", context_tokens: 8192 }),
      mode: "dynamic_scene",
    });
    await verifier.judge(
      { t: 3, task, state, measures, previous: aRound(2, { state }), analysis: "A".repeat(9000) },
      io,
    );
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]!.promptTokens + server.requests[0]!.maxTokens).toBeLessThanOrEqual(8192);
    expect(server.requests[0]!.images.length).toBeGreaterThanOrEqual(2);
  });

  it("begins every round's request alike, byte for byte: task, targets, plan, analysis and start program", async () => {
    const io = fakeIO();
    const player = createModelGenerator({ model: model("claude", { context_tokens: 200_000 }), mode: "blendergym" });
    server.otherwise("claude", call("execute_code", { thought: "t", code_diff: "", code: "import bpy\n" }));
    const start = io.store("import bpy\nx = 0\n");
    for (const t of [3, 4, 20]) {
      const context = await contextAt(io, t, 12);
      const same = { task: { ...context.task, start }, plan: "THE PLAN", analysis: "THE ANALYSIS" };
      await player.write({ ...context, ...same }, fakeIO({ blobs: io.blobs }));
    }
    const sent = server.requests.map(({ body }) => body.messages);
    // What is the same ends where the rounds begin.
    const prefix = sent.map(
      (messages) => JSON.stringify(messages).split(/## (?:Round|The start\b)|# The best round/)[0]!,
    );
    for (const of of ["# Task", "image_url", "THE PLAN", "THE ANALYSIS", "# The start program"]) {
      expect(prefix[0]).toContain(of);
    }
    expect(new Set(prefix).size).toBe(1);
  });

  it("tokens sent per round are flat once the window is full, where a growing history is not", async () => {
    const io = fakeIO();
    const player = createModelGenerator({ model: model("claude", { context_tokens: 200_000 }), mode: "static_scene" });
    server.otherwise("claude", call("execute_code", { thought: "t", code_diff: "", code: "import bpy\n" }));
    const rounds = [14, 22, 30];
    const sent = async (length: (t: number) => number) => {
      const tokens: number[] = [];
      for (const t of rounds) {
        await player.write(await contextAt(io, t, length(t)), fakeIO({ blobs: io.blobs }));
        tokens.push(server.requests.at(-1)!.promptTokens);
      }
      return tokens;
    };
    const windowed = await sent(() => 12);
    const growing = await sent((t) => t);
    expect(windowed[2]! / windowed[0]!).toBeLessThan(1.01);
    expect(growing[2]! / growing[0]!).toBeGreaterThan(1.25);
  });
});
