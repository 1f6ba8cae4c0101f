import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createModelGenerator } from "../../../actors/players/model/generator.ts";
import { roleSkills } from "../../../actors/players/skills.ts";
import type { ForeignTool, RunSpec } from "../../../machines/domain/index.ts";
import { aContext, call, fakeIO, fakeModel, spokenTo } from "./fakes.ts";

const root = resolve(import.meta.dirname, "../../..");
const everything = join(root, "node_modules/@modelcontextprotocol/server-everything/dist/index.js");

let dir: string;
let stop: AbortController;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "viga-skills-"));
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await rm(dir, { recursive: true, force: true });
});

const tool = (server: string, name: string): ForeignTool => ({
  name,
  offered: `${server}_${name}`,
  description: `Does ${name}.`,
  parameters: { type: "object", properties: {} },
});

/** A spec with the server that misbehaves as `mine`, and one from the registry as `every`. */
function specWith(): RunSpec {
  const skills = {
    mine: { command: [process.execPath, join(root, "test/servers/mcp.ts"), "sound", join(dir, "calls")], seconds: 6 },
    every: { command: [process.execPath, everything, "stdio"] },
  };
  const listed = {
    mine: ["hang", "die", "long", "echo"].map((name) => tool("mine", name)),
    every: [tool("every", "get-tiny-image")],
  };
  return { config: { skills }, skills: listed } as unknown as RunSpec;
}
const calls = () => readFileSync(join(dir, "calls"), "utf8").trim().split("\n");
const execute = call("execute_code", { thought: "t", code_diff: "", code: "x = 1\n" });

test("a role's skills are its own tools and those of servers, in the order written", () => {
  const named = (...written: string[]) => roleSkills(written, specWith(), stop.signal).names;
  expect(named("make_plan", "mine/echo", "end_process")).toEqual(["make_plan", "mine_echo", "end_process"]);
  expect(named("every/*", "mine/*")).toEqual([
    "every_get-tiny-image",
    "mine_hang",
    "mine_die",
    "mine_long",
    "mine_echo",
  ]);
});

test("a server that hangs or dies is an answer to the model, and the turn goes on", async () => {
  const skills = roleSkills(["mine/*"], specWith(), stop.signal);
  const model = fakeModel([
    call("mine_hang"),
    call("mine_die"),
    call("mine_long"),
    call("mine_echo", { a: [1] }),
    execute,
  ]);
  const player = createModelGenerator({ model, mode: "static_scene", tools: skills.names, extra: skills.tools });
  const io = fakeIO();
  expect(await player.write(aContext(), io)).toMatchObject({ type: "programs" });
  const said = spokenTo(model.requests[4]);
  expect(said).toContain("mine/hang gave no result: no answer within 6 s");
  expect(said).toContain("mine/die gave no result");
  expect(said).toContain("more characters left out");
  expect(said).toContain('{"a":[1]}');
  expect(io.notes.filter(({ type }) => type === "skill.call").map(({ data }) => [data.tool, data.ok])).toEqual([
    ["mine_hang", false],
    ["mine_die", false],
    ["mine_long", true],
    ["mine_echo", true],
  ]);
  for (const [, value] of io.record) expect(JSON.stringify(value).length).toBeLessThan(20_000);
});

test("a call is made once: a turn that starts over uses what was recorded, pictures included", async () => {
  const record = new Map<string, unknown>();
  const blobs = new Map<string, Buffer>();
  const script = [call("mine_echo", { a: 1 }), call("every_get-tiny-image"), execute];
  const moves: unknown[] = [];
  const seen: string[] = [];
  for (const incarnation of [1, 2]) {
    const skills = roleSkills(["mine/*", "every/*"], specWith(), stop.signal);
    const model = fakeModel(script);
    const player = createModelGenerator({ model, mode: "static_scene", tools: skills.names, extra: skills.tools });
    const io = fakeIO({ record, blobs });
    if (incarnation === 2) record.delete("write/0/2");
    moves.push(await player.write(aContext(), io));
    const spoken = incarnation === 1 ? model.requests[2] : model.requests[0];
    seen.push(spokenTo(spoken).slice(-400));
    expect(spokenTo(spoken)).toContain("[every_get-tiny-image 1]");
    expect(io.notes.filter(({ type }) => type === "skill.call").map(({ data }) => data.recorded)).toEqual(
      incarnation === 1 ? [false, false] : [true, true],
    );
    if (incarnation === 1) script.splice(0, 2);
  }
  expect(calls()).toEqual(["echo"]);
  expect(moves[1]).toEqual(moves[0]);
  expect(seen[1]).toBe(seen[0]);
});
