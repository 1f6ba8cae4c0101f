import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MinCut } from "../../../../bridge/assets/cutout/min-cut.ts";

const nodes = 6;
const cost = fc.integer({ min: 0, max: 20 });
const graph = fc.record({
  terminals: fc.array(fc.tuple(cost, cost), { minLength: nodes, maxLength: nodes }),
  links: fc.array(fc.tuple(fc.nat(nodes - 1), fc.nat(nodes - 1), cost), { maxLength: 14 }),
});

describe("the minimum cut", () => {
  it("costs no more than any other way to part the pixels", () => {
    fc.assert(
      fc.property(graph, ({ terminals, links }) => {
        const cut = new MinCut(nodes, links.length);
        terminals.forEach(([fromSource, toSink], node) => {
          cut.join(node, fromSource, toSink);
        });
        const real = links.filter(([a, b]) => a !== b);
        for (const [a, b, weight] of real) cut.link(a, b, weight);
        const price = (inside: (node: number) => boolean): number =>
          terminals.reduce((sum, [fromSource, toSink], node) => sum + (inside(node) ? toSink : fromSource), 0) +
          real.reduce((sum, [a, b, weight]) => sum + (inside(a) === inside(b) ? 0 : weight), 0);
        const found = cut.solve();
        const least = Math.min(
          ...Array.from({ length: 2 ** nodes }, (_, bits) => price((node) => ((bits >> node) & 1) === 1)),
        );
        expect(price((node) => found[node] === 1)).toBe(least);
      }),
      { numRuns: 500 },
    );
  });
});
