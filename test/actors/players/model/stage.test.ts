import { expect, it } from "vitest";
import { createModelGenerator } from "../../../../actors/players/model/generator.ts";
import { createModelVerifier } from "../../../../actors/players/model/verifier.ts";
import { stages } from "../../../../machines/domain/index.ts";
import { buildPrompt } from "../../../../prompts/index.ts";
import { aContext, aState, aTask, call, fakeIO, fakeModel, spokenTo } from "../fakes.ts";

it("both roles are told the stage's factor and to work on that alone; the prompt says what stages are", async () => {
  const task = aTask({ text: "a cup", prompt: "staged" });
  const verdict = {
    visual_difference: { critical: [], major: [], minor: [] },
    edit_suggestion: [],
    overall_similarity: 20,
    next_focus: "the cup",
  };
  for (const stage of stages) {
    const io = fakeIO();
    const writer = fakeModel([call("execute_code", { thought: "t", code_diff: "", code: "import bpy\n" })]);
    await createModelGenerator({ model: writer, mode: "static_scene" }).write(aContext({ task, stage }), io);
    const judge = fakeModel([call("end_process", verdict)]);
    await createModelVerifier({ model: judge, mode: "static_scene" }).judge(
      { t: 1, task, state: aState(1), measures: null, previous: null, analysis: null, stage },
      io,
    );
    const [asked, shown] = [spokenTo(writer.requests[0]), spokenTo(judge.requests[0])];
    expect(asked).toContain(`# Stage: ${stage}\n`);
    expect(asked).toContain("Work on this factor alone");
    // It changes from stage to stage, so it stands behind what stays the same.
    expect(asked.indexOf("# Stage: ")).toBeGreaterThan(asked.indexOf("# Round 1"));
    expect(shown).toContain(`# Stage: ${stage}\n`);
    expect(shown).toContain("suggest edits for this factor alone");
  }
  const prompt = { mode: "static_scene", role: "generator" as const, style: "native", tools: [] };
  expect(buildPrompt({ ...prompt, setting: "staged" })).toContain("geometry, then materials, composition, light");
});

it("a run without stages says nothing of them", async () => {
  const writer = fakeModel([call("execute_code", { thought: "t", code_diff: "", code: "import bpy\n" })]);
  await createModelGenerator({ model: writer, mode: "static_scene" }).write(aContext(), fakeIO());
  expect(spokenTo(writer.requests[0])).not.toMatch(/# Stage:|factor alone/);
});
