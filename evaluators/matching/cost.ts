import { assign } from "./assignment.ts";

/** Costs of matching: one row a block of the first side, one column a block of the other; -1 for equal, 0 for unlike. */
export type Costs = readonly (readonly number[])[];

/** Costs above this are too weak to be strengthened by what stands around them. */
const strong = -0.5;

/**
 * Adds to every strong cost the two lowest of its neighbours in the 3 x 3 window around it, times `bonus`: blocks that
 * follow each other on both sides are matched together.
 */
export function withNeighbours(costs: Costs, bonus: number): Costs {
  if (bonus === 0) return costs;
  return costs.map((row, i) =>
    row.map((cost, j) => {
      if (cost >= strong) return cost;
      const around: number[] = [];
      for (const near of costs.slice(Math.max(0, i - 1), i + 2)) around.push(...near.slice(Math.max(0, j - 1), j + 2));
      around.splice(around.indexOf(cost), 1);
      around.sort((a, b) => a - b);
      return cost + bonus * ((around[1] ?? 0) + (around[0] ?? 0));
    }),
  );
}

/** The best matching and the cost of each of its pairs. */
export function bestMatching(costs: Costs, bonus: number): { pairs: [number, number][]; costs: number[] } {
  const adjusted = withNeighbours(costs, bonus);
  const pairs = assign(adjusted);
  return { pairs, costs: pairs.map(([i, j]) => adjusted[i]![j]!) };
}
