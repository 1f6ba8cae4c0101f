import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";

const source = join(import.meta.dirname, "..", "..", "..", "..", "actors", "players", "public.ts");
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "viga-player-"));
  const player = "{ write: ({ t }) => ({ code: 'x = ' + t }), analyze: () => ({ text: 'a cube' }) }";
  await writeFile(
    join(dir, "player.ts"),
    `import { playCommand } from ${JSON.stringify(source)};\nawait playCommand(${player});\n`,
  );
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const task = {
  mode: "static_scene",
  name: "cube",
  text: "",
  prompt: "none",
  targets: [],
  start: null,
  start_image: null,
};
const ask = (input: unknown) =>
  execa(process.execPath, [join(dir, "player.ts")], { input: JSON.stringify(input), reject: false });

it("a program answers what its role is asked", async () => {
  const none = { stage: null, plan: null, analysis: null, note: null, from: null, best: null };
  const write = {
    schema: 1,
    run: "r",
    seed: 0,
    task,
    op: "write",
    t: 3,
    candidates: 1,
    assets: [],
    rounds: [],
    ...none,
  };
  expect(JSON.parse((await ask(write)).stdout)).toEqual({ code: "x = 3" });
  expect(JSON.parse((await ask({ schema: 1, run: "r", seed: 0, task, op: "analyze" })).stdout)).toEqual({
    text: "a cube",
  });
});

it("what it cannot answer, and what is no request, end it with a reason", async () => {
  const state = { ok: true, log: "", error: null, renders: [], scene: null };
  const none = { stage: null, plan: null, program: null, measures: null, previous: null, start: null, analysis: null };
  const judged = await ask({ schema: 1, run: "r", seed: 0, task, op: "judge", t: 1, state, earlier: [], ...none });
  expect(judged.exitCode).toBe(1);
  expect(judged.stderr).toContain("this player cannot judge");
  const strange = await ask({ op: "sing" });
  expect(strange.exitCode).toBe(1);
  expect(strange.stderr).toContain("stdin holds no request of viga");
});
