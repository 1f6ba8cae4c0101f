import { expect, test } from "vitest";
import { standing } from "../../../machines/memory/undone.ts";
import { aRound } from "../../actors/players/fakes.ts";

test("rounds that a later program took back leave the window, and those that took them back stay", () => {
  const program = (t: number, undone?: number[]) => ({
    t,
    candidate: 0,
    thought: "",
    code_diff: "",
    code: `sha256:${"0".repeat(64)}`,
    ...(undone === undefined ? {} : { undone }),
  });
  const rounds = [
    aRound(0),
    ...[1, 2, 3].map((t) => aRound(t, { program: program(t) })),
    aRound(4, { program: program(4, [3, 2]) }),
  ];
  expect(standing(rounds).map(({ t }) => t)).toEqual([0, 1, 4]);
  expect(standing(rounds.slice(0, 4))).toEqual(rounds.slice(0, 4));
});
