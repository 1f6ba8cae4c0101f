import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { noiseOf } from "../../../../actors/players/model/judge/calibrate.ts";
import { verdictSchema } from "../../../../actors/players/model/judge/verdict.ts";
import { createModelVerifier } from "../../../../actors/players/model/verifier.ts";
import type { Observation } from "../../../../actors/players/player.ts";
import type { ChatRequest, ImagePart } from "../../../../bridge/models/contract.ts";
import { VigaError } from "../../../../config/errors.ts";
import { compareViews } from "../../../../evaluators/photometric.ts";
import { aRound, aState, aTask, call, type FakeIO, fakeIO, fakeModel, measuresOf, spokenTo } from "../fakes.ts";

/** A grey picture with a square of one colour. */
async function picture(left: number, color: string, size = 96): Promise<Buffer> {
  const square = await sharp({ create: { width: 24, height: 24, channels: 3, background: color } })
    .png()
    .toBuffer();
  return sharp({ create: { width: size, height: size, channels: 3, background: "#808080" } })
    .composite([{ input: square, left, top: 36 }])
    .png()
    .toBuffer();
}

const verdict = {
  visual_difference: { critical: ["The jug is missing"], major: ["the square stands too far left"], minor: [] },
  edit_suggestion: ["Add a jug", "move the square to the right"],
  overall_similarity: 60,
  next_focus: "the square",
};

async function scene(io: FakeIO, more: { previous?: boolean; text?: string } = {}): Promise<Observation> {
  const [target, render] = await Promise.all([picture(60, "#c03020"), picture(20, "#c03020")]);
  const list = {
    objects: [
      {
        name: "Jug",
        type: "MESH",
        visible: true,
        location: [0, 0, 0],
        dimensions: [1, 1, 1],
        vertices: 8,
        box: { min: [0, 0, 0], max: [1, 1, 1] },
      },
    ],
  };
  const state = aState(2, {
    renders: [{ name: "render1", image: io.store(render) }],
    scene: io.store(JSON.stringify(list)),
  });
  const before = aState(1, { renders: [{ name: "render1", image: io.store(await picture(4, "#c03020")) }] });
  const task = aTask({ text: more.text ?? "", targets: [{ name: "render1", image: io.store(target) }] });
  const measures = await compareViews([{ name: "render1", image: render, target }]);
  const previous = more.previous
    ? aRound(1, {
        state: before,
        measures: measuresOf(measures.loss * 1.2),
        feedback: { ...verdict, disputed: [], thought: "" },
      })
    : null;
  return { t: 2, task, state, measures, previous, analysis: "ANALYSIS" };
}

const images = (request: ChatRequest | undefined): ImagePart[] =>
  (request?.messages ?? []).flatMap((message) =>
    message.parts.flatMap((part) => (part.type === "image" ? [part] : [])),
  );

