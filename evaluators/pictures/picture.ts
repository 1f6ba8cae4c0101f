import { readFile, stat } from "node:fs/promises";
import sharp, { type Metadata, type OutputInfo } from "sharp";
import { VigaError } from "../../config/errors.ts";
import { pictureLimits, tooManyPixels } from "../../config/picture-limits.ts";

/**
 * A decoded picture: 8-bit sRGB as stored, row by row from the upper left. `rgb` holds 3 bytes a pixel, `alpha` one,
 * and is null when the picture has no alpha channel or is opaque everywhere.
 */
export interface Picture {
  width: number;
  height: number;
  rgb: Uint8Array;
  alpha: Uint8Array | null;
}

const rasterFormats = new Set(["png", "jpeg", "webp", "gif", "tiff", "avif", "heif", "jp2", "jxl"]);

function refuse(name: string, why: string, hint: string, cause?: unknown): VigaError {
  return new VigaError("input_invalid", `${name}: ${why}`, { hint, ...(cause === undefined ? {} : { cause }) });
}

/**
 * Pillow treats a PNG of colour type 2 with a tRNS chunk as plain RGB, while libvips expands the chunk to an alpha
 * channel. Only a real alpha channel (types 4 and 6) takes part in resizing.
 */
function hasAlphaChannel(bytes: Buffer, format: string, alphaDecoded: boolean): boolean {
  if (!alphaDecoded) return false;
  if (format !== "png") return true;
  const colourType = bytes[25];
  return colourType === 4 || colourType === 6;
}

/**
 * Decodes a picture without any colour management: embedded profiles, gamma chunks and orientation tags are ignored,
 * as the reference metric's reader ignores them. Grey becomes RGB, 16-bit keeps its high byte, the first frame counts.
 *
 * @param bytes the file's content
 * @param name how errors call the picture (a path, a render's name)
 * @throws VigaError input_invalid when the bytes are no raster picture, are cut off, or hold too many pixels
 */
export async function decodePicture(bytes: Buffer, name = "picture"): Promise<Picture> {
  if (bytes.length === 0) throw refuse(name, "the file is empty", "write the picture again");
  let meta: Metadata;
  try {
    meta = await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (cause) {
    throw refuse(name, "not a picture that can be read", "give a PNG, JPEG or WebP file", cause);
  }
  const { width, height, format } = meta;
  if (!rasterFormats.has(format)) {
    throw refuse(name, `a ${format} file is not a raster picture`, "convert it to PNG first");
  }
  const tooLarge = tooManyPixels(width, height);
  if (tooLarge !== null) throw refuse(name, tooLarge, "scale the picture down");
  try {
    const { data, info } = await sharp(bytes, {
      limitInputPixels: pictureLimits.pixels,
      failOn: "error",
      ignoreIcc: true,
    })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return split(data, info, hasAlphaChannel(bytes, format, info.channels === 4));
  } catch (cause) {
    const detail = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
    throw refuse(name, `damaged or cut off (${detail})`, "write the picture again", cause);
  }
}

/** Reads and decodes a file. Always through a buffer: libvips caches decoded files by name, and renders are rewritten. */
export async function readPicture(path: string): Promise<Picture> {
  let size: number;
  try {
    size = (await stat(path)).size;
  } catch (cause) {
    throw new VigaError("not_found", `${path}: no such picture`, { hint: "check the path", cause });
  }
  if (size > pictureLimits.bytes) {
    const most = `${pictureLimits.bytes / 1024 / 1024} MiB`;
    throw refuse(
      path,
      `the file has ${(size / 1024 / 1024).toFixed(1)} MiB, more than the ${most} allowed`,
      "scale the picture down",
    );
  }
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw refuse(path, "cannot be read", "give a readable picture file", cause);
  }
  return decodePicture(bytes, path);
}

function split(data: Buffer, info: OutputInfo, keepAlpha: boolean): Picture {
  const { width, height, channels } = info;
  const count = width * height;
  if (channels === 3) return { width, height, rgb: data, alpha: null };
  const rgb = new Uint8Array(count * 3);
  if (channels < 3) {
    for (let i = 0; i < count; i++) rgb.fill(data[i * channels]!, i * 3, i * 3 + 3);
    return { width, height, rgb, alpha: null };
  }
  const alpha = new Uint8Array(count);
  let opaque = true;
  for (let i = 0, from = 0, to = 0; i < count; i++, from += 4, to += 3) {
    rgb[to] = data[from]!;
    rgb[to + 1] = data[from + 1]!;
    rgb[to + 2] = data[from + 2]!;
    const a = data[from + 3]!;
    alpha[i] = a;
    if (a !== 255) opaque = false;
  }
  return { width, height, rgb, alpha: keepAlpha && !opaque ? alpha : null };
}
