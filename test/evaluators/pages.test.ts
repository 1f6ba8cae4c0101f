import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { closeTextReader, readText } from "../../evaluators/pages/text-reader.ts";
import { pages } from "../../evaluators/pages.ts";
import { type Measures, measures } from "../../machines/domain/index.ts";
import { measureFixtures } from "./cases.ts";
import { drawnState, memoryStore, taskOf } from "./states.ts";

const screenshot = await readFile(`${measureFixtures}page_2.png`);
const store = memoryStore();
afterAll(closeTextReader);

async function measured(render: Buffer, target: Buffer, elements: unknown[] = []): Promise<Measures> {
  const state = drawnState([{ name: "page", image: store.put(render) }], store.put(JSON.stringify({ elements })));
  const found = await pages.measure(
    state,
    taskOf("design2code", [{ name: "page", image: store.put(target) }]),
    store.read,
  );
  expect(measures.parse(found)).toEqual(found);
  return found!;
}

describe("reading the text of a screenshot", () => {
  it("finds its lines with their boxes and colours, without a network", async () => {
    const lines = await readText(screenshot);
    const line = lines.find(({ text }) => text.includes("koa wood, bronze"));
    expect(line).toBeDefined();
    expect(line!.box[0] * 1280).toBeCloseTo(334, -1);
    expect(Math.max(...line!.colour)).toBeLessThan(120);
    expect(await readText(screenshot)).toEqual(lines);
  }, 60_000);

  it("finds none in a plain picture", async () => {
    const plain = await sharp({ create: { width: 300, height: 200, channels: 3, background: "#446688" } })
      .png()
      .toBuffer();
    expect(await readText(plain)).toEqual([]);
  }, 60_000);
});

describe("a page measured in a run", () => {
  it("has no loss and no differences where it equals its target", async () => {
    const found = await measured(screenshot, screenshot);
    expect(found).toMatchObject({ loss: 0, noise: 0, differences: [] });
    expect(found.metrics).toMatchObject({ block: 1, text: 1, position: 1, colour: 1, pixels: 1, pl: 0, ssim: 1 });
  }, 60_000);

  it("names what stands elsewhere, by how much, and what kind of thing it is", async () => {
    const { width, height } = await sharp(screenshot).metadata();
    const lower = await sharp(screenshot)
      .extract({ left: 0, top: 0, width, height: height - 24 })
      .extend({ top: 24, background: "#ffffff" })
      .png()
      .toBuffer();
    const found = await measured(lower, screenshot, [{ tag: "h2", text: "Koa wood, bronze" }]);
    expect(found.metrics.parts).toBeGreaterThan(0.01);
    expect(found.loss).toBe(found.metrics.pl);
    const said = found.differences!.map(({ text }) => text);
    expect(said.some((text) => /is 24 px too low/.test(text))).toBe(true);
    expect(said.some((text) => text.startsWith("heading"))).toBe(true);
    expect(said.length).toBeLessThanOrEqual(12);
    expect(found.differences!.map(({ loss }) => loss)).toEqual(
      found.differences!.map(({ loss }) => loss).toSorted((a, b) => b - a),
    );
  }, 60_000);

  it("counts pixels alone where the target shows no text", async () => {
    const plain = (background: string) =>
      sharp({ create: { width: 64, height: 64, channels: 3, background } })
        .png()
        .toBuffer();
    const found = await measured(await plain("#000000"), await plain("#808080"));
    expect(found.metrics.block).toBeUndefined();
    expect(found.metrics.parts).toBeCloseTo(128 / 255, 6);
    expect(found.loss).toBeCloseTo((128 / 255) ** 2, 6);
  }, 60_000);

  it("is not measured where the program failed or nothing is there to compare with", async () => {
    const task = taskOf("design2code", []);
    expect(await pages.measure(drawnState([{ name: "page", image: "x" }]), task, store.read)).toBeNull();
    expect(await pages.measure({ ...drawnState([]), ok: false }, task, store.read)).toBeNull();
  });
});
