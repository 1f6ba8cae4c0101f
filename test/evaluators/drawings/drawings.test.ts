import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { heatColours } from "../../../evaluators/drawings/colourmap.ts";
import { heatMap } from "../../../evaluators/drawings/heatmap.ts";
import { plText, sideBySide } from "../../../evaluators/drawings/sidebyside.ts";
import { lettering, letteringWidth } from "../../../evaluators/drawings/stroke-font.ts";
import { decodePicture, readPicture } from "../../../evaluators/pictures/picture.ts";
import { measureFixtures } from "../cases.ts";
import { painted } from "../pictures.ts";

const pixel = (picture: { width: number; rgb: Uint8Array }, x: number, y: number) => [
  ...picture.rgb.subarray((y * picture.width + x) * 3, (y * picture.width + x) * 3 + 3),
];
const heat = (level: number) => [...heatColours.subarray(level * 3, level * 3 + 3)];

describe("heat map", () => {
  it("paints each pixel by its absolute error and keeps the picture's width", async () => {
    const goal = painted(100, 60, () => [100, 100, 100]);
    const render = painted(100, 60, (x) => (x < 50 ? [100, 100, 100] : [151, 151, 151]));
    const { png, top, legend } = await heatMap(render, goal, { top: 0.2 });
    const map = await decodePicture(png);
    expect(top).toBe(0.2);
    expect([map.width, map.height]).toEqual([100, 60 + legend]);
    expect(pixel(map, 10, 30)).toEqual(heat(0));
    expect(pixel(map, 90, 30)).toEqual(heat(255));
  });

  it("chooses a scale of fixed steps that fits the error", async () => {
    const goal = painted(64, 64, () => [100, 100, 100]);
    expect(
      (
        await heatMap(
          painted(64, 64, () => [105, 105, 105]),
          goal,
        )
      ).top,
    ).toBe(0.05);
    expect(
      (
        await heatMap(
          painted(64, 64, () => [150, 150, 150]),
          goal,
        )
      ).top,
    ).toBe(0.25);
    expect(
      (
        await heatMap(
          painted(64, 64, () => [255, 255, 255]),
          goal,
        )
      ).top,
    ).toBe(1);
    expect((await heatMap(goal, goal)).top).toBe(0.05);
  });

  it("draws a legend from none to most below the picture", async () => {
    const goal = painted(200, 60, () => [0, 0, 0]);
    const { png, legend } = await heatMap(goal, goal);
    const map = await decodePicture(png);
    expect(legend).toBeGreaterThan(0);
    expect(pixel(map, 0, 61)).toEqual(heat(0));
    expect(pixel(map, 199, 61)).toEqual(heat(255));
    const lit = [...map.rgb.subarray((60 + Math.floor(legend / 2)) * 200 * 3)].some((v) => v > 100);
    expect(lit).toBe(true);
  });

  it("works for a picture of one pixel", async () => {
    const one = painted(1, 1, () => [9, 9, 9]);
    expect((await sharp((await heatMap(one, one)).png).metadata()).width).toBe(1);
  });

  it("uses colours that grow lighter with every step", () => {
    const light = (i: number) => heat(i)[0]! * 0.2126 + heat(i)[1]! * 0.7152 + heat(i)[2]! * 0.0722;
    for (let i = 8; i < 256; i += 8) expect(light(i)).toBeGreaterThan(light(i - 8));
  });
});

describe("side by side", () => {
  it("puts pictures of different shapes at one height, in order", async () => {
    const red = painted(40, 20, () => [255, 0, 0]);
    const blue = painted(20, 40, () => [0, 0, 255]);
    const sheet = await decodePicture(
      await sideBySide(
        [
          { label: "start", image: red, pl: 0.0456 },
          { label: "target", image: blue },
        ],
        { height: 60 },
      ),
    );
    const middle = Math.round(sheet.height * 0.6);
    const row = Array.from({ length: sheet.width }, (_, x) => pixel(sheet, x, middle));
    const reds = row.filter(([r, , b]) => r! > 200 && b! < 50).length;
    const blues = row.filter(([r, , b]) => b! > 200 && r! < 50).length;
    expect(reds).toBe(120);
    expect(blues).toBe(30);
    expect(row.findIndex(([r]) => r! > 200)).toBeLessThan(row.findIndex(([, , b]) => b! > 200));
  });

  it("takes files and prints labels", async () => {
    const picture = await readPicture(`${measureFixtures}placement_000.png`);
    const sheet = await decodePicture(await sideBySide([{ label: "best", image: picture, pl: 0.5 }], { height: 270 }));
    const bar = sheet.rgb.subarray(0, sheet.width * 16 * 3);
    expect(bar.some((v) => v > 240)).toBe(true);
  });

  it("refuses nothing to show", async () => {
    await expect(sideBySide([])).rejects.toMatchObject({ code: "input_invalid" });
  });

  it.each([
    [0.0456, "0.04560"],
    [0, "0"],
    [1, "1.0000"],
    [0.0000123, "0.00001230"],
  ])("writes PL %f as %s", (pl, text) => {
    expect(plText(pl)).toBe(text);
  });
});

describe("lettering", () => {
  it("never lets text through as markup", () => {
    const path = lettering('"/><script>&', 0, 0, 10, "#fff");
    expect(path).toMatch(/^<path d="[ML0-9. -]+" fill/);
    expect(path).not.toContain("script");
  });

  it("grows with the text", () => {
    expect(letteringWidth("ab", 6)).toBe(10);
    expect(letteringWidth("", 6)).toBe(0);
  });
});
