import { expect, test } from "vitest";
import { type MemoryOptions, stages } from "../../../machines/domain/index.ts";
import { playMemory, type Scripted, stopOptions } from "../../harness/memory.ts";

const staged = (max_rounds: number, patience = 3) => ({
  stages: [...stages],
  stop: { ...stopOptions, max_rounds, plateau: { patience, min_gain: "auto" as const } },
});
const losses = (...list: (number | null)[]): Scripted[] => list.map((loss) => (loss === null ? null : { loss }));
const told = (script: Scripted[], options: Partial<MemoryOptions> = staged(100)) => {
  const { told: events, ...played } = playMemory(script, options);
  return { ...played, contexts: events("context"), rounds: events("round") };
};

test("a staged run goes through geometry, materials, composition and light, and each begins from the best program", () => {
  // Geometry gains in rounds 1 and 2; rounds 3 and 4 do not, so that materials begin with round 5 from round 2.
  const { contexts, rounds, context } = told(
    losses(0.5, 0.4, 0.3, 0.35, 0.36, 0.34, 0.35, 0.28, 0.29, 0.3, 0.31, 0.29, 0.3),
  );
  expect(contexts.map(({ stage }) => stage)).toEqual([
    ...Array.from({ length: 4 }, () => "geometry"),
    ...Array.from({ length: 2 }, () => "materials"),
    ...Array.from({ length: 3 }, () => "composition"),
    ...Array.from({ length: 3 }, () => "light"),
  ]);
  expect(contexts.map(({ from }) => from)).toEqual([0, 1, 2, 3, 2, 5, 2, 7, 8, 7, 10, 7]);
  expect(contexts[4]?.note).toBe(
    "A new stage begins: materials. The stage before is over (2 rounds without a gain). Start from the best program so far, of round 2.",
  );
  // The best is by the loss over all stages; a plateau ends the last stage only.
  expect(context).toMatchObject({ best: 7, reason: "plateau", t: 13 });
  expect(rounds.map(({ round }) => (round as { stage?: string }).stage)).toEqual([
    undefined,
    ...contexts.map(({ stage }) => stage),
  ]);
});

test("a stage that goes on gaining ends when its share of the rounds is used", () => {
  const falling = Array.from({ length: 11 }, (_, t) => 0.5 / (t + 1));
  const { contexts, context } = told(losses(...falling), staged(10));
  expect(contexts.map(({ stage }) => stage).join(" ")).toBe(
    "geometry geometry geometry materials materials materials composition composition light light",
  );
  expect(contexts[3]?.note).toContain("its share of 3 rounds is used");
  expect(context.reason).toBe("max_rounds");
});

test("failed programs show nothing of a stage, and without any picture none is left", () => {
  expect(told(losses(0.5, null, null, 0.4)).contexts.map(({ stage }) => stage)).toEqual(Array(4).fill("geometry"));
  const never = told([null, null, null, null], staged(4));
  expect(never.contexts.map(({ stage }) => stage)).toEqual(Array(4).fill("geometry"));
});

test("a run that is not staged says nothing of stages", () => {
  const { contexts } = told(losses(0.5, 0.4), { stop: staged(10).stop });
  expect(contexts.map((said) => "stage" in said)).toEqual([false, false]);
});
