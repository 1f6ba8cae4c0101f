import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inpaint } from "../../../evaluators/pictures/inpaint.ts";
import { painted, pictures } from "../pictures.ts";

const cases = pictures()
  .filter(({ width, height }) => width > 1 && height > 1)
  .chain((picture) => {
    const pixels = picture.width * picture.height;
    const hidden = fc.uint8Array({ minLength: pixels, maxLength: pixels, max: 1 });
    return fc.tuple(fc.constant(picture), hidden);
  });

describe("painting over a part of a picture", () => {
  it("changes no pixel that is not hidden", () => {
    fc.assert(
      fc.property(cases, ([picture, hidden]) => {
        const { rgb } = inpaint(picture, hidden, 3);
        const same = rgb.every((value, index) => hidden[Math.floor(index / 3)] === 1 || value === picture.rgb[index]);
        expect(same).toBe(true);
      }),
    );
  });

  it("does not look at what is hidden, save at the picture's borders, where OpenCV does", () => {
    fc.assert(
      fc.property(cases, ([picture, anywhere]) => {
        const { width, height } = picture;
        const inner = (at: number, side: number) => at >= 2 && at < side - 2;
        const hidden = anywhere.map((is, at) =>
          inner(at % width, width) && inner(Math.floor(at / width), height) ? is : 0,
        );
        const other = { ...picture, rgb: picture.rgb.map((v, i) => (hidden[Math.floor(i / 3)] === 1 ? 255 - v : v)) };
        expect(inpaint(other, hidden, 3).rgb).toEqual(inpaint(picture, hidden, 3).rgb);
      }),
    );
  });

  it("goes on with the colours around it", () => {
    const sides = painted(40, 20, (x) => (x < 20 ? [200, 40, 10] : [20, 60, 220]));
    const hidden = new Uint8Array(800);
    for (let y = 5; y < 15; y++) hidden.fill(1, y * 40 + 5, y * 40 + 35);
    const blank = { ...sides, rgb: sides.rgb.map((v, i) => (hidden[Math.floor(i / 3)] === 1 ? 0 : v)) };
    const { rgb } = inpaint(blank, hidden, 3);
    const at = (x: number, y: number) => Array.from(rgb.subarray(3 * (y * 40 + x), 3 * (y * 40 + x) + 3));
    for (const [x, colour] of [
      [8, [200, 40, 10]],
      [32, [20, 60, 220]],
    ] as const)
      for (const [c, value] of at(x, 10).entries()) expect(Math.abs(value - colour[c]!)).toBeLessThanOrEqual(2);
  });

  it("leaves a picture that is hidden whole as it is, and refuses one without neighbours", () => {
    const grey = painted(4, 3, () => [9, 9, 9]);
    expect(inpaint(grey, new Uint8Array(12).fill(1), 3).rgb).toEqual(grey.rgb);
    expect(() =>
      inpaint(
        painted(1, 5, () => [1, 2, 3]),
        new Uint8Array(5),
        3,
      ),
    ).toThrow(RangeError);
  });
});
