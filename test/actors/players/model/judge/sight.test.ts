import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createModelGenerator } from "../../../../../actors/players/model/generator.ts";
import { createModelVerifier } from "../../../../../actors/players/model/verifier.ts";
import type { Observation } from "../../../../../actors/players/player.ts";
import { createModel } from "../../../../../bridge/models/client.ts";
import type { Program, Round } from "../../../../../machines/domain/index.ts";
import { quickDeps, testProfile } from "../../../../bridge/models/setup.ts";
import { call } from "../../../../servers/answers.ts";
import { type ScriptedServer, scriptedServer } from "../../../../servers/openai.ts";
import type { Recorded } from "../../../../servers/request.ts";
import { aContext, aRound, aState, aTask, type FakeIO, fakeIO, measuresOf } from "../../fakes.ts";

let server: ScriptedServer;
beforeEach(async () => {
  server = await scriptedServer({ judge: {}, small: { context: 12_000 } });
});
afterEach(() => server.close());

const verdict = (said: string, similarity: number) => ({
  visual_difference: { critical: [], major: [said], minor: [] },
  edit_suggestion: [`mend: ${said}`],
  overall_similarity: similarity,
  next_focus: `focus on ${said}`,
});

const code = (x: number, lines = 30) =>
  `import bpy\nJUG_X = ${x}\n${Array.from({ length: lines }, (_, i) => `part_${i} = ${i}`).join("\n")}\nCAMERA = "Camera1"\n`;

const sceneJson = JSON.stringify({
  engine: "CYCLES",
  frames: { start: 1, end: 48, current: 1, fps: 24 },
  world: { background: { color: [0.05, 0.05, 0.06, 1], strength: 0.8 } },
  cameras: [
    { name: "Camera1", active: true, location: [7.3589, -6.9258, 4.9583], rotation: [1.1093, 0, 0.8149], lens_mm: 50 },
  ],
  lights: [{ name: "Key", type: "AREA", energy: 750, color: [1, 0.9, 0.8] }],
  materials: [{ name: "Clay", principled: { "Base Color": [0.6, 0.2, 0.1, 1], Metallic: 0, Roughness: 0.45 } }],
  objects: [
    {
      name: "Jug",
      type: "MESH",
      location: [0.4, 0, 1],
      rotation: [0, 0, 0.5236],
      dimensions: [1, 1, 2],
      materials: ["Clay"],
      animated: true,
    },
    { name: "Key", type: "LIGHT", location: [2, -3, 5], rotation: [0.6, 0, 0.4] },
    { name: "Camera1", type: "CAMERA", location: [7.3589, -6.9258, 4.9583] },
  ],
});

const grey = (level: number) =>
  sharp({ create: { width: 32, height: 32, channels: 3, background: { r: level, g: level, b: level } } })
    .png()
    .toBuffer();

const aProgram = (io: FakeIO, t: number, text: string): Program => ({
  t,
  candidate: 0,
  thought: `thought of round ${t}`,
  code_diff: `-JUG_X = ${t - 1}\n+JUG_X = ${t}`,
  code: io.store(text),
});

/** What a verifier is shown in round `t` of a run that edits a start program. */
async function observed(io: FakeIO, t: number, more: Partial<Observation> = {}, lines = 30): Promise<Observation> {
  const start = io.store(code(0, lines));
  const target = io.store(await grey(200));
  const draw = async (level: number) => [{ name: "render1", image: io.store(await grey(level)) }];
  const previous: Round = aRound(t - 1, {
    program: aProgram(io, t - 1, code(t - 1, lines)),
    state: aState(t - 1, { renders: await draw(100 + t) }),
    measures: measuresOf(0.02),
    feedback: {
      ...verdict(`jug of round ${t - 1}`, 40),
      disputed: [{ claim: "no jug", evidence: "it is there" }],
      thought: "",
    },
  });
  return {
    t,
    task: aTask({ text: "Move the jug.", targets: [{ name: "render1", image: target }], start }),
    state: aState(t, { renders: await draw(120 + t), scene: io.store(sceneJson) }),
    measures: measuresOf(0.01),
    previous,
    analysis: "ANALYSIS of the target",
    plan: "PLAN: first the jug, then the lamp",
    program: aProgram(io, t, code(t, lines)),
    start: aState(0, { renders: await draw(90) }),
    ...more,
  };
}

async function judged(observation: Observation, io: FakeIO, name = "judge", over = {}): Promise<Recorded> {
  server.script(name, call("end_process", verdict("the jug", 50)));
  const model = createModel(testProfile(server.url, name, { context_tokens: 100_000, ...over }), quickDeps().deps);
  await createModelVerifier({ model, mode: observation.task.mode }).judge(observation, fakeIO({ blobs: io.blobs }));
  return server.requests.at(-1)!;
}

