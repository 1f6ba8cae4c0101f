import { open, readFile, stat } from "node:fs/promises";
import sharp from "sharp";
import { VigaError } from "./errors.ts";
import { pictureLimits, tooManyPixels } from "./picture-limits.ts";

/** Largest inputs: a program, a text, a base file. Bytes. A picture's are in picture-limits.ts. */
export const inputLimits = {
  program: 1024 * 1024,
  text: 64 * 1024,
  base: 4 * 1024 * 1024 * 1024,
} as const;

export interface LoadedPicture {
  /** Absolute path. */
  path: string;
  /** Pixels, after the EXIF orientation. */
  width: number;
  height: number;
  format: "png" | "jpeg" | "webp";
}

function bad(message: string, hint: string, cause?: unknown): VigaError {
  return new VigaError("input_invalid", message, { hint, cause });
}

async function fileSize(path: string, what: string, most: number): Promise<number> {
  let found: Awaited<ReturnType<typeof stat>>;
  try {
    found = await stat(path);
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code ?? "";
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new VigaError("not_found", `${what} ${path}: there is no such file`, {
        hint: "check the path",
        cause: thrown,
      });
    }
    throw bad(`${what} ${path}: cannot be read (${code})`, "check its permissions", thrown);
  }
  if (!found.isFile()) throw bad(`${what} ${path}: is not a file`, "give the path of a file");
  if (found.size > most) {
    throw bad(`${what} ${path}: is ${mib(found.size)}, more than the ${mib(most)} allowed`, "give a smaller file");
  }
  return found.size;
}

const mib = (bytes: number): string =>
  bytes >= 1024 * 1024 ? `${(bytes / 1024 / 1024).toFixed(1)} MiB` : `${Math.ceil(bytes / 1024)} KiB`;

/** Checks that a picture can be decoded to its last pixel. Only PNG, JPEG and WebP are taken. */
export async function loadPicture(path: string, what = "target"): Promise<LoadedPicture> {
  const size = await fileSize(path, what, pictureLimits.bytes);
  if (size === 0) throw bad(`${what} ${path}: the file is empty`, "give a PNG, JPEG or WebP picture");
  try {
    // The header first, without a limit of sharp's own: its words name no number.
    const { format, width, height, orientation, compression } = await sharp(path, {
      limitInputPixels: false,
    }).metadata();
    if (format !== "png" && format !== "jpeg" && format !== "webp") {
      const name = format === "heif" && compression === "av1" ? "avif" : (format ?? "no picture");
      throw bad(`${what} ${path}: is ${name}`, "give a PNG, JPEG or WebP picture");
    }
    const tooLarge = tooManyPixels(width, height);
    if (tooLarge !== null) throw bad(`${what} ${path}: ${tooLarge}`, "scale the picture down");
    const image = sharp(path, { failOn: "truncated", limitInputPixels: pictureLimits.pixels });
    // The header alone would let a cut-off download through.
    await image.resize(16, 16, { fit: "fill" }).raw().toBuffer();
    const turned = (orientation ?? 1) >= 5;
    return { path, format, width: turned ? height : width, height: turned ? width : height };
  } catch (thrown) {
    if (thrown instanceof VigaError) throw thrown;
    const reason = thrown instanceof Error ? thrown.message.replaceAll(/\s*\n\s*/g, "; ") : String(thrown);
    throw bad(
      `${what} ${path}: the picture cannot be read (${reason})`,
      "give a whole PNG, JPEG or WebP picture",
      thrown,
    );
  }
}

/** Text of a UTF-8 file. `what` names it in messages. */
export async function loadText(path: string, what: string, most: number = inputLimits.text): Promise<string> {
  await fileSize(path, what, most);
  const bytes = await readFile(path);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw bad(`${what} ${path}: is not UTF-8 text`, "save it as UTF-8", cause);
  }
  const nul = text.indexOf("\0");
  if (nul < 0) return text;
  const line = text.slice(0, nul).split("\n").length;
  throw bad(`${what} ${path}: holds a NUL character in line ${line}`, "it is no plain text: save it without NUL");
}

/** Text of a start program: not empty. */
export async function loadProgram(path: string): Promise<string> {
  const text = await loadText(path, "start program", inputLimits.program);
  if (text.trim() === "") throw bad(`start program ${path}: is empty`, "give a program, or leave --start out");
  return text;
}

const blendMagic = [Buffer.from("BLENDER"), Buffer.from([0x1f, 0x8b]), Buffer.from([0x28, 0xb5, 0x2f, 0xfd])];

/** What the header of a .blend alone takes. Bytes. */
const shortestBlend = 12;

/** Checks that a base file is there and, for .blend, that it is one (plain, gzip or zstd). */
export async function checkBase(path: string): Promise<void> {
  const size = await fileSize(path, "base", inputLimits.base);
  if (size === 0) throw bad(`base ${path}: the file is empty`, "give a whole file");
  if (!path.toLowerCase().endsWith(".blend")) return;
  const file = await open(path);
  try {
    const head = Buffer.alloc(8);
    await file.read(head, 0, 8, 0);
    if (!blendMagic.some((magic) => head.subarray(0, magic.length).equals(magic))) {
      throw bad(`base ${path}: is not a Blender file`, "give a .blend saved by Blender (a Git LFS pointer is not one)");
    }
    if (size < shortestBlend) throw bad(`base ${path}: is cut short (${size} bytes)`, "give a whole file");
  } finally {
    await file.close();
  }
}