describe("a verifier played by a model", () => {
  it("is shown numbers, target, render, side by side, heat map and the worst regions, and hands in its verdict", async () => {
    const io = fakeIO();
    const observation = await scene(io, { previous: true, text: "Move the square." });
    const model = fakeModel([call("end_process", verdict)]);
    const feedback = await createModelVerifier({ model, mode: "blendergym" }).judge(observation, io);
    const said = spokenTo(model.requests[0]);
    for (const part of [
      "Move the square.",
      "ANALYSIS",
      "Photometric loss",
      "better than the round before",
      "of the picture changed visibly",
      "- Jug (mesh): box (0 0 0) to (1 1 1), size 1 x 1 x 1; at (0 0 0)",
      "similarity of 60",
      "too dark",
    ]) {
      expect(said).toContain(part);
    }
    const labels = images(model.requests[0]).map((image) => image.label);
    expect(labels.slice(0, 4)).toEqual([
      "target render1",
      "render render1",
      "render1: target and render side by side",
      "render1: heat map of the differences (bright: large)",
    ]);
    expect(labels.some((label) => label.includes("enlarged"))).toBe(true);
    expect(labels.at(-1)).toContain("round 1");
    expect(feedback).toMatchObject({
      overall_similarity: 60,
      next_focus: "the square",
      edit_suggestion: ["move the square to the right"],
    });
    expect(feedback.disputed).toMatchObject([{ claim: "The jug is missing" }, { claim: "Add a jug" }]);
    expect(await sharp(await io.bytes(feedback.heatmap!)).metadata()).toMatchObject({ width: 96 });
    expect(io.notes.map((note) => note.type)).toEqual(["model.call", "claims.disputed"]);
  });

  it("never leaves out target and render, and leaves out the rest in a fixed order", async () => {
    const io = fakeIO();
    const model = fakeModel([call("end_process", verdict)]);
    await createModelVerifier({ model, mode: "blendergym" }).judge(await scene(io, { previous: true }), io);
    const byDrop = images(model.requests[0])
      .sort((a, b) => (a.drop ?? 99) - (b.drop ?? 99))
      .map((image) => image.label.split(/[:,]/)[0] + (image.drop === undefined ? " kept" : ""));
    expect(byDrop.slice(-2)).toEqual(["target render1 kept", "render render1 kept"]);
    expect(byDrop[0]).toBe("render of round 1");
  });

  it("measures the part that the model asks for, and refuses a part that is none", async () => {
    const io = fakeIO();
    const model = fakeModel([
      {
        calls: [
          { name: "measure_difference", args: { left: 0.6, top: 0.3, right: 0.9, bottom: 0.7 } },
          { name: "measure_difference", args: { left: 0.9, right: 0.1 } },
          { name: "measure_difference", args: { view: "render9" } },
        ],
      },
      call("get_scene_info"),
      call("end_process", verdict),
    ]);
    await createModelVerifier({ model, mode: "blendergym" }).judge(await scene(io), io);
    const said = spokenTo(model.requests[1]);
    expect(said).toMatch(/Loss in this part 0\.\d+/);
    expect(said).toContain("empty or too small");
    expect(said).toContain("views: render1");
    expect(io.jobs).toHaveLength(1);
  });

  it("offers the tools that a mode names and someone provides, and shows the pictures they take", async () => {
    const io = fakeIO({
      job: async () => ({
        ok: true,
        result: { camera: "probe" },
        files: { "view.png": io.store(await picture(5, "#00ff00")) },
      }),
    });
    const { engineTool } = await import("../../../../actors/players/model/tools/tool.ts");
    const { toolSpec } = await import("../../../../bridge/models/contract.ts");
    const { z } = await import("zod");
    const spec = toolSpec("investigate", "Looks closer.", z.object({ operation: z.string() }));
    const investigate = engineTool(() => spec, "investigate", { action: "investigate" });
    const model = fakeModel([call("investigate", { operation: "zoom" }), call("end_process", verdict)]);
    const verifier = createModelVerifier({ model, mode: "static_scene", extra: [investigate], tools: ["investigate"] });
    await verifier.judge(await scene(io), io);
    expect(model.requests[0]!.tools.map((tool) => tool.name)).toEqual(["end_process", "investigate"]);
    expect(io.jobs).toEqual([{ op: "probe", action: "investigate", args: { operation: "zoom" } }]);
    expect(images(model.requests[1]).map((image) => image.label)).toContain("view.png");
  });

  it("judges by the text alone when a task has no target", async () => {
    const io = fakeIO();
    const render = io.store(await picture(5, "#00ff00"));
    const state = aState(1, { renders: [{ name: "render", image: render }] });
    const model = fakeModel([call("end_process", verdict)]);
    const feedback = await createModelVerifier({ model, mode: "static_scene" }).judge(
      { t: 1, task: aTask({ text: "a green square" }), state, measures: null, previous: null, analysis: null },
      io,
    );
    expect(feedback.heatmap).toBeUndefined();
    expect(model.requests[0]!.tools.map((tool) => tool.name)).not.toContain("measure_difference");
    expect(images(model.requests[0])).toHaveLength(1);
  });

  it("knows when no pixel changed", async () => {
    const io = fakeIO();
    const observation = await scene(io);
    const same = {
      ...observation,
      previous: aRound(1, { state: { ...observation.state, t: 1 }, measures: observation.measures }),
    };
    const model = fakeModel([
      call("end_process", {
        ...verdict,
        visual_difference: { critical: [], major: ["The lighting improved"], minor: [] },
      }),
    ]);
    const feedback = await createModelVerifier({ model, mode: "blendergym" }).judge(same, io);
    expect(spokenTo(model.requests[0])).toContain("pixel for pixel");
    expect(feedback.disputed).toContainEqual({
      claim: "The lighting improved",
      evidence: "no pixel changed since the round before",
    });
  });

  it("is asked again for a verdict that says nothing, and fails as a player that never gives one", async () => {
    const io = fakeIO();
    const model = fakeModel((_, n) => (n === 0 ? call("end_process", {}) : call("end_process", verdict)));
    await createModelVerifier({ model, mode: "blendergym" }).judge(await scene(io), io);
    expect(spokenTo(model.requests[1])).toContain("arguments of end_process are wrong");
    const never = fakeModel(() => ({ text: "It looks nice." }));
    await expect(
      createModelVerifier({ model: never, mode: "blendergym" }).judge(await scene(io), fakeIO({ blobs: io.blobs })),
    ).rejects.toMatchObject({ code: "player_failed" });
  });

  it("refuses a model that cannot see", () => {
    const model = fakeModel([]);
    model.profile.image_max_px = 0;
    expect(() => createModelVerifier({ model, mode: "blendergym" })).toThrow(/cannot see/);
  });
});

