import sharp from "sharp";

/** 3 x 5 dots of each digit, a row of three bits each: no font is needed. */
const digits: readonly (readonly number[])[] = [
  [7, 5, 5, 5, 7],
  [2, 6, 2, 2, 7],
  [7, 1, 7, 4, 7],
  [7, 1, 7, 1, 7],
  [5, 5, 7, 1, 1],
  [7, 4, 7, 1, 7],
  [7, 4, 7, 5, 7],
  [7, 1, 2, 2, 2],
  [7, 5, 7, 5, 7],
  [7, 5, 7, 1, 7],
];
const dot = 4;
const gap = 4;

/** White on black, for the corner of a picture. */
function label(number: number): Promise<Buffer> {
  const text = [...String(number)].map(Number);
  const [width, height] = [dot * (4 * text.length + 1), dot * 7];
  const bytes = Buffer.alloc(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = [Math.floor(x / dot) - 1, Math.floor(y / dot) - 1];
      const bits = digits[text[Math.floor(column / 4)] ?? -1]?.[row] ?? 0;
      if (column >= 0 && column % 4 < 3 && (bits >> (2 - (column % 4))) & 1) bytes[y * width + x] = 255;
    }
  }
  return sharp(bytes, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}

/** Pictures in rows, numbered from 1 on, as one PNG. `px` is the side of a cell. */
export async function contactSheet(pictures: readonly Buffer[], px = 192): Promise<Buffer> {
  const columns = Math.min(pictures.length, Math.ceil(Math.sqrt(pictures.length)));
  const rows = Math.ceil(pictures.length / columns);
  const place = (index: number) => ({
    left: (index % columns) * (px + gap),
    top: Math.floor(index / columns) * (px + gap),
  });
  const cells = await Promise.all(
    pictures.map(async (picture, index) => [
      { input: await cell(picture, px), ...place(index) },
      { input: await label(index + 1), ...place(index) },
    ]),
  );
  const [width, height] = [columns * (px + gap) - gap, rows * (px + gap) - gap];
  return sharp({ create: { width, height, channels: 3, background: "#202020" } })
    .composite(cells.flat())
    .png()
    .toBuffer();
}

const cell = (picture: Buffer, px: number): Promise<Buffer> =>
  sharp(picture).resize(px, px, { fit: "contain", background: "#404040" }).png().toBuffer();
