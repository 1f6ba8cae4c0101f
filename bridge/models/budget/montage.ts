import sharp from "sharp";
import type { ImagePart } from "../contract.ts";
import { fitted, pictureSize } from "./pictures.ts";

/**
 * Several pictures side by side in one, for endpoints that take only a few per request (vLLM's limit per prompt). Each
 * gets an equal cell of a grid at most two rows high; the label says what stands where. The result is at most `px` on
 * its longest side.
 */
export async function montage(parts: readonly ImagePart[], px: number): Promise<ImagePart> {
  const rows = parts.length > 3 ? 2 : 1;
  const columns = Math.ceil(parts.length / rows);
  const gap = 4;
  const cell = Math.max(16, Math.floor((px - gap * (columns - 1)) / columns));
  const cells = await Promise.all(
    parts.map(async (part, i) => {
      const size = await pictureSize(part);
      const target = fitted(size.width, size.height, cell);
      const input = await sharp(part.bytes)
        .autoOrient()
        .resize({ ...target, fit: "fill" })
        .png()
        .toBuffer();
      return { input, left: (i % columns) * (cell + gap), top: Math.floor(i / columns) * (cell + gap), ...target };
    }),
  );
  const height = Math.max(...cells.map((each) => each.top + each.height));
  const width = Math.max(...cells.map((each) => each.left + each.width));
  const bytes = await sharp({ create: { width, height, channels: 3, background: "#808080" } })
    .composite(cells.map(({ input, left, top }) => ({ input, left, top })))
    .png()
    .toBuffer();
  const place = (i: number): string =>
    rows === 1 ? `column ${i + 1}` : `row ${Math.floor(i / columns) + 1}, column ${(i % columns) + 1}`;
  const label = `One picture that shows, side by side: ${parts.map((part, i) => `${place(i)}: ${part.label}`).join("; ")}`;
  return { type: "image", bytes, media: "image/png", label };
}
