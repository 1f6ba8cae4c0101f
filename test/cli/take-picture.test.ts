import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ArtifactStore } from "../../bridge/artifacts/store.ts";
import { takePicture } from "../../cli/launch/take-picture.ts";
import { decodePicture } from "../../evaluators/pictures/picture.ts";

const side = 64;
/** A saturated picture: profiles that are passed over show in it. */
const colours = Buffer.from(
  Array.from({ length: side * side }, (_, i) => [(i % side) * 4, Math.floor(i / side) * 4, 40]).flat(),
);
const picture = () => sharp(colours, { raw: { width: side, height: side, channels: 3 } });

let dir: string;
let store: ArtifactStore;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "viga-take-"));
  store = new ArtifactStore(join(dir, "artifacts"));
});
afterAll(() => rm(dir, { recursive: true }));

/** What a run's measure sees of a stored file: mean difference to the true sRGB picture, levels of 255. */
async function errorOf(bytes: Buffer, asStored = false): Promise<number> {
  const path = join(dir, "target");
  await writeFile(path, bytes);
  const seen = await decodePicture(await store.get(await takePicture(path, store, asStored)));
  return seen.rgb.reduce((sum, value, i) => sum + Math.abs(value - (colours[i] ?? 0)), 0) / seen.rgb.length;
}

const p3 = (orientation: number) =>
  picture()
    .rotate(orientation === 8 ? 90 : 0)
    .withMetadata({ orientation, icc: "p3" })
    .png()
    .toBuffer();

it("a Display P3 photo is the same sRGB target whether its camera turned it or not", async () => {
  expect(await errorOf(await p3(1))).toBeLessThan(1.5);
  expect(await errorOf(await p3(8))).toBeLessThan(1.5);
});

it("a benchmark's own goal is read as it is stored, without colour management", async () => {
  expect(await errorOf(await p3(1), true)).toBeGreaterThan(8);
});

it("a picture in sRGB is kept byte by byte, with its profile or without one", async () => {
  for (const icc of ["srgb", null]) {
    const path = join(dir, "same.png");
    await writeFile(path, await (icc === null ? picture() : picture().withIccProfile(icc)).png().toBuffer());
    expect(await store.get(await takePicture(path, store, false))).toEqual(await readFile(path));
  }
});
