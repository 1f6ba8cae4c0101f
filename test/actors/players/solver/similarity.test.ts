import { expect, test } from "vitest";
import type { Look } from "../../../../actors/players/solver/looks.ts";
import type { Problem } from "../../../../actors/players/solver/problem.ts";
import { mean, similarities } from "../../../../actors/players/solver/similarity.ts";

const size = { width: 48, height: 32 };

/** Stripes `offset` pixels from where they should be, brighter by `light`. */
const stripes = (offset: number, light: number): Look => {
  const data = new Float32Array(size.width * size.height * 3);
  for (let i = 0; i < data.length; i++) {
    const x = Math.floor(i / 3) % size.width;
    data[i] = ((x + offset) % 16 < 8 ? 0.2 : 0.6) + light;
  }
  return { views: [{ ...size, data }] };
};
const problem = { targetsOf: () => stripes(0, 0).views } as unknown as Problem;

const similarity = (of: Problem, look: Look) => mean(similarities(of, look));

test("similarity is one for the target, and falls more for edges elsewhere than for another light", () => {
  expect(similarity(problem, stripes(0, 0))).toBeCloseTo(1, 6);
  const lit = similarity(problem, stripes(0, 0.1));
  const moved = similarity(problem, stripes(3, 0));
  expect(lit).toBeLessThan(1);
  expect(moved).toBeLessThan(lit - 0.1);
});