describe("a verdict", () => {
  const read = (value: unknown) => verdictSchema.parse(value);

  it("may come as text, bullets, objects or percentages", () => {
    expect(read({ visual_difference: "- too dark\n- too small", overall_similarity: "75%" })).toMatchObject({
      visual_difference: { critical: [], major: ["too dark", "too small"], minor: [] },
      overall_similarity: 75,
    });
    expect(
      read({
        visual_difference: { critical: [{ object: "jug", issue: "too small" }], minor: "None" },
        edit_suggestion: "1. grow it\n2. move it",
      }),
    ).toMatchObject({
      visual_difference: { critical: ["jug: too small"], minor: [] },
      edit_suggestion: ["grow it", "move it"],
    });
    for (const [said, meant] of [
      ["7.5/10", 75],
      [0.8, 80],
      ["0.8", 80],
      ["62/100", 62],
      [100, 100],
      [0, 0],
    ] as const) {
      expect(read({ overall_similarity: said }).overall_similarity).toBe(meant);
    }
  });

  it("may be told by aspect, in the lists, beside them or instead of them, and none of it is lost", () => {
    const camera = "move it to [1, 2, 3]";
    expect(
      read({ visual_difference: { critical: [], camera, objects: ["no jug", { jug: ["too red"] }] } }),
    ).toMatchObject({
      visual_difference: { major: [`camera: ${camera}`, "objects: no jug", "objects: jug: too red"] },
    });
    expect(read({ visual_difference: { critical: { Layout: "0.3 m toward +Y" }, major: ["dull"] } })).toMatchObject({
      visual_difference: { critical: ["layout: 0.3 m toward +Y"], major: ["dull"], minor: [] },
    });
    expect(read({ visual_difference: { minor: ["grain"] }, animation: "late by 12 frames" })).toMatchObject({
      visual_difference: { major: ["animation: late by 12 frames"], minor: ["grain"] },
    });
    expect(
      read({ visual_difference: "1) Camera\n- too high\n2) Environment:\n- too dark\n- no window" }),
    ).toMatchObject({
      visual_difference: { major: ["camera: too high", "environment: too dark", "environment: no window"] },
    });
    expect(read({ edit_suggestion: { camera: ["lower it"], layout: "jug 0.1 m toward -X" } })).toMatchObject({
      edit_suggestion: ["camera: lower it", "layout: jug 0.1 m toward -X"],
    });
    expect(read({ edit_suggestion: ["-15 degrees around Z", "0.3 m toward +Y", "2. grow it"] })).toMatchObject({
      edit_suggestion: ["-15 degrees around Z", "0.3 m toward +Y", "grow it"],
    });
  });

  it("is refused when it is empty or its similarity is no share", () => {
    for (const value of [
      {},
      { overall_similarity: 140 },
      { overall_similarity: "high" },
      { visual_difference: {}, edit_suggestion: [] },
    ]) {
      expect(verdictSchema.safeParse(value).success).toBe(false);
    }
  });
});

describe("the analysis of a target", () => {
  it("is JSON text, repaired where the model broke it, and asked for again where there is none", async () => {
    const io = fakeIO();
    const target = io.store(await picture(60, "#c03020"));
    const task = aTask({ mode: "static_scene", text: "a still life", targets: [{ name: "render", image: target }] });
    const model = fakeModel([
      { text: "A lovely picture." },
      { text: 'Sure:\n```json\n{"objects": [{"name": "jug",}], "camera": {"lens_mm": 50}\n```' },
    ]);
    const text = await createModelVerifier({ model, mode: "static_scene" }).analyze!(task, io);
    expect(JSON.parse(text)).toEqual({ objects: [{ name: "jug" }], camera: { lens_mm: 50 } });
    expect(spokenTo(model.requests[1])).toContain("could not be used");
    expect(images(model.requests[0]).map((image) => image.label)).toEqual(["target render"]);
    expect([...io.record.keys()]).toEqual(["analyze/0", "analyze/1"]);
  });

  it("fails after three replies without any", async () => {
    const io = fakeIO();
    const model = fakeModel(() => ({ text: "no" }));
    const failed = createModelVerifier({ model, mode: "static_scene" }).analyze!(aTask(), io);
    await expect(failed).rejects.toMatchObject({ code: "model_reply_invalid" });
    await expect(failed).rejects.toBeInstanceOf(VigaError);
  });
});

