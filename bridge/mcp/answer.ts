import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import sharp from "sharp";
import { pictureLimits } from "../../config/picture-limits.ts";

/** What came of a call: text for the model and pictures that can be decoded. `ok` false: the text says what went wrong. */
export interface ForeignAnswer {
  ok: boolean;
  text: string;
  images: { bytes: Buffer; media: string }[];
}

/** Pictures of one answer that are taken, and the largest of them in bytes; a screenshot has a few MB. */
const mostImages = 8;
const mostBytes = 16 * 1024 * 1024;

export const failedAnswer = (text: string): ForeignAnswer => ({ ok: false, text, images: [] });

/** Turns a server's result into text and pictures; what is neither is named in the text. Never throws. */
export async function readAnswer(result: CallToolResult): Promise<ForeignAnswer> {
  const texts: string[] = [];
  const images: ForeignAnswer["images"] = [];
  for (const part of result.content) {
    switch (part.type) {
      case "text":
        texts.push(part.text);
        break;
      case "image": {
        const image = images.length < mostImages ? await pictureOf(part.data) : null;
        if (image === null) texts.push("[a picture that cannot be shown]");
        else images.push(image);
        break;
      }
      case "resource":
        texts.push("text" in part.resource ? part.resource.text : `[data at ${part.resource.uri}]`);
        break;
      case "resource_link":
        texts.push(`[${part.name}: ${part.uri}]`);
        break;
      case "audio":
        texts.push("[a sound]");
        break;
    }
  }
  if (texts.length === 0 && result.structuredContent !== undefined)
    texts.push(JSON.stringify(result.structuredContent));
  if (texts.length === 0 && images.length === 0) texts.push("(an empty answer)");
  return { ok: result.isError !== true, text: texts.join("\n"), images };
}

async function pictureOf(data: string): Promise<{ bytes: Buffer; media: string } | null> {
  const bytes = Buffer.from(data, "base64");
  if (bytes.length === 0 || bytes.length > mostBytes) return null;
  try {
    const picture = sharp(bytes, { limitInputPixels: pictureLimits.pixels });
    const { format } = await picture.metadata();
    // Decoded once to the end: a picture that breaks off would fail the request that it goes with.
    await picture.stats();
    if (format === "png" || format === "jpeg" || format === "webp") return { bytes, media: `image/${format}` };
    return {
      bytes: await sharp(bytes, { limitInputPixels: pictureLimits.pixels }).png().toBuffer(),
      media: "image/png",
    };
  } catch {
    return null;
  }
}
