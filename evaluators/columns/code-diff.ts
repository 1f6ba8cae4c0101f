import { readFile } from "node:fs/promises";
import { textRatio } from "../matching/ratio.ts";
import type { Column } from "./column.ts";

/** First code point that stands for a line: a plane without letters, so that lines are compared and not their text. */
const firstLine = 0x10000;

/** Both texts with one character for each line, the same for equal lines. */
function linesAsCharacters(texts: readonly string[]): string[] {
  const known = new Map<string, string>();
  return texts.map((text) =>
    text
      .split("\n")
      .map((line) => line.trimEnd())
      .filter((line) => line !== "")
      .map((line) => {
        const character = known.get(line) ?? String.fromCodePoint(firstLine + known.size);
        known.set(line, character);
        return character;
      })
      .join(""),
  );
}

/** Part of two programs' lines that are not the other's, 0 (equal) to 1: 1 - difflib's ratio over lines, blank ones left out. */
export function codeDifference(program: string, goal: string): number {
  const [one = "", other = ""] = linesAsCharacters([program, goal]);
  return 1 - textRatio(one, other);
}

/** `code_diff`: the program against the goal's program, where the data set has one. */
export const codeDiff: Column = {
  metrics: [
    {
      name: "code_diff",
      label: "code diff",
      title: "part of the program's lines that are not the goal program's",
      better: "lower",
      unit: "",
      digits: 3,
    },
  ],
  async measure({ code, truth }) {
    const goal = truth.get("py");
    if (code === null || goal === undefined) return {};
    return { code_diff: codeDifference(code, await readFile(goal, "utf8")) };
  },
};
