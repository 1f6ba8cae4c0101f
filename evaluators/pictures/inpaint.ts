import { far, type MarchGrid, march, pixelIs } from "./march.ts";
import type { Picture } from "./picture.ts";

const { fround, sqrt } = Math;

/** Stands for nothing in a division, and for a pixel straight beside the way that the march goes. */
const tiny = fround(1e-20);
const leastAlong = fround(1e-6);

/** A pixel's place beside another, and what its distance alone makes of its weight. */
interface Beside {
  dx: number;
  dy: number;
  weight: number;
}

/** Places within `radius` px, row by row, which is the order they are summed in. */
function disc(radius: number): Beside[] {
  const places: Beside[] = [];
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      const squared = dx * dx + dy * dy;
      if (squared > 0 && squared <= radius * radius)
        places.push({ dx, dy, weight: fround(1 / (squared * sqrt(squared))) });
    }
  }
  return places;
}

function gridOf({ width, height }: Picture, hidden: Uint8Array): MarchGrid {
  const stride = width + 2;
  const state = new Uint8Array(stride * (height + 2)).fill(pixelIs.outside);
  for (let y = 0; y < height; y++) {
    const at = (y + 1) * stride + 1;
    for (let x = 0; x < width; x++) state[at + x] = hidden[y * width + x] === 0 ? pixelIs.known : pixelIs.hidden;
  }
  return { stride, state, distance: new Float32Array(state.length).fill(far) };
}

/** Known pixels that touch hidden ones, row by row: the edge, at distance 0. */
function edgeOf({ stride, state, distance }: MarchGrid): number[] {
  const edge: number[] = [];
  const around = [-stride, -1, 1, stride];
  for (let at = 0; at < state.length; at++) {
    if (state[at] !== pixelIs.known || !around.some((step) => state[at + step] === pixelIs.hidden)) continue;
    edge.push(at);
    distance[at] = 0;
  }
  return edge;
}

/** Marks the known pixels at most `radius` rows and columns from a hidden one, the edge left out. */
function markRing({ stride, state, distance }: MarchGrid, radius: number): void {
  const around = [-stride - 1, -stride, -stride + 1, -1, 1, stride - 1, stride, stride + 1];
  const rows = state.length / stride;
  for (let at = 0; at < state.length; at++) {
    if (state[at] !== pixelIs.hidden || around.every((step) => state[at + step] === pixelIs.hidden)) continue;
    const column = at % stride;
    const row = (at - column) / stride;
    for (let y = Math.max(1, row - radius); y <= Math.min(rows - 2, row + radius); y++) {
      for (let x = Math.max(1, column - radius); x <= Math.min(stride - 2, column + radius); x++) {
        const near = y * stride + x;
        if (state[near] === pixelIs.known && distance[near] === far) state[near] = pixelIs.ring;
      }
    }
  }
}

/** Slope of the distance at a hidden pixel along one axis, from those neighbours that have one. */
function slope({ state, distance }: MarchGrid, at: number, step: number): number {
  const [before, after] = [state[at - step] !== pixelIs.hidden, state[at + step] !== pixelIs.hidden];
  const between = fround(distance[after ? at + step : at]! - distance[before ? at - step : at]!);
  return before && after ? between * 0.5 : between;
}

function roundedByte(value: number): number {
  const [whole, rest] = [Math.floor(value), value - Math.floor(value)];
  const up = rest > 0.5 || (rest === 0.5 && whole % 2 !== 0);
  return Math.max(0, Math.min(255, up ? whole + 1 : whole));
}

/**
 * A picture whose hidden pixels are painted over from around them: A. Telea, "An image inpainting technique based on the fast
 * marching method", 2004, byte for byte as OpenCV 4.10 and later have it (`INPAINT_TELEA`, 8 bits, three channels). Its habits
 * are kept: single precision, save the difference of two distances; colours at the picture's borders taken one pixel further in;
 * half a level more before rounding. Alpha is dropped.
 *
 * @param hidden one byte a pixel, not 0 where it is to be painted over
 * @param radius how far colours are taken from, whole px
 */
export function inpaint(picture: Picture, hidden: Uint8Array, radius: number): Picture {
  const { width, height } = picture;
  if (width < 2 || height < 2) throw new RangeError(`cannot paint over in ${width} x ${height} px`);
  const rgb = Uint8Array.from(picture.rgb);
  const grid = gridOf(picture, hidden);
  const edge = edgeOf(grid);
  markRing(grid, radius);
  march(grid, edge, pixelIs.ring, () => {});
  const { stride, state, distance } = grid;
  // Distances grow from outside inwards: below 0 where nothing is hidden.
  for (let at = 0; at < distance.length; at++) if (distance[at]! < far) distance[at]! *= -1;

  const places = disc(radius);
  const seen = (pixel: number) => (state[pixel] === pixelIs.hidden ? 0 : 1);
  const colour = new Float32Array(3);
  const across = new Float32Array(3);
  const down = new Float32Array(3);
  march(grid, edge, pixelIs.hidden, (at) => {
    const column = at % stride;
    const row = (at - column) / stride;
    const [slopeX, slopeY] = [slope(grid, at, 1), slope(grid, at, stride)];
    let weights = tiny;
    for (const sums of [colour, across, down]) sums.fill(0);
    for (const { dx, dy, weight: byPlace } of places) {
      const [x, y] = [column - 1 + dx, row - 1 + dy];
      const near = at + dy * stride + dx;
      if (x < 0 || x >= width || y < 0 || y >= height || state[near] === pixelIs.hidden) continue;
      const level = fround(1 / (1 + Math.abs(fround(distance[near]! - distance[at]!))));
      const along = Math.abs(fround(fround(dx * slopeX) + fround(dy * slopeY)));
      const weight = fround(fround(byPlace * level) * (along <= 0.01 ? leastAlong : along));
      const [before, after] = [seen(near - 1), seen(near + 1)];
      const [above, below] = [seen(near - stride), seen(near + stride)];
      // The gradient over both neighbours is not halved but doubled, and none is taken where neither is known.
      const [left, right] = [Math.max(x, 1), Math.min(x, width - 2)];
      const [upper, lower] = [Math.max(y, 1), Math.min(y, height - 2)];
      const [stepX, stepY] = [dx * (before + after), dy * (above + below)];
      const [fromX, toX] = [upper * width + left - before, upper * width + right + after];
      const [fromY, toY] = [(upper - above) * width + left, (lower + below) * width + left];
      for (let c = 0; c < 3; c++) {
        colour[c]! += fround(weight * rgb[3 * (y * width + x) + c]!);
        across[c]! += fround(weight * (stepX * (rgb[3 * toX + c]! - rgb[3 * fromX + c]!)));
        down[c]! += fround(weight * (stepY * (rgb[3 * toY + c]! - rgb[3 * fromY + c]!)));
      }
      weights = fround(weights + weight);
    }
    const to = 3 * ((row - 1) * width + column - 1);
    for (let c = 0; c < 3; c++) {
      const [gx, gy] = [across[c]!, down[c]!];
      const length = fround(fround(sqrt(fround(fround(gx * gx) + fround(gy * gy)))) + tiny);
      const value = fround(fround(colour[c]! / weights) + fround(fround(gx + gy) / length));
      rgb[to + c] = roundedByte(fround(value + 0.5));
    }
  });
  return { width, height, rgb, alpha: null };
}
