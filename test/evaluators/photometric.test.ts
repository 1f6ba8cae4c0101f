import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { compareViews, pairViews } from "../../evaluators/photometric.ts";
import { measures } from "../../machines/domain/index.ts";
import { measureFixtures } from "./cases.ts";
import { painted } from "./pictures.ts";

describe("comparing the views of a state", () => {
  const black = painted(16, 16, () => [0, 0, 0]);
  const white = painted(16, 16, () => [255, 255, 255]);

  it("gives measures per view and their means", async () => {
    const found = await compareViews([
      { name: "render1", image: black, target: black },
      { name: "render2", image: black, target: white },
    ]);
    expect(measures.parse(found)).toEqual(found);
    expect(found.loss).toBe(0.5);
    expect(found.views.map((v) => [v.name, v.loss])).toEqual([
      ["render1", 0],
      ["render2", 1],
    ]);
    expect(found.metrics.ssim).toBeCloseTo(0.5, 3);
  });

  it("takes file contents as well as decoded pictures", async () => {
    const bytes = await readFile(`${measureFixtures}placement_000.png`);
    const found = await compareViews([{ name: "render1", image: bytes, target: bytes }]);
    expect(found).toMatchObject({ loss: 0, metrics: { pl: 0, ssim: 1 } });
  });

  it("refuses a state without any view to compare", async () => {
    await expect(compareViews([])).rejects.toMatchObject({ code: "input_invalid" });
  });

  it("names the render that is damaged", async () => {
    const image = Buffer.from("nonsense");
    await expect(compareViews([{ name: "render2", image, target: black }])).rejects.toMatchObject({
      code: "input_invalid",
      message: expect.stringContaining("render2"),
    });
  });
});

describe("pairing renders with targets", () => {
  it("goes by name, in the order of the targets", () => {
    const renders = [
      { name: "render2", image: "b" },
      { name: "render1", image: "a" },
      { name: "extra", image: "x" },
    ];
    const targets = [
      { name: "render1", image: "A" },
      { name: "render2", image: "B" },
      { name: "render3", image: "C" },
    ];
    expect(pairViews(renders, targets)).toEqual([
      { name: "render1", image: "a", target: "A" },
      { name: "render2", image: "b", target: "B" },
    ]);
  });

  it("takes a single render and a single target as one view whatever they are called", () => {
    expect(pairViews([{ name: "render1", image: 1 }], [{ name: "photo", image: 2 }])).toEqual([
      { name: "render1", image: 1, target: 2 },
    ]);
  });

  it("gives nothing where no name agrees", () => {
    expect(pairViews([{ name: "a", image: 1 }], [])).toEqual([]);
  });
});
