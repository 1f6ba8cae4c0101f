import sharp from "sharp";
import type { Rgb } from "../matching/ciede2000.ts";
import type { Picture } from "../pictures/picture.ts";
import type { PageBlock } from "./block.ts";
import { colouredTexts, recoloured, secondShift } from "./recolour.ts";

/** Draws whole pages, copies of one, in a window of 1280 x 720, as PNGs: whatever browser does it. */
export type DrawCopies = (copies: readonly string[]) => Promise<Buffer[]>;

/** How far a pixel may be from the colour it is looked for, and from the shift between the two copies. */
const colourSlack = 4;
const shiftSlack = 8;

/** A page that draws more pixels is refused; some real pages are 25,000 px wide. */
const mostPixels = 128e6;

async function decoded(png: Buffer): Promise<Picture> {
  const { data, info } = await sharp(png, { limitInputPixels: mostPixels, ignoreIcc: true })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: data, alpha: null };
}

/** Pixels (offsets into the picture, in its order) whose colour moved by the shift: those are text. */
function shiftedPixels(first: Picture, second: Picture): Uint32Array {
  const [a, b] = [first.rgb, second.rgb];
  const found = new Uint32Array(a.length / 3);
  const moved = (channel: number) => Math.abs(((a[channel]! + secondShift) & 255) - b[channel]!) <= shiftSlack;
  let count = 0;
  for (let pixel = 0, at = 0; at < a.length; pixel++, at += 3) {
    if (moved(at) && moved(at + 1) && moved(at + 2)) found[count++] = pixel;
  }
  return found.subarray(0, count);
}

interface Extent {
  left: number;
  top: number;
  right: number;
  bottom: number;
  count: number;
  sums: [number, number, number];
}

/** Text pixels by their colour's cell of the palette; no colour of the palette spreads over two cells. */
function byCell(pixels: Uint32Array, picture: Picture): Map<number, number[]> {
  const cells = new Map<number, number[]>();
  for (const pixel of pixels) {
    const cell = cellOf(picture.rgb[pixel * 3]!, picture.rgb[pixel * 3 + 1]!, picture.rgb[pixel * 3 + 2]!);
    const list = cells.get(cell);
    if (list === undefined) cells.set(cell, [pixel]);
    else list.push(pixel);
  }
  return cells;
}

const cellOf = (red: number, green: number, blue: number) =>
  ((red + 14) >> 4) * 1024 + ((green + 14) >> 4) * 32 + ((blue + 14) >> 4);

/** Cells that a colour with its slack may reach. */
function cellsAround(colour: Rgb): Set<number> {
  const ends = colour.map((value) => [Math.max(0, value - colourSlack), Math.min(255, value + colourSlack)]);
  const cells = new Set<number>();
  for (const red of ends[0]!)
    for (const green of ends[1]!) for (const blue of ends[2]!) cells.add(cellOf(red, green, blue));
  return cells;
}

/** Extent of the text pixels of one colour, and the sum of what the page itself shows there; null where there are none. */
function extentOf(colour: Rgb, cells: Map<number, number[]>, copy: Picture, page: Picture): Extent | "outside" | null {
  // Ranges that leave a byte are empty, as they are in the original.
  if (colour.some((value) => value < colourSlack || value > 255 - colourSlack)) return null;
  const extent: Extent = { left: copy.width, top: copy.height, right: -1, bottom: -1, count: 0, sums: [0, 0, 0] };
  for (const cell of cellsAround(colour)) {
    for (const pixel of cells.get(cell) ?? []) {
      const near = [0, 1, 2].every((c) => Math.abs(copy.rgb[pixel * 3 + c]! - colour[c]!) <= colourSlack);
      if (!near) continue;
      const [x, y] = [pixel % copy.width, Math.floor(pixel / copy.width)];
      if (x >= page.width || y >= page.height) return "outside";
      extent.left = Math.min(extent.left, x);
      extent.right = Math.max(extent.right, x);
      extent.top = Math.min(extent.top, y);
      extent.bottom = Math.max(extent.bottom, y);
      extent.count++;
      for (const c of [0, 1, 2] as const) extent.sums[c] += page.rgb[(y * page.width + x) * 3 + c]!;
    }
  }
  return extent.count === 0 ? null : extent;
}

/** A page's blocks and its picture. */
export interface DrawnPage {
  blocks: PageBlock[];
  picture: Picture;
}

/**
 * The texts of a page with their boxes and colours, found as Design2Code finds them: the page is drawn as it is and in two
 * copies where every text has a colour of its own, moved by a fixed shift from one copy to the other; the pixels that
 * moved so are text, and their colour says whose. No text is read from pixels.
 *
 * A page whose copies differ in size, or reach beyond the page itself, has no blocks, as in the original.
 */
export async function extractBlocks(html: string, draw: DrawCopies): Promise<DrawnPage> {
  const copy = recoloured(html, 0);
  const drawn = await draw([html, copy, recoloured(html, secondShift)]);
  const [page, first, second] = (await Promise.all(drawn.map(decoded))) as [Picture, Picture, Picture];
  const blocks =
    first.width === second.width && first.height === second.height ? blocksOf(copy, page, first, second) : [];
  return { blocks, picture: page };
}

function blocksOf(copyHtml: string, page: Picture, first: Picture, second: Picture): PageBlock[] {
  const cells = byCell(shiftedPixels(first, second), first);
  const extents = new Map<string, Extent | "outside" | null>();
  const blocks: PageBlock[] = [];
  for (const { text, colour } of colouredTexts(copyHtml)) {
    if (colour === null) continue;
    const key = colour.join(" ");
    if (!extents.has(key)) extents.set(key, extentOf(colour, cells, first, page));
    const extent = extents.get(key);
    if (extent === "outside") return [];
    if (extent === null || extent === undefined) continue;
    const { left, top, right, bottom, count, sums } = extent;
    blocks.push({
      text: text.toLowerCase(),
      box: [
        left / first.width,
        top / first.height,
        (right - left + 1) / first.width,
        (bottom - top + 1) / first.height,
      ],
      colour: sums.map((sum) => Math.floor(sum / count)) as PageBlock["colour"],
    });
  }
  return blocks;
}
