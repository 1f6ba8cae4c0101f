import { afterEach, expect, test } from "vitest";
import { createModelGenerator } from "../../../actors/players/model/generator.ts";
import { createPixels } from "../../../actors/players/pixels/pixels.ts";
import type { GeneratorPlayer } from "../../../actors/players/player.ts";
import { withRefine } from "../../../actors/players/solver/refine.ts";
import { createModel } from "../../../bridge/models/client.ts";
import type { Program } from "../../../machines/domain/index.ts";
import { quickDeps, testProfile } from "../../bridge/models/setup.ts";
import { type TestRing, testRing } from "../../harness/ring.ts";
import { stubEngine } from "../../harness/stub-engine.ts";
import { call } from "../../servers/answers.ts";
import { type ScriptedServer, scriptedServer } from "../../servers/openai.ts";

let ring: TestRing;
let server: ScriptedServer;
afterEach(async () => {
  await ring.close();
  await server.close();
});

/** Sets the grey level to 120, and finds nothing in programs that are far off. */
const solver: GeneratorPlayer = {
  name: "solver",
  async write(context, io) {
    const code = await io.text(context.from!.code);
    io.note("progress", { step: "start", loss: 0.04, renders: 3 });
    if (code.startsWith("180")) return { type: "end", reason: "no number shows in the picture" };
    io.note("progress", { step: "done", loss: 0.01, renders: 90 });
    return { type: "programs", candidates: [{ thought: "", code_diff: "", code: code.replace(/^\d+/, "120") }] };
  },
};

const writes = (grey: number) =>
  call("execute_code", { thought: `grey ${grey}`, code_diff: "", code: `${grey}  # 1 level\n` });

test("a model and the solver in a ring: on the wire and on the tape each is told from the other", async () => {
  ring = await testRing();
  server = await scriptedServer({ m: {} });
  // Its third turn takes the second back first; then it is through.
  server.script("m", writes(150), writes(180), call("undo_last_step", {}), writes(130));
  server.otherwise("m", call("end_process", { reason: "grey enough" }));
  const model = createModel(testProfile(server.url, "m"), quickDeps().deps);
  const generator = withRefine(createModelGenerator({ model, mode: "blendergym", tools, refined: {} }), solver);
  ring.start({ players: { generator, verifier: createPixels() }, slots: { cpu: stubEngine() } });
  await ring.begin();
  expect(await ring.finished()).toMatchObject({ status: "done", reason: "end_process", bestT: 1 });

  const [first, second, third, undone, last] = server.requests.map(({ text }) => text);
  for (const text of [first!, last!]) expect(text).toContain("## Numbers are refined");
  const moved = "Refined by solver, after you wrote it: 1 number moved, photometric loss 0.04 -> 0.01";
  expect(second).toContain(
    `## Round 1\n${moved} in its own small pictures.\n- line 1, number: 150 -> 120\nThought: grey 150\n`,
  );
  expect(second).toContain("-200\n+150  # 1 level");
  expect(second).toContain("The current program (of round 1, the best so far):\n```python\n120  # 1 level");
  expect(third).toContain(
    "## Round 2\nRefined by solver: no number. Why: no number shows in the picture\nThought: grey 180",
  );
  expect(third).toContain("# The best program so far, of round 1\n```python\n120  # 1 level");
  expect(undone).toContain("The current program is that of round 1 again");
  expect(last).not.toContain("## Round 2");
  expect(last).toContain("## Round 3");

  const programs = ring.events.filter(({ type }) => type === "program.proposed").map(({ data }) => data.program);
  const [one, two, three] = programs as Program[];
  expect(one).toMatchObject({
    thought: "grey 150",
    refined: { by: "solver", moved: 1, loss_after: 0.01, renders: 90 },
  });
  expect(one!.code_diff).not.toContain("120");
  expect(two!.refined).toMatchObject({ moved: 0, kept: "no number shows in the picture", loss_after: 0.04 });
  expect(three!.undone).toEqual([2]);
  const notes = ring.events.filter(({ type, data }) => type === "progress" && data.t === 1).map(({ data }) => data);
  expect(notes.map(({ refining, loss, loss_before }) => [refining, loss_before, loss])).toEqual([
    [true, 0.04, 0.04],
    [true, 0.04, 0.01],
  ]);
});

const tools = ["undo_last_step", "end_process"];
