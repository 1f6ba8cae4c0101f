import sharp from "sharp";
import { expect, it } from "vitest";
import { createModelGenerator } from "../../../../actors/players/model/generator.ts";
import { createModelVerifier } from "../../../../actors/players/model/verifier.ts";
import type { ChatRequest } from "../../../../bridge/models/contract.ts";
import { aContext, aState, aTask, call, fakeIO, fakeModel, spokenTo } from "../fakes.ts";

const labels = (request: ChatRequest | undefined): string[] =>
  (request?.messages ?? []).flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === "image" ? [part.label] : [])),
  );

it("a start picture is shown to both roles after the targets, with a word on what it is", async () => {
  const io = fakeIO();
  const grey = await sharp({ create: { width: 24, height: 24, channels: 3, background: "#808080" } })
    .png()
    .toBuffer();
  const picture = io.store(grey);
  const task = aTask({ text: "a cup", targets: [{ name: "render1", image: picture }], start_image: picture });

  const writer = fakeModel([call("execute_code", { thought: "t", code_diff: "", code: "import bpy\n" })]);
  await createModelGenerator({ model: writer, mode: "static_scene" }).write(aContext({ task }), io);
  expect(labels(writer.requests[0])).toEqual(["target render1", "start picture"]);
  expect(spokenTo(writer.requests[0])).toContain("No program draws it");

  const verdict = {
    visual_difference: { critical: [], major: ["the cup is missing"], minor: [] },
    edit_suggestion: ["add a cup"],
    overall_similarity: 20,
    next_focus: "the cup",
  };
  const judge = fakeModel([call("end_process", verdict)]);
  const state = aState(1, { renders: [{ name: "render1", image: picture }] });
  await createModelVerifier({ model: judge, mode: "static_scene" }).judge(
    { t: 1, task, state, measures: null, previous: null, analysis: null },
    io,
  );
  expect(labels(judge.requests[0]).slice(0, 3)).toEqual(["target render1", "start picture", "render render1"]);
});
