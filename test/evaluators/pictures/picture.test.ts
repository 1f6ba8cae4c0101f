import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VigaError } from "../../../config/errors.ts";
import { pictureLimits } from "../../../config/picture-limits.ts";
import { decodePicture, readPicture } from "../../../evaluators/pictures/picture.ts";
import { measureFixtures } from "../cases.ts";

async function failure(promise: Promise<unknown>): Promise<VigaError> {
  const thrown = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(VigaError);
  return thrown as VigaError;
}

describe("reading a picture", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "viga-picture-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("keeps the bytes of colours under transparency", async () => {
    const raw = Buffer.from([200, 10, 30, 0, 1, 2, 3, 128]);
    const png = await sharp(raw, { raw: { width: 2, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    const picture = await decodePicture(png);
    expect([...picture.rgb]).toEqual([200, 10, 30, 1, 2, 3]);
    expect([...picture.alpha!]).toEqual([0, 128]);
  });

  it("drops an alpha channel that is opaque everywhere", async () => {
    const png = await sharp({
      create: { width: 3, height: 2, channels: 4, background: { r: 9, g: 8, b: 7, alpha: 1 } },
    })
      .png()
      .toBuffer();
    expect((await decodePicture(png)).alpha).toBeNull();
  });

  it("treats a transparent colour of a PNG without alpha channel as plain colour", async () => {
    const picture = await readPicture(`${measureFixtures}placement_000.png`);
    expect(picture.alpha).toBeNull();
    expect(picture.rgb.length).toBe(480 * 270 * 3);
  });

  it("makes grey and 16-bit pictures 8-bit RGB", async () => {
    const grey = await sharp(Buffer.from([0, 128, 255]), { raw: { width: 3, height: 1, channels: 1 } })
      .toColourspace("b-w")
      .png()
      .toBuffer();
    expect([...(await decodePicture(grey)).rgb]).toEqual([0, 0, 0, 128, 128, 128, 255, 255, 255]);
    const deep = await sharp(new Uint16Array([0x12ff, 0x80ff, 0xffff]), { raw: { width: 1, height: 1, channels: 3 } })
      .toColourspace("rgb16")
      .png()
      .toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe("ushort");
    expect([...(await decodePicture(deep)).rgb]).toEqual([0x12, 0x80, 0xff]);
  });

  it.each([
    ["an empty file", Buffer.alloc(0), /empty/],
    ["text", Buffer.from("not a picture"), /not a picture/],
    ["a drawing", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), /svg/],
  ])("refuses %s", async (_, bytes, message) => {
    const error = await failure(decodePicture(bytes, "render1"));
    expect(error.code).toBe("input_invalid");
    expect(error.message).toMatch(message);
    expect(error.message).toContain("render1");
    expect(error.hint).toBeTruthy();
  });

  it("refuses a picture that is cut off, and names the file", async () => {
    const png = await sharp({
      create: {
        width: 200,
        height: 200,
        channels: 3,
        background: "red",
        noise: { type: "gaussian", mean: 99, sigma: 40 },
      },
    })
      .png()
      .toBuffer();
    const path = join(folder, "cut.png");
    await writeFile(path, png.subarray(0, png.length >> 1));
    const error = await failure(readPicture(path));
    expect(error.code).toBe("input_invalid");
    expect(error.message).toContain(path);
    expect(error.message).toContain("cut off");
  });

  it("refuses a small file that unpacks to more pixels than allowed, without decoding it", async () => {
    const width = 16384;
    const png = await sharp({ create: { width, height: 8, channels: 3, background: "black" } })
      .png()
      .toBuffer();
    // The header alone is changed: height such that the picture would hold more than allowed.
    png.writeUInt32BE(pictureLimits.pixels / width + 1, 20);
    const header = png.subarray(12, 29);
    png.writeUInt32BE((await import("node:zlib")).crc32(header), 29);
    const error = await failure(decodePicture(png, "bomb.png"));
    expect(error.code).toBe("input_invalid");
    expect(error.message).toContain("megapixels");
  });

  it("says which file is not there", async () => {
    const error = await failure(readPicture(join(folder, "absent.png")));
    expect(error.code).toBe("not_found");
    expect(error.message).toContain("absent.png");
  });
});