describe("what a verifier receives over the wire", () => {
  it("is plan, thought, program, diff, start program and picture, camera pose, frames, and its own last words", async () => {
    const io = fakeIO();
    const { text, images } = await judged(await observed(io, 2), io);
    for (const part of [
      "PLAN: first the jug, then the lamp",
      "thought of round 2",
      `# The program of round 2\n\`\`\`python\n${code(2).trimEnd()}`,
      "# What was done since round 1\n```diff\n@@ -1,4 +1,4 @@\n import bpy\n-JUG_X = 1\n+JUG_X = 2",
      `# The start program, which is to be edited\n\`\`\`python\n${code(0).trimEnd()}`,
      "Camera1 (active): at (7.3589 -6.9258 4.9583), rotation (1.1093 0 0.8149), lens 50 mm",
      "Frames 1 to 48 at 24 per second; places and poses are those of frame 1.",
      "Key (area): energy 750; colour (1 0.9 0.8); at (2 -3 5), rotation (0.6 0 0.4)",
      "Clay: Base Color (0.6 0.2 0.1), Roughness 0.45",
      "Jug (mesh): size 1 x 1 x 2; at (0.4 0 1); rotation (0 0 0.524); animated; material Clay",
      "# What you said of round 1, the last that you judged\nYou gave it a similarity of 40.\n- major: jug of round 1",
      "You suggested: mend: jug of round 1",
      "You asked for this next: focus on jug of round 1",
      'You said "no jug", which measurement contradicts: it is there',
    ]) {
      expect(text).toContain(part);
    }
    expect(text.indexOf("What you said of round 1")).toBeLessThan(text.indexOf("What was done since round 1"));
    // Target and start picture come before the render.
    expect(images.length).toBeGreaterThanOrEqual(3);
  });

  it("begins alike in every round: task, targets, start program and picture, analysis, plan", async () => {
    const io = fakeIO();
    const sent = [await judged(await observed(io, 2), io), await judged(await observed(io, 3), io)].map(({ body }) =>
      JSON.stringify(body.messages),
    );
    const differs = [...sent[0]!].findIndex((letter, index) => letter !== sent[1]![index]);
    const same = sent[0]!.slice(0, differs);
    expect(same).toContain("PLAN: first the jug, then the lamp");
    expect(same).toMatch(/# What you said of round $/);
    expect(same.match(/data:image/g)).toHaveLength(2);
  });

  it("shortens a program that does not fit in what did not change, and never its change", async () => {
    const io = fakeIO();
    const { text, promptTokens, maxTokens } = await judged(await observed(io, 2, {}, 1200), io, "small", {
      context_tokens: 12_000,
    });
    expect(promptTokens + maxTokens).toBeLessThanOrEqual(12_000);
    const program = text.slice(text.indexOf("# The program of round 2"));
    expect(program).toContain("JUG_X = 2\npart_0 = 0");
    expect(program).toMatch(/\[lines \d+ to 1203: unchanged, left out\]/);
    expect(text).toContain("-JUG_X = 1\n+JUG_X = 2");
  });

  it("is nothing of earlier rounds without a memory, and the author's own diff instead", async () => {
    const io = fakeIO();
    const { text } = await judged(await observed(io, 2, { previous: null }), io);
    expect(text).not.toContain("What you said");
    expect(text).toContain("# The change that made this round's program\n```diff\n-JUG_X = 1\n+JUG_X = 2");
  });

  it("holds its earlier verdicts in short with a window, the oldest first", async () => {
    const io = fakeIO();
    const earlier = [1, 2].map((t) =>
      aRound(t, { feedback: { ...verdict(`${"long ".repeat(300)}${t}`, 10 * t), thought: "" } }),
    );
    const { text } = await judged(await observed(io, 4, { earlier }), io);
    const places = ["of round 1\n", "of round 2\n", "of round 3, the last"].map((of) =>
      text.indexOf(`What you said ${of}`),
    );
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    expect(text.slice(places[0], places[1]).length).toBeLessThan(900);
  });

  it("says once that the start program is what is judged in round 0", async () => {
    const io = fakeIO();
    const more = { t: 0, previous: null, start: null, plan: null };
    const observation = await observed(io, 1, more);
    const program = { ...observation.program!, t: 0, code: observation.task.start! };
    const { text } = await judged({ ...observation, program }, io);
    expect(text).toContain("It is the start program, as it stands above.");
    expect(text.match(/JUG_X = 0/g)).toHaveLength(1);
  });
});

describe("explicit_comparison", () => {
  const written = async (explicitComparison: boolean, rounds: readonly Round[], io: FakeIO): Promise<Recorded> => {
    server.script("judge", call("execute_code", { thought: "t", code_diff: "", code: "import bpy\n" }));
    const model = createModel(testProfile(server.url, "judge"), quickDeps().deps);
    const task = aTask({ targets: [{ name: "render1", image: io.store(await grey(200)) }] });
    const context = aContext({ t: 9, task, rounds: [...rounds] });
    await createModelGenerator({ model, mode: "blendergym", explicitComparison }).write(
      context,
      fakeIO({ blobs: io.blobs }),
    );
    return server.requests.at(-1)!;
  };

  it("asks over target, last and last but one picture in one message whether they approach the target", async () => {
    const io = fakeIO();
    const rounds = await Promise.all(
      [5, 6, 8].map(async (t) =>
        aRound(t, { state: aState(t, { renders: [{ name: "render1", image: io.store(await grey(10 * t)) }] }) }),
      ),
    );
    rounds.push(aRound(7, { state: aState(7, { ok: false }) }));
    const { body } = await written(
      true,
      rounds.toSorted((a, b) => a.t - b.t),
      io,
    );
    const parts = body.messages.findLast(({ role }) => role === "user")!.content as { type: string; text?: string }[];
    const asked = parts.findIndex(({ text }) => text?.includes("Is round 8 nearer to it than round 6") === true);
    const labels = parts.slice(asked).map(({ type, text }) => (type === "text" ? text : "picture"));
    expect(labels.slice(1, -1)).toEqual([
      expect.stringContaining("the target"),
      "picture",
      expect.stringContaining("round 6, the last but one"),
      "picture",
      expect.stringContaining("round 8, the last"),
      "picture",
    ]);
    expect(labels.at(-1)).toContain("Now write the program of round 9.");
    expect((await written(false, rounds, io)).text).not.toContain("approaching");
  });

  it("asks nothing before two programs have drawn a picture", async () => {
    expect((await written(true, [aRound(0)], fakeIO())).text).not.toContain("approaching");
  });
});
