import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { animationFiles } from "../../../actors/effects/animation.ts";
import { findProgram } from "../../../bridge/processes/find-program.ts";

/** Three frames of 31 x 20 pixels, one below the other: red, green, blue. */
const colours = [Buffer.from([255, 0, 0]), Buffer.from([0, 255, 0]), Buffer.from([0, 0, 255])];
const drawn = { frames: [1, 13, 25], size: [31, 20] as [number, number], fps: 24 };
const never = new AbortController().signal;
let strip: Buffer;
let folder: string;
beforeAll(async () => {
  const rgb = Buffer.concat(colours.map((colour) => Buffer.concat(Array.from({ length: 620 }, () => colour))));
  strip = await sharp(rgb, { raw: { width: 31, height: 60, channels: 3 } })
    .png()
    .toBuffer();
  folder = await mkdtemp(join(tmpdir(), "viga-test-animation-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("frames become a GIF that plays at the scene's speed, and a video where ffmpeg is there", async () => {
  const { files, left_out } = await animationFiles(strip, drawn, "ffmpeg", never);
  const gif = await sharp(files["animation.gif"], { animated: true }).metadata();
  expect(gif).toMatchObject({ pages: 3, width: 31, pageHeight: 20, delay: [500, 500, 500], loop: 0 });
  const second = await sharp(files["animation.gif"], { page: 1 }).removeAlpha().raw().toBuffer();
  expect([...second.subarray(0, 3)].map((value) => value > 128)).toEqual([false, true, false]);
  if ((await findProgram("ffmpeg")) === null) return expect(left_out["animation.mp4"]).toContain("install ffmpeg");
  expect(files["animation.mp4"]?.subarray(4, 8).toString()).toBe("ftyp");
});

it("without ffmpeg, or with one that fails, there is the GIF and a line that says why", async () => {
  const none = await animationFiles(strip, drawn, join(folder, "none"), never);
  expect(Object.keys(none.files)).toEqual(["animation.gif"]);
  expect(none.left_out["animation.mp4"]).toContain("not on this machine (apt-get install ffmpeg)");
  const broken = join(folder, "ffmpeg");
  await writeFile(broken, "#!/bin/sh\necho no such codec >&2\nexit 3\n");
  await chmod(broken, 0o755);
  const failed = await animationFiles(strip, drawn, broken, never);
  expect(failed.left_out["animation.mp4"]).toBe("ffmpeg failed (3): no such codec");
});

it("an interrupted run ends the video, and frames of another size are refused", async () => {
  const slow = join(folder, "slow");
  await writeFile(slow, "#!/bin/sh\nexec sleep 60\n");
  await chmod(slow, 0o755);
  const stop = new AbortController();
  const made = animationFiles(strip, drawn, slow, stop.signal);
  setTimeout(() => stop.abort(), 100);
  await expect(made).rejects.toThrow();
  await expect(animationFiles(strip, { ...drawn, size: [31, 19] }, "ffmpeg", never)).rejects.toThrow();
});
