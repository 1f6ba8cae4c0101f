import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findingLines } from "../../../../actors/players/evidence/text.ts";
import { thingsText } from "../../../../actors/players/evidence/units.ts";
import { findingsOf } from "../../../../actors/players/findings.ts";
import { alignedGoal } from "../../../../evaluators/pictures/pl.ts";
import { painted } from "../../../evaluators/pictures.ts";
import { type Cup, cups, mapOf } from "./drawn.ts";

const red: Cup = { name: "Cup", left: 0.3, top: 0.3, side: 0.4, colour: [190, 50, 40] };
const green: Cup = { name: "Bowl", left: 1.0, top: 0.5, side: 0.3, colour: [60, 160, 70] };

function find(render: readonly Cup[], goal: readonly Cup[], view = "") {
  const picture = cups(render);
  return findingsOf({ render: picture, target: alignedGoal(picture, cups(goal)), map: mapOf(render) }, view);
}
const texts = (...asked: Parameters<typeof find>) => find(...asked).map(({ text }) => text);

describe("what is said of a thing that stands elsewhere", () => {
  it("is how far and which way, in fractions of the picture, and nothing of colour", () => {
    const [moved, ...rest] = find([red, green], [{ ...red, left: 0.45, top: 0.4 }, green]);
    expect(moved!.text).toBe("Cup: it sits 10 % of the width too far left and 10 % of the height too high");
    expect(moved!.advice).toBe("move Cup 10 % of the width to the right and 10 % of the height down in the picture");
    expect([...rest, moved!].map(({ text }) => text).join()).not.toMatch(/bright|dark|red|green|cyan/);
  });

  it("is its size, and which of its edges end short", () => {
    const [smaller] = find([red, green], [{ ...red, side: 0.55 }, green]);
    expect(smaller!.text).toMatch(
      /^Cup: .*0\.7\d times its size in the target; its (right|lower) edge ends \d+ % of the (width|height) short/,
    );
    expect(smaller!.advice).toMatch(/make it 1\.3\d times as large/);
  });

  it("is that its outline is not found, where the target has no such thing", () => {
    const said = texts([red, green], [green]);
    expect(said.join("\n")).toMatch(
      /Cup: the target shows no such outline where the render has it \(left 0\.20, top 0\.3/,
    );
    expect(said.join()).not.toMatch(/too (dark|bright|red)/);
  });

  it("is told once for parts that move together, and blames the camera when all do", () => {
    const parts = [red, green, { ...red, name: "Jug", left: 0.8, top: 0.1, side: 0.3 }];
    const [all] = find(
      parts,
      parts.map((cup) => ({ ...cup, left: cup.left + 0.12 })),
    );
    expect(all!.text).toMatch(/^(Cup|Bowl|Jug), .* and .*: they sit 8 % of the width too far left/);
    expect(all!.advice).toContain("turn or move the camera instead");
  });

  it("keeps to fractions of the picture whatever is compared, and never fails", () => {
    const cup = fc.record({
      left: fc.double({ min: -0.2, max: 1.3, noNaN: true }),
      top: fc.double({ min: -0.2, max: 0.9, noNaN: true }),
      side: fc.double({ min: 0.02, max: 0.8, noNaN: true }),
      colour: fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)),
    });
    const list = fc.array(cup, { maxLength: 4 }).map((each) => each.map((one, i) => ({ ...one, name: `Thing${i}` })));
    fc.assert(
      fc.property(list, list, (render, goal) => {
        for (const { text, rect, loss } of find(render, goal)) {
          expect(text).not.toMatch(/\bpx\b|NaN|undefined|Infinity/);
          expect(loss).toBeGreaterThanOrEqual(0);
          const sides = [rect.left, rect.top, 1 - rect.right, 1 - rect.bottom];
          expect(Math.min(...sides)).toBeGreaterThanOrEqual(-1e-9);
        }
      }),
      { numRuns: 12 },
    );
  });
});

describe("what is said of a region", () => {
  const blue: Cup = { ...red, colour: [40, 60, 190] };

  it("names the thing that it shows", () => {
    const [found] = find([blue, green], [red, green], "render2: ");
    expect(found!.text).toMatch(
      /^render2: Cup, centre \(left 0\.\d\d, top 0\.\d\d, right .* of the loss\): .*too blue/,
    );
    expect(found!.where).toBe("render2: Cup, centre");
  });

  it("gives the verb of light by its factor, and none where light and brightness point apart", () => {
    const patch = (inside: (x: number, y: number) => number) =>
      painted(120, 120, (x, y) => {
        const v = x < 60 && y < 60 ? inside(x, y) : 140;
        return [v, v, v];
      });
    const advice = (render: number, goal: number) =>
      findingsOf({ render: patch(() => render), target: patch(() => goal), map: null }, "").map((each) => each.advice);
    expect(advice(100, 160).join()).toMatch(/raise the light there about x2\.\d/);
    expect(advice(160, 100).join()).toMatch(/lower the light there about x0\.\d/);
    // Half black and half white is darker to the eye than an even grey, and more light.
    const even = patch(() => 150);
    const mixed = patch((x) => (x % 2 === 0 ? 250 : 20));
    const both = findingsOf({ render: mixed, target: even, map: null }, "").map((each) => each.advice ?? "");
    expect(both.join()).not.toMatch(/raise|lower/);
  });

  it("gives shares where several things are shown", () => {
    expect(thingsText([{ name: "Saucer", share: 0.95 }])).toBe("Saucer");
    expect(
      thingsText([
        { name: "Saucer", share: 0.7 },
        { name: "Table", share: 0.3 },
      ]),
    ).toBe("Saucer (70 %) and Table (30 %)");
  });

  it("says nothing of equal pictures, and what was said elsewhere only there", () => {
    expect(find([red, green], [red, green])).toEqual([]);
    const found = find([blue], [red]);
    expect(findingLines(found, 8)[0]).toContain("fractions of the picture");
    expect(findingLines(found, 8).join("\n")).toContain("  To correct: ");
    const said = new Set(found.flatMap(({ text, advice }) => [text, advice ?? ""]));
    expect(findingLines(found, 8, said)).toEqual([]);
  });
});

describe("what is said of one scene that was drawn twice", () => {
  it("is nothing, however much its samples scatter, and what differs beside is still named", () => {
    const scatter = (x: number, y: number, seed: number) => {
      const sine = Math.sin(x * 127.1 + y * 311.7 + seed * 74.7) * 43758.5453;
      return 60 * (sine - Math.floor(sine));
    };
    const drawn = (seed: number, patch = 0) =>
      painted(128, 128, (x, y) => {
        const value = 80 + (x >= 64 ? scatter(x, y, seed) : 0) + (x < 30 && y < 30 ? patch : 0);
        return [value, value, value];
      });
    const said = (patch: number) => findingsOf({ render: drawn(1, patch), target: drawn(2), map: null }, "");
    expect(said(0)).toEqual([]);
    expect(said(60)).toMatchObject([{ text: expect.stringMatching(/^upper left .* too bright/) }]);
  });
});
