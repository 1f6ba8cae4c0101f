import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { modeOf } from "../../config/modes/index.ts";
import { type Answer, call } from "../servers/answers.ts";
import type { ScriptedServer } from "../servers/openai.ts";

/** What a model calls, in order; a call that ends its turn is followed by the next turn's. */
export type Script = [tool: string, args: Record<string, unknown>][];

export const verdict = (wrong: string, suggestion: string) => ({
  visual_difference: { critical: [], major: [wrong], minor: [] },
  edit_suggestion: [suggestion],
  overall_similarity: 60,
  next_focus: wrong,
});

export const writes = (code: string): Script[number] => ["execute_code", { thought: "next", code_diff: "", code }];

/** Plays both roles from their scripts; the verifier's begins again with each of its turns. */
export function scripted(generator: Script, verifier: Script): Answer {
  const say = (script: Script, index: number): Answer => call(...script[Math.min(index, script.length - 1)]!);
  let written = 0;
  return {
    kind: "function",
    answer: ({ body, tools }) => {
      if (tools.includes("execute_code")) return say(generator, written++);
      return say(verifier, body.messages.filter(({ role }) => role === "assistant").length);
    },
  };
}

export interface TapeLine {
  role: string;
  type: string;
  data: { tool?: string; ok?: boolean; why?: string; tools?: string[]; state?: { motion?: string[] } };
}

export async function tapeOf(out: string): Promise<TapeLine[]> {
  const lines = (await readFile(join(out, "tape.jsonl"), "utf8")).trim().split("\n");
  return lines.map((line) => JSON.parse(line) as TapeLine);
}

/**
 * Each role was offered what its mode's definition lists, `more` beside it, and called all of it, and no call failed.
 * A tool that is new in a definition fails this until a script calls it.
 */
export async function expectEveryTool(mode: string, out: string, server: ScriptedServer, more: string[] = []) {
  const tape = await tapeOf(out);
  const of = (name: string) => tape.filter(({ type }) => type.endsWith(name));
  const sorted = (names: Iterable<string>) => [...new Set(names)].sort();
  const { skills } = modeOf(mode);
  const listed = { generator: [...skills.generator, ...more], verifier: skills.verifier };
  expect(of("tool.call").filter(({ data }) => !data.ok)).toEqual([]);
  for (const role of ["generator", "verifier"] as const) {
    const own = server.requests.filter(({ tools }) => tools.includes("execute_code") === (role === "generator"));
    expect(sorted(own.flatMap(({ tools }) => tools)), `offered to the ${role}`).toEqual(sorted(listed[role]));
    const called = of("model.call").filter((line) => line.role === role);
    const names = sorted(called.flatMap(({ data }) => data.tools ?? []));
    expect(names, `called by the ${role}`).toEqual(sorted(listed[role]));
    const answered = new Set(of("tool.call").flatMap(({ role: by, data }) => (by === role ? data.tool : [])));
    // What ends a turn is answered by the round that it makes.
    const ends = names.filter((tool) => !answered.has(tool));
    expect(ends).toEqual(role === "generator" ? ["end_process", "execute_code"] : ["end_process"]);
  }
}
