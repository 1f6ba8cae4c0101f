import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPicture } from "../../../evaluators/pictures/picture.ts";
import { differences, lightDifference, whereIs } from "../../../evaluators/pictures/regions.ts";
import { measureFixtures } from "../cases.ts";
import { painted, sameSizePictures } from "../pictures.ts";

const hash = (x: number, y: number) => (((x * 73856093) ^ (y * 19349663)) >>> 3) % 97;
/** A grey floor with a textured square whose upper left corner is at (left, top). */
const square = (left: number, top: number) =>
  painted(256, 192, (x, y) => {
    const inside = x >= left && x < left + 48 && y >= top && y < top + 40;
    const v = inside ? 60 + hash(Math.floor((x - left) / 4), Math.floor((y - top) / 4)) * 1.8 : 120;
    return [v, v, v * 0.9];
  });

describe("region differences", () => {
  it("find a moved thing and how many pixels it moved", () => {
    const { blobs } = differences(square(94, 67), square(80, 70));
    const moved = blobs.filter((blob) => blob.displacement !== null);
    expect(moved.length).toBeGreaterThan(0);
    expect(moved[0]!.displacement).toMatchObject({ dx: 14, dy: -3 });
    expect(moved[0]!.content).toBe("moved");
  });

  it("see through a change of brightness when they look for a moved thing", () => {
    const goal = square(80, 70);
    const dim = square(72, 70);
    const render = { ...dim, rgb: dim.rgb.map((v) => v * 0.6) };
    const { whole } = differences(render, goal);
    expect(whole.displacement).toMatchObject({ dx: -8, dy: 0 });
  });

  it("claim no displacement where only the light changed", () => {
    const goal = square(80, 70);
    const { whole, blobs } = differences({ ...goal, rgb: goal.rgb.map((v) => v * 0.7) }, goal);
    expect(whole.displacement).toBeNull();
    expect(blobs.every((blob) => blob.displacement === null)).toBe(true);
  });

  it("measure a darker region in per cent, its place and the light it lacks", () => {
    const goal = painted(240, 240, () => [180, 180, 180]);
    const render = painted(240, 240, (x, y) => (x < 80 && y >= 160 ? [120, 120, 120] : [180, 180, 180]));
    const { blobs, cells } = differences(render, goal);
    expect(blobs).toHaveLength(1);
    expect(blobs[0]).toMatchObject({
      where: "lower left",
      rect: { left: 0, top: 2 / 3, right: 1 / 3, bottom: 1 },
      share: 1,
    });
    expect(blobs[0]!.brightness).toBeCloseTo(-33.3, 1);
    // Linear light of sRGB 180 over that of sRGB 120.
    expect(blobs[0]!.light).toBeCloseTo(0.4564 / 0.1878, 2);
    expect(cells.map((cell) => Math.round(cell.share * 10) / 10)).toEqual([0, 0, 0, 0, 0, 0, 1, 0, 0]);
  });

  it("name what a colour has too much of", () => {
    const goal = painted(64, 64, () => [150, 150, 150]);
    expect(
      differences(
        painted(64, 64, () => [130, 150, 190]),
        goal,
      ).whole.tooMuch,
    ).toBe("blue");
    expect(
      differences(
        painted(64, 64, () => [200, 135, 135]),
        goal,
      ).whole.tooMuch,
    ).toBe("red");
    expect(
      differences(
        painted(64, 64, () => [120, 120, 120]),
        goal,
      ).whole.tooMuch,
    ).toBe("");
  });

  it("claim no displacement along a straight edge, which looks the same wherever it is", () => {
    const edge = (at: number) =>
      painted(256, 192, (x, y) => (y + x / 8 > at ? [60, 60, 60] : ([180, 180, 180].map((v) => v + (x % 3)) as never)));
    const { whole, blobs } = differences(edge(90), edge(101));
    expect([whole, ...blobs].map((region) => region.displacement)).toEqual([null, ...blobs.map(() => null)]);
  });

  it("claim none where several places do as well", () => {
    const row = (from: number) =>
      painted(256, 192, (x, y) => {
        const inside = x >= from && y > 60 && y < 100 && (x - from) % 32 < 16;
        return inside ? [60 + 2 * ((y * 7) % 50), 60, 60] : [150, 150, 150];
      });
    expect(differences(row(40), row(51)).blobs.map((blob) => blob.displacement)).not.toContainEqual(
      expect.objectContaining({ dx: expect.any(Number) }),
    );
  });

  it("name what they show, largest part first, and leave out what is told otherwise", () => {
    const goal = painted(240, 240, () => [180, 180, 180]);
    const render = painted(240, 240, (x, y) => (x < 80 && y >= 160 ? [120, 120, 120] : [180, 180, 180]));
    const labels = Uint16Array.from({ length: 48 * 48 }, (_, i) => (i % 48 < 12 ? 2 : 1));
    const map = { width: 48, height: 48, names: ["Table", "Saucer"], labels };
    const { blobs, cells } = differences(render, goal, { map });
    expect(blobs.map(({ things }) => things.map(({ name }) => name))).toEqual([["Saucer"], ["Table"]]);
    expect(blobs.map(({ share }) => Math.round(share * 100))).toEqual([75, 25]);
    expect(cells[6]!.things.map(({ name }) => name)).toEqual(["Saucer", "Table"]);
    expect(cells[6]!.things[0]!.share).toBeCloseTo(0.75, 1);
    const ignored = Uint8Array.from({ length: 240 * 240 }, (_, i) => (i % 240 < 60 ? 1 : 0));
    const rest = differences(render, goal, { map, ignored });
    expect(rest.blobs[0]!.things.map(({ name }) => name)).toContain("Table");
    expect(rest.blobs[0]!.share).toBeCloseTo(0.25, 9);
    expect(rest.pl).toBe(differences(render, goal).pl);
  });

  it("tell missing from extra detail", () => {
    const flat = painted(256, 192, () => [120, 120, 108]);
    expect(differences(flat, square(100, 80)).blobs[0]!.content).toBe("missing");
    expect(differences(square(100, 80), flat).blobs[0]!.content).toBe("extra");
  });

  it("say how much of the loss is light and colour alone", () => {
    const goal = square(80, 70);
    const dim = { ...goal, rgb: goal.rgb.map((v) => v * 0.7) };
    const found = lightDifference(dim, goal);
    expect(found.plAfterGains).toBeLessThan(found.pl * 0.05);
  });

  it("account for every bit of error: shares of the nine cells add up to 1, PL agrees", () => {
    fc.assert(
      fc.property(sameSizePictures(), ([a, b]) => {
        const found = differences(a, b);
        expect(found.whole.pl).toBeCloseTo(found.pl, 12);
        if (found.pl > 0) expect(found.cells.reduce((sum, cell) => sum + cell.share, 0)).toBeCloseTo(1, 9);
        for (const blob of found.blobs) {
          expect(blob.rect.right).toBeLessThanOrEqual(1);
          expect(blob.rect.bottom).toBeLessThanOrEqual(1);
          expect(Number.isFinite(blob.brightness + blob.light + blob.cast)).toBe(true);
        }
      }),
    );
  });

  it("are empty between equal pictures", () => {
    const picture = square(80, 70);
    const found = differences(picture, picture);
    expect(found).toMatchObject({ pl: 0, blobs: [] });
    expect(found.whole.brightness).toBe(0);
    expect(found.whole.displacement).toBeNull();
  });

  it("find where the furniture of a real scene was moved", async () => {
    const render = await readPicture(`${measureFixtures}placement_000.png`);
    const goal = await readPicture(`${measureFixtures}placement_040.png`);
    const { blobs } = differences(render, goal);
    expect(blobs.length).toBeGreaterThan(3);
    expect(blobs.reduce((sum, blob) => sum + blob.share, 0)).toBeGreaterThan(0.8);
    expect(blobs.some((blob) => blob.content === "moved")).toBe(true);
  });
});

describe("the place of a box in words", () => {
  it.each([
    [{ x: 0, y: 0, width: 20, height: 20 }, "upper left"],
    [{ x: 45, y: 40, width: 10, height: 20 }, "centre"],
    [{ x: 45, y: 80, width: 10, height: 20 }, "lower middle"],
    [{ x: 80, y: 40, width: 20, height: 20 }, "middle right"],
    [{ x: 0, y: 80, width: 100, height: 20 }, "lower band"],
    [{ x: 0, y: 0, width: 20, height: 100 }, "left side"],
    [{ x: 5, y: 5, width: 90, height: 90 }, "most of the picture"],
  ])("%o is the %s", (box, words) => {
    expect(whereIs(box, 100, 100)).toBe(words);
  });
});
