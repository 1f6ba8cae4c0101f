import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ObjectMap } from "../../../evaluators/pictures/object-map.ts";
import { matchThings } from "../../../evaluators/pictures/thing-match.ts";
import { painted } from "../pictures.ts";

type Colour = readonly [number, number, number];
interface Drawn {
  /** Centre and half size, in px of a picture 192 x 128. */
  x: number;
  y: number;
  half: number;
  colour: Colour;
  shape: "jug" | "disc";
}
const [width, height] = [192, 128];

/** A disc, or a disc with a handle and a foot. */
function covers({ x: cx, y: cy, half, shape }: Drawn, x: number, y: number): boolean {
  const [u, v] = [(x - cx) / half, (y - cy) / half];
  if (Math.hypot(u, v) < (shape === "jug" ? 0.7 : 1)) return true;
  if (shape === "disc") return false;
  return (u > 0.4 && u < 1 && Math.abs(v) < 0.25) || (Math.abs(u) < 0.9 && v > 0.7 && v < 1);
}

/** Things before a wall above a board with a grain that means nothing; the later hide the earlier. */
function picture(things: readonly Drawn[], light = 1) {
  return painted(width, height, (x, y) => {
    const on = things.findLast((thing) => covers(thing, x, y));
    const grain = (x * 7 + y * 13) % 5;
    const [r, g, b] = on?.colour ?? (y > 84 ? [150, 110, 70] : [120, 125, 130]);
    return [(r + grain) * light, (g + grain) * light, (b + grain) * light];
  });
}

function mapOf(things: readonly Drawn[]): ObjectMap {
  const labels = new Uint16Array(width * height);
  for (let i = 0; i < labels.length; i++) {
    labels[i] = 1 + things.findLastIndex((thing) => covers(thing, i % width, Math.floor(i / width)));
  }
  return { width, height, names: things.map((_, index) => `Thing${index}`), labels };
}

const red: Colour = [190, 50, 40];
const jug: Drawn = { x: 70, y: 60, half: 20, colour: red, shape: "jug" };
const disc: Drawn = { x: 150, y: 95, half: 14, colour: [60, 160, 70], shape: "disc" };
const match = (render: Drawn[], goal: Drawn[], light = 1) =>
  matchThings(picture(render), picture(goal, light), mapOf(render));

describe("where a thing of the render stands in the target", () => {
  it("is told as an offset, whatever its colour and the light", () => {
    const place = fc.record({
      dx: fc.integer({ min: -40, max: 40 }),
      dy: fc.integer({ min: -24, max: 24 }),
      colour: fc.constantFrom<Colour>(red, [30, 60, 200], [230, 220, 90]),
      light: fc.constantFrom(0.7, 1, 1.1),
    });
    const far = place.filter(({ dx, dy }) => Math.hypot(dx, dy) > 5);
    fc.assert(
      fc.property(far, ({ dx, dy, colour, light }) => {
        const [found] = match([jug, disc], [{ ...jug, x: jug.x + dx, y: jug.y + dy, colour }, disc], light);
        expect(found).toMatchObject({ name: "Thing0", state: "moved" });
        expect(Math.abs(found!.dx * width + dx)).toBeLessThanOrEqual(2);
        expect(Math.abs(found!.dy * height + dy)).toBeLessThanOrEqual(2);
        expect(Math.abs(found!.size - 1)).toBeLessThan(0.1);
      }),
      { numRuns: 25 },
    );
  });

  it("is told as a ratio of sizes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 13, max: 34 }), (half) => {
        const [found] = match([jug], [{ ...jug, half }]);
        if (Math.abs(half - jug.half) <= 2) expect(found?.state).not.toBe("lost");
        else {
          expect(found?.state).toBe("moved");
          expect(Math.abs(found!.size / (jug.half / half) - 1)).toBeLessThan(0.1);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("is where it is, also in another colour", () => {
    const states = match([jug, disc], [{ ...jug, colour: [40, 60, 200] }, disc], 0.8).map(({ state }) => state);
    expect(states).toEqual(["in_place", "in_place"]);
  });

  it("is not told where the target does not show it, or another thing stands in its place", () => {
    expect(match([jug, disc], [disc])).toMatchObject([{ state: "lost" }, { state: "in_place" }]);
    const twin = { ...disc, x: 40 };
    expect(match([twin, disc], [disc])[0]).toMatchObject({ name: "Thing0", state: "lost", dx: 0, dy: 0, size: 1 });
  });

  it("is not told where two places do equally well, or the picture says nothing", () => {
    const two = [
      { ...jug, x: 35 },
      { ...jug, x: 120 },
    ];
    expect(match([jug], two).map(({ state }) => state)).not.toContain("moved");
    const flat = painted(width, height, () => [128, 128, 128]);
    expect(matchThings(flat, flat, mapOf([jug]))).toEqual([]);
    expect(
      matchThings(
        painted(4, 4, () => [0, 0, 0]),
        flat,
        mapOf([jug]),
      ),
    ).toEqual([]);
  });
});
