import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ImageContent } from "@modelcontextprotocol/sdk/types.js";
import sharp from "sharp";

/** Pictures in one answer at most. */
const mostPictures = 8;
/** Bytes of all pictures of one answer, before base64: clients close a connection whose message is over 10 MiB. */
const mostBytes = 4 * 1024 * 1024;

export interface AnsweredPicture {
  /** Size as sent, pixels. */
  width: number;
  height: number;
  content: ImageContent;
}

/** Pictures of a job's folder for an answer: as they are where they fit, else as JPEG, and smaller where that must be. */
export async function answeredPictures(dir: string, names: readonly string[]): Promise<AnsweredPicture[]> {
  const taken = names.slice(0, mostPictures);
  return Promise.all(taken.map(async (name) => fitted(await readFile(join(dir, name)), mostBytes / taken.length)));
}

/** @param most bytes that the picture may have */
export async function fitted(png: Buffer, most: number): Promise<AnsweredPicture> {
  const { width, height } = await sharp(png).metadata();
  const answer = (bytes: Buffer, mimeType: string, scale: number): AnsweredPicture => ({
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
    content: { type: "image", data: bytes.toString("base64"), mimeType },
  });
  if (png.length <= most) return answer(png, "image/png", 1);
  for (let scale = 1; ; scale *= 0.7) {
    const size = answer(png, "", scale);
    const bytes = await sharp(png).resize(size.width, size.height, { fit: "fill" }).jpeg({ quality: 90 }).toBuffer();
    if (bytes.length <= most || (size.width === 1 && size.height === 1)) return answer(bytes, "image/jpeg", scale);
  }
}
