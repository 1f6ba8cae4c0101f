import { createHash } from "node:crypto";
import sharp from "sharp";
import { VigaError } from "../../../config/errors.ts";
import type { ImagePart } from "../contract.ts";

/** Largest picture in bytes that is sent as it is; endpoints refuse from about 5 MB on (base64 adds a third). */
const mostBytes = 3_600_000;
/** Quality of a picture whose request was over the endpoint's size limit. */
const lightQuality = 82;
/** Parts of a picture's side at which it is sent, by how often a request was too large; from the first on never as PNG. */
const lightSides = [1, 1, 0.75, 0.5, 0.3] as const;
/** Times that pictures can be made lighter. */
export const mostLighter = lightSides.length - 1;

/** Longest side in pixels after making a picture of `px` lighter so many times; not below what still shows something. */
export function lighterSide(px: number, lighter: number): number {
  return Math.max(Math.min(px, 96), Math.floor(px * (lightSides[Math.min(lighter, mostLighter)] ?? 1)));
}

/** Pictures kept in their sent form by one handle: a memory window is sent again every round. */
const mostKept = 96;

/** A picture ready to be sent. `width` and `height` are of `bytes`. */
export interface Picture {
  bytes: Buffer;
  media: "image/png" | "image/jpeg" | "image/webp";
  width: number;
  height: number;
  sha256: string;
  source: string;
}

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Size in pixels as it would be shown (EXIF rotation applied). Throws `input_invalid` for what is no picture. */
export async function pictureSize(part: ImagePart): Promise<{ width: number; height: number; format: string }> {
  try {
    const { autoOrient, format } = await sharp(part.bytes).metadata();
    return { width: autoOrient.width, height: autoOrient.height, format };
  } catch (cause) {
    throw new VigaError("input_invalid", `the picture "${part.label}" cannot be read (${part.bytes.length} bytes)`, {
      hint: "pictures for models may be PNG, JPEG, WebP, GIF, TIFF or AVIF",
      cause,
    });
  }
}

/** Size after fitting into a square of `px`, never enlarged; at least 1 x 1. */
export function fitted(width: number, height: number, px: number): { width: number; height: number } {
  const scale = Math.min(1, px / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

const sendable = { png: "image/png", jpeg: "image/jpeg", webp: "image/webp" } as const;
const isSendable = (format: string): format is keyof typeof sendable => Object.hasOwn(sendable, format);

/** Makes pictures ready, and keeps the latest. */
export class PictureCache {
  readonly #kept = new Map<string, Picture>();

  /**
   * The picture with its longest side at most `px`, as PNG (JPEG where it was one, or where PNG is too large); `light`:
   * as JPEG where that is smaller.
   */
  async ready(part: ImagePart, px: number, light = false): Promise<Picture> {
    const source = sha256(part.bytes);
    const key = `${source}:${px}:${light}`;
    const kept = this.#kept.get(key);
    if (kept) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept;
    }
    const made = await render(part, px, source, light);
    this.#kept.set(key, made);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= mostKept) break;
      this.#kept.delete(oldest);
    }
    return made;
  }
}

async function render(part: ImagePart, px: number, source: string, light: boolean): Promise<Picture> {
  const { width, height, format } = await pictureSize(part);
  const target = fitted(width, height, px);
  const same = target.width === width && target.height === height;
  if (same && isSendable(format) && part.bytes.length <= mostBytes && !light) {
    return { bytes: part.bytes, media: sendable[format], ...target, sha256: source, source };
  }
  try {
    const scaled = sharp(part.bytes)
      .autoOrient()
      .resize({ ...target, fit: "fill", kernel: "lanczos3" });
    let media: Picture["media"] = format === "jpeg" ? "image/jpeg" : "image/png";
    let bytes = media === "image/jpeg" ? await scaled.jpeg({ quality: 92 }).toBuffer() : await scaled.png().toBuffer();
    if (light) {
      const small = await scaled.clone().flatten({ background: "#ffffff" }).jpeg({ quality: lightQuality }).toBuffer();
      if (small.length < bytes.length)
        return { bytes: small, media: "image/jpeg", ...target, sha256: sha256(small), source };
    }
    if (bytes.length > mostBytes) {
      media = "image/jpeg";
      bytes = await scaled.flatten({ background: "#ffffff" }).jpeg({ quality: 88 }).toBuffer();
    }
    return { bytes, media, ...target, sha256: sha256(bytes), source };
  } catch (cause) {
    throw new VigaError("input_invalid", `the picture "${part.label}" cannot be read (${part.bytes.length} bytes)`, {
      hint: "it may be cut off or damaged: open it in a viewer, or write it again",
      cause,
    });
  }
}
