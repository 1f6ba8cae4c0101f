import sharp from "sharp";
import { VigaError } from "../../config/errors.ts";
import { decodePicture, type Picture } from "../pictures/picture.ts";
import { lettering, letteringWidth } from "./stroke-font.ts";

/** One picture of a comparison. `pl` is printed beside the label. */
export interface Panel {
  label: string;
  image: Buffer | Picture;
  pl?: number;
}

const background = { r: 24, g: 24, b: 27 };

/** PL as people read it: four significant digits, no exponent. */
export function plText(pl: number): string {
  if (pl === 0) return "0";
  return pl.toFixed(Math.min(8, Math.max(4, 3 - Math.floor(Math.log10(pl)))));
}

/**
 * Panels (start, target, best, ...) beside each other as one PNG, all of one height, each under its label and PL.
 *
 * @param options.height height of the pictures in px (default 384, never enlarged more than twice)
 * @throws VigaError input_invalid when there is no panel or a picture cannot be read
 */
export async function sideBySide(panels: Panel[], options: { height?: number } = {}): Promise<Buffer> {
  if (panels.length === 0) {
    throw new VigaError("input_invalid", "nothing to put side by side", { hint: "give at least one picture" });
  }
  const pictures = await Promise.all(
    panels.map(({ image, label }) => (Buffer.isBuffer(image) ? decodePicture(image, label) : image)),
  );
  const tallest = Math.max(...pictures.map((p) => p.height));
  const height = Math.max(1, Math.min(options.height ?? 384, tallest * 2));
  const gap = Math.max(4, Math.round(height / 48));
  const bar = Math.max(18, Math.round(height / 13));

  let left = gap;
  const layers: { input: Buffer; left: number; top: number }[] = [];
  const texts: string[] = [];
  for (const [i, picture] of pictures.entries()) {
    const width = Math.max(1, Math.round((picture.width * height) / picture.height));
    const input = await sharp(picture.rgb, { raw: { width: picture.width, height: picture.height, channels: 3 } })
      .resize(width, height, { fit: "fill" })
      .png({ compressionLevel: 1 })
      .toBuffer();
    layers.push({ input, left, top: bar });
    texts.push(caption(panels[i]!, left, width, bar));
    left += width + gap;
  }
  const size = { width: left, height: bar + height + gap };
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">${texts.join("")}</svg>`;
  return sharp({ create: { ...size, channels: 3, background } })
    .composite([...layers, { input: Buffer.from(svg), left: 0, top: 0 }])
    .removeAlpha()
    .png()
    .toBuffer();
}

function caption({ label, pl }: Panel, left: number, width: number, bar: number): string {
  const numbers = pl === undefined ? "" : `PL ${plText(pl)}`;
  const both = numbers === "" ? label : `${label}  ${numbers}`;
  const cap = Math.min(bar * 0.42, (bar * 0.42 * width) / Math.max(1, letteringWidth(both, bar * 0.42)));
  const y = (bar - cap) / 2;
  return [
    lettering(label, left, y, cap, "#fafafa"),
    lettering(numbers, left + width - letteringWidth(numbers, cap), y, cap, "#fbbf24"),
  ].join("");
}