describe("calibration by blind pairs", () => {
  it("shows one picture as two, in different bytes, and takes the scatter of the scores for noise", async () => {
    const io = fakeIO({ task: aTask() });
    const target = io.store(await picture(60, "#c03020"));
    const task = aTask({ targets: [{ name: "render1", image: target }] });
    const scores = [
      [70, 76],
      [64, 70],
    ] as const;
    const model = fakeModel((_, n) => call("score_pair", { first: scores[n]![0], second: scores[n]![1] }));
    const verifier = createModelVerifier({ model, mode: "blendergym", calibrate: 2 });
    const found = await verifier.calibrate({ ...io, task });
    expect(found.scores).toEqual([
      [70, 76],
      [64, 70],
    ]);
    expect(found.noise).toBeCloseTo(0.0489, 3);
    expect(found.min_gain).toBeCloseTo(1.96 * Math.SQRT2 * found.noise, 9);
    const [goal, first, second] = images(model.requests[0]);
    expect(goal!.label).toBe("target");
    expect(first!.bytes.equals(second!.bytes)).toBe(false);
    const pixels = await Promise.all([first!, second!].map((image) => sharp(image.bytes).raw().toBuffer()));
    expect(pixels[0]!.equals(pixels[1]!)).toBe(true);
    expect(spokenTo(model.requests[0])).not.toMatch(/same picture|identical|calibrat/i);
  });

  it("finds no noise in a judge that always says the same, and none without a pair", async () => {
    expect(
      noiseOf([
        [60, 60],
        [60, 60],
      ]),
    ).toMatchObject({ noise: 0, min_gain: 0 });
    const verifier = createModelVerifier({ model: fakeModel([]), mode: "blendergym", calibrate: 0 });
    await expect(verifier.calibrate(fakeIO())).rejects.toMatchObject({ code: "input_invalid" });
  });
});

describe("choosing among candidates by pairs", () => {
  const run = async (answers: string[], losses: number[]) => {
    const io = fakeIO();
    const states = await Promise.all(
      losses.map(async (_, index) =>
        aState(1, {
          candidate: index,
          renders: [{ name: "render1", image: io.store(await picture(10 * index, "#c03020")) }],
        }),
      ),
    );
    const model = fakeModel((_, n) => call("choose", { nearer: answers[n] }));
    const verifier = createModelVerifier({ model, mode: "blendergym", pairwise: true });
    const chosen = await verifier.choose!(
      states,
      losses.map((pl) => measuresOf(pl)),
      io,
    );
    return { chosen, io, model, states, verifier };
  };

  it("asks in both orders and follows a preference that does not turn with them", async () => {
    expect((await run(["second", "first"], [0.01, 0.05])).chosen).toBe(1);
    expect((await run(["first", "second"], [0.05, 0.01])).chosen).toBe(0);
  });

  it("falls back on the loss when the judge merely likes a position", async () => {
    const { chosen, io } = await run(["first", "first", "second", "second"], [0.05, 0.01, 0.03]);
    expect(chosen).toBe(1);
    const compared = io.notes.filter((note) => note.type === "candidates.compared").map(({ data }) => data);
    expect(compared.map(({ decided }) => decided)).toEqual(["by loss", "by loss"]);
    expect(compared.map(({ order_effect }) => order_effect)).toEqual([true, true]);
  });

  it("never takes a failed state, and is not there unless asked for", async () => {
    const { verifier, states, io } = await run(["second", "first"], [0.05, 0.01]);
    const failed = states.map((state, index) => (index === 0 ? { ...state, ok: false, renders: [] } : state));
    expect(await verifier.choose!(failed, [null, null], io)).toBe(1);
    expect(createModelVerifier({ model: fakeModel([]), mode: "blendergym" }).choose).toBeUndefined();
  });
});
