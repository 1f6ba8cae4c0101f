import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import sharp from "sharp";
import { z } from "zod";
import { findProgram } from "../../bridge/processes/find-program.ts";
import { toVigaError, VigaError } from "../../config/errors.ts";

/** Frames that an engine drew: their numbers in order, the size of each in pixels, and the scene's frames a second. */
export const drawnFrames = z.object({
  frames: z.array(z.int()).min(2).max(1000),
  size: z.tuple([z.int().positive().max(4096), z.int().positive().max(4096)]),
  fps: z.number().positive().max(1000),
});
export type DrawnFrames = z.infer<typeof drawnFrames>;

/** Browsers play what is shorter as if it were slow. Milliseconds. */
const shortest = 20;
/** Longest time for the video. Milliseconds. */
const longest = 120_000;

interface Made {
  files: Record<string, Buffer>;
  /** Why one was not made, by its name. */
  left_out: Record<string, string>;
}

/**
 * animation.gif and animation.mp4 from frames that lie one below the other in one picture, at the scene's own speed. The
 * video needs ffmpeg; one that cannot be made costs itself only.
 *
 * @throws VigaError input_invalid where the picture is not what the frames say
 */
export async function animationFiles(
  strip: Buffer,
  drawn: DrawnFrames,
  ffmpeg: string,
  signal: AbortSignal,
): Promise<Made> {
  const [width, height] = drawn.size;
  const whole = { width, height: height * drawn.frames.length };
  const raw = await sharp(strip, { limitInputPixels: whole.width * whole.height })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (raw.info.width !== whole.width || raw.info.height !== whole.height || raw.info.channels !== 3) {
    throw new VigaError("input_invalid", "the animation's frames have another size than the engine says");
  }
  const made: Made = { files: {}, left_out: {} };
  const keep = async (name: string, make: () => Promise<Buffer>) => {
    try {
      made.files[name] = await make();
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      made.left_out[name] = toVigaError(thrown).message;
    }
  };
  const picture = { raw: { ...whole, channels: 3 as const, pageHeight: height } };
  await keep("animation.gif", () =>
    sharp(raw.data, picture)
      .gif({ delay: delays(drawn), loop: 0 })
      .toBuffer(),
  );
  await keep("animation.mp4", () => video(raw.data, drawn, ffmpeg, signal));
  return made;
}

/** How long each frame is shown, in milliseconds; the last as long as the one before. */
function delays({ frames, fps }: DrawnFrames): number[] {
  const shown = frames.slice(1).map((frame, index) => {
    return Math.max(shortest, Math.round(((frame - (frames[index] ?? frame)) * 1000) / fps));
  });
  return [...shown, shown.at(-1) ?? shortest];
}

async function video(rgb: Buffer, { frames, size, fps }: DrawnFrames, ffmpeg: string, signal: AbortSignal) {
  if ((await findProgram(ffmpeg)) === null) {
    throw new VigaError("dependency_missing", `${ffmpeg} is not on this machine (apt-get install ffmpeg)`);
  }
  const folder = await mkdtemp(join(tmpdir(), "viga-video-"));
  const rate = (fps * (frames.length - 1)) / Math.max(1, (frames.at(-1) ?? 1) - (frames[0] ?? 0));
  const path = join(folder, "animation.mp4");
  const input = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size.join("x"), "-r", String(rate), "-i", "pipe:0"];
  // Players want even sides and this pixel format.
  const output = ["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p", "-movflags", "+faststart", path];
  try {
    const options = { input: rgb, cancelSignal: signal, timeout: longest, reject: false } as const;
    const { failed, stderr, exitCode } = await execa(ffmpeg, ["-v", "error", "-y", ...input, ...output], options);
    signal.throwIfAborted();
    if (failed) {
      const said = stderr.trim().split("\n").at(-1) ?? "";
      throw new VigaError("engine_failed", `ffmpeg failed (${exitCode ?? "ended by a signal"}): ${said}`);
    }
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
