import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { createCommandGenerator, createCommandVerifier } from "../../../../actors/players/command/command.ts";
import { VigaError } from "../../../../config/errors.ts";
import { aContext, aRound, aState, aTask, fakeIO, measuresOf } from "../fakes.ts";

const folder = mkdtempSync(join(tmpdir(), "viga command test "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let scripts = 0;
/** A Node program that has read its request as `request`; gives the command line that starts it. */
function program(body: string): string {
  const path = join(folder, `script ${scripts++}.mjs`);
  writeFileSync(
    path,
    `import { readFileSync } from "node:fs";\nconst request = JSON.parse(readFileSync(0, "utf8"));\nconst reply = (value) => console.log(JSON.stringify(value));\n${body}\n`,
  );
  const escaped = (text: string) => text.replaceAll(" ", "\\ ");
  return `${escaped(process.execPath)} ${escaped(path)} --flag`;
}

const failure = async (run: Promise<unknown>): Promise<VigaError> => {
  const thrown = await run.catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(VigaError);
  return thrown as VigaError;
};

describe("a generator played by a command", () => {
  it("gets the context as JSON, with code as text and pictures as files, and answers with a program", async () => {
    const io = fakeIO();
    const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    const image = io.store(picture);
    const from = { t: 1, candidate: 0, thought: "T", code_diff: "D", code: io.store("x = 1\n") };
    const copy = join(folder, "request.json");
    const command = program(
      `const [target] = request.task.targets;
       const bytes = readFileSync(target.file).length;
       const { writeFileSync } = await import("node:fs");
       writeFileSync(${JSON.stringify(copy)}, JSON.stringify(request));
       reply({ thought: process.argv[2], code: request.from.code + "y = " + bytes + "\\n", plan: "P" });`,
    );
    const rounds = [
      aRound(1, {
        program: from,
        state: aState(1, { renders: [{ name: "render1", image }] }),
        measures: measuresOf(0.1),
      }),
    ];
    const task = aTask({ text: "TASK", targets: [{ name: "render1", image }] });
    const move = await createCommandGenerator({ command }).write(
      aContext({ t: 2, task, rounds, from, best: rounds[0]! }),
      io,
    );
    expect(move).toEqual({
      type: "programs",
      candidates: [
        {
          thought: "--flag",
          code: `x = 1\ny = ${picture.length}\n`,
          code_diff: `@@ -1,1 +1,2 @@\n x = 1\n+y = ${picture.length}\n`,
        },
      ],
      plan: "P",
    });
    const request = readFileSync(copy, "utf8");
    expect(JSON.parse(request)).toMatchObject({
      schema: 1,
      op: "write",
      seed: io.seed,
      t: 2,
      task: { text: "TASK" },
      rounds: [{ t: 1, program: { code: "x = 1\n" }, measures: { pl: 0.1 }, state: { ok: true } }],
    });
    expect(request).not.toContain("sha256:");
  });

  it("may print what it does before its reply, give several candidates, or end the run", async () => {
    const chatty = program(
      'console.log("thinking..."); reply({ candidates: [{ code: "a" }, { code: "b", thought: "B" }] });',
    );
    const move = await createCommandGenerator({ command: chatty }).write(aContext(), fakeIO());
    expect(move.type === "programs" && move.candidates.map(({ code }) => code)).toEqual(["a", "b"]);
    const ends = program('reply({ type: "end", reason: "enough" });');
    expect(await createCommandGenerator({ command: ends }).write(aContext(), fakeIO())).toEqual({
      type: "end",
      reason: "enough",
    });
  });

  it("is called once: after a crash its recorded reply is used", async () => {
    const record = new Map<string, unknown>();
    const counter = join(folder, "counter");
    const command = program(
      `const { appendFileSync } = await import("node:fs"); appendFileSync(${JSON.stringify(counter)}, "x"); reply({ code: "a" });`,
    );
    const player = createCommandGenerator({ command });
    expect(await player.write(aContext(), fakeIO({ record }))).toEqual(
      await player.write(aContext(), fakeIO({ record })),
    );
    expect(readFileSync(counter, "utf8")).toBe("x");
  });

  it.each([
    ["prints nothing", "", /printed nothing/],
    ["prints no JSON", 'console.log("hello");', /no JSON/],
    ["replies with an empty program", 'reply({ code: " " });', /the program is empty/],
    ["exits with an error", 'console.error("my own words"); process.exit(3);', /exited with 3\nmy own words/],
    ["prints too much", 'console.log("x".repeat(300000));', /more than 100000 bytes/],
    ["is killed", 'process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1000);', /SIGKILL/],
  ])("fails with its own words when it %s", async (_, body, said) => {
    const player = createCommandGenerator({ command: program(body), maxBytes: 100_000 });
    const error = await failure(player.write(aContext(), fakeIO()));
    expect(error).toMatchObject({ code: "player_failed", retry: "same" });
    expect(error.message).toMatch(said);
  });

  it("is stopped when it takes too long, also when it leaves children behind", async () => {
    const body =
      'const { spawn } = await import("node:child_process"); spawn("sleep", ["30"], { stdio: "inherit" }); setInterval(() => {}, 1000);';
    const error = await failure(
      createCommandGenerator({ command: program(body), seconds: 1 }).write(aContext(), fakeIO()),
    );
    expect(error.message).toContain("did not answer in 1 s");
  });

  it("is stopped with the run", async () => {
    const stop = new AbortController();
    const run = createCommandGenerator({ command: program("setInterval(() => {}, 1000);") }).write(
      aContext(),
      fakeIO({ signal: stop.signal }),
    );
    setTimeout(() => stop.abort(), 200);
    expect((await failure(run)).code).toBe("interrupted");
  });

  it("is no shell line unless that is asked for, and says when its program is not there", async () => {
    const line = `cat > /dev/null; echo '{"code": "from a shell"}'`;
    expect((await failure(createCommandGenerator({ command: line }).write(aContext(), fakeIO()))).code).toBe(
      "player_failed",
    );
    expect(await createCommandGenerator({ command: line, shell: true }).write(aContext(), fakeIO())).toMatchObject({
      candidates: [{ code: "from a shell" }],
    });
    expect(
      (await failure(createCommandGenerator({ command: "no-such-program-here" }).write(aContext(), fakeIO()))).code,
    ).toBe("dependency_missing");
  });
});

describe("a verifier played by a command", () => {
  it("judges and analyzes, and is contradicted by measurement like a model", async () => {
    const io = fakeIO();
    const make = (background: string) =>
      sharp({ create: { width: 32, height: 32, channels: 3, background } })
        .png()
        .toBuffer();
    const task = aTask({ targets: [{ name: "render1", image: io.store(await make("red")) }] });
    const scene = io.store(JSON.stringify({ objects: [{ name: "Jug", type: "MESH", visible: true, vertices: 9 }] }));
    const state = aState(1, { renders: [{ name: "render1", image: io.store(await make("blue")) }], scene });
    const command = program(
      `if (request.op === "analyze") reply({ text: "a red square" });
       else {
         const jug = JSON.parse(readFileSync(request.state.scene, "utf8")).objects[0].name;
         reply({ visual_difference: ["The jug is missing", "blue, not red"], overall_similarity: "20%", thought: "I see a " + jug });
       }`,
    );
    const player = createCommandVerifier({ command });
    expect(await player.analyze!(task, io)).toBe("a red square");
    const feedback = await player.judge({ t: 1, task, state, measures: null, previous: null, analysis: null }, io);
    expect(feedback).toMatchObject({
      visual_difference: { critical: [], major: ["blue, not red"], minor: [] },
      overall_similarity: 20,
      disputed: [{ claim: "The jug is missing" }],
      thought: "I see a Jug",
    });
    expect(feedback.heatmap).toMatch(/^sha256:/);
  });

  it("gets plan, program, start and what it judged before, with code as text", async () => {
    const io = fakeIO();
    const code = (t: number) => ({
      t,
      candidate: 0,
      thought: `T${t}`,
      code_diff: `D${t}`,
      code: io.store(`x = ${t}\n`),
    });
    const copy = join(folder, "judge.json");
    const command = program(
      `const { writeFileSync } = await import("node:fs");
       writeFileSync(${JSON.stringify(copy)}, JSON.stringify(request));
       reply({ overall_similarity: 50 });`,
    );
    await createCommandVerifier({ command }).judge(
      {
        t: 3,
        task: aTask({ start: io.store("x = 0\n") }),
        state: aState(3),
        measures: null,
        analysis: null,
        plan: "PLAN",
        program: code(3),
        previous: aRound(2, { program: code(2) }),
        earlier: [aRound(1, { program: code(1) })],
        start: aState(0),
      },
      io,
    );
    const request = readFileSync(copy, "utf8");
    expect(JSON.parse(request)).toMatchObject({
      plan: "PLAN",
      program: { t: 3, thought: "T3", code_diff: "D3", code: "x = 3\n" },
      previous: { t: 2, program: { code: "x = 2\n" } },
      earlier: [{ t: 1, program: { code: "x = 1\n" } }],
      start: { ok: true, renders: [] },
      task: { start: "x = 0\n" },
    });
    expect(request).not.toContain("sha256:");
  });
});
