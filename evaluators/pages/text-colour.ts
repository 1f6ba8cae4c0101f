import type { Picture } from "../pictures/picture.ts";
import type { PageBlock } from "./block.ts";

interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** Least distance from the ground, bytes, at which there is text at all. */
const leastContrast = 12;

/** What most of a box is painted in: the mean of the most frequent cell of 16 levels a channel. */
function groundOf(picture: Picture, box: Box): [number, number, number] {
  const cells = new Map<number, { count: number; sums: [number, number, number] }>();
  eachPixel(picture, box, (r, g, b) => {
    const key = ((r >> 4) << 8) | ((g >> 4) << 4) | (b >> 4);
    const cell = cells.get(key) ?? { count: 0, sums: [0, 0, 0] };
    cell.count++;
    cell.sums = [cell.sums[0] + r, cell.sums[1] + g, cell.sums[2] + b];
    cells.set(key, cell);
  });
  let most = { count: 1, sums: [255, 255, 255] as [number, number, number] };
  for (const cell of cells.values()) if (cell.count > most.count) most = cell;
  return most.sums.map((sum) => sum / most.count) as [number, number, number];
}

function eachPixel({ width, height, rgb }: Picture, box: Box, visit: (r: number, g: number, b: number) => void): void {
  for (let y = Math.max(0, box.y0); y < Math.min(height, box.y1); y++) {
    for (let x = Math.max(0, box.x0); x < Math.min(width, box.x1); x++) {
      const at = (y * width + x) * 3;
      visit(rgb[at]!, rgb[at + 1]!, rgb[at + 2]!);
    }
  }
}

/** Colour of the text in a box: the mean of the pixels that are farthest from the ground it stands on. */
export function textColour(picture: Picture, box: Box): PageBlock["colour"] {
  const ground = groundOf(picture, box);
  const distance = (r: number, g: number, b: number) =>
    Math.max(Math.abs(r - ground[0]), Math.abs(g - ground[1]), Math.abs(b - ground[2]));
  let farthest = 0;
  eachPixel(picture, box, (r, g, b) => {
    farthest = Math.max(farthest, distance(r, g, b));
  });
  const sums = [0, 0, 0];
  let count = 0;
  if (farthest >= leastContrast) {
    eachPixel(picture, box, (r, g, b) => {
      if (distance(r, g, b) < 0.8 * farthest) return;
      count++;
      sums[0]! += r;
      sums[1]! += g;
      sums[2]! += b;
    });
  }
  const mean = count === 0 ? ground : sums.map((sum) => sum / count);
  return mean.map(Math.floor) as PageBlock["colour"];
}
