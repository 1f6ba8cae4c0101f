import { type ColourModel, learnColours } from "./colour-model.ts";
import { MinCut } from "./min-cut.ts";

/*
 * GrabCut (Rother, Kolmogorov, Blake, SIGGRAPH 2004): a colour model of each side and a minimum cut that prefers edges, in turns,
 * from a box alone.
 */

export interface Pixels {
  width: number;
  height: number;
  /** RGB, row 0 on top. */
  rgb: Uint8Array;
}

/** What a pixel may become: outside for certain, inside for certain, or either, taken for one at first. */
export const side = { outside: 0, inside: 1, maybeOutside: 2, maybeInside: 3 } as const;

/** How much parting two like pixels costs, as in the paper. */
const smoothness = 50;
/** More than all else a pixel can cost. */
const certain = 1e6;
const neighbours = [
  [1, 0, 1],
  [0, 1, 1],
  [1, 1, Math.SQRT1_2],
  [-1, 1, Math.SQRT1_2],
] as const;

const isInside = (value: number): boolean => value === side.inside || value === side.maybeInside;

export interface Models {
  inside: ColourModel;
  outside: ColourModel;
}

/** @param sides one of `side` for each pixel; changed to what each is found to be. -> the models of the last round */
export function grabCut(pixels: Pixels, sides: Uint8Array, rounds: number, known?: Models): Models {
  const contrast = contrastOf(pixels);
  let models = known ?? modelsOf(pixels, sides);
  for (let round = 0; round < rounds; round++) {
    if (round > 0) models = modelsOf(pixels, sides);
    const inside = cut(pixels, sides, models, contrast);
    let changed = false;
    for (let i = 0; i < sides.length; i++) {
      if (sides[i] === side.inside || sides[i] === side.outside) continue;
      const now = inside[i] === 1 ? side.maybeInside : side.maybeOutside;
      changed ||= now !== sides[i];
      sides[i] = now;
    }
    if (!changed) break;
  }
  return models;
}

function modelsOf({ rgb }: Pixels, sides: Uint8Array): Models {
  const of = (inside: boolean): ColourModel => {
    const chosen: number[] = [];
    for (let i = 0; i < sides.length; i++) {
      if (isInside(sides[i]!) === inside) chosen.push(rgb[3 * i]!, rgb[3 * i + 1]!, rgb[3 * i + 2]!);
    }
    return learnColours(Float64Array.from(chosen.length === 0 ? [128, 128, 128] : chosen));
  };
  return { inside: of(true), outside: of(false) };
}

const far = (rgb: Uint8Array, i: number, j: number): number => {
  let sum = 0;
  for (let c = 0; c < 3; c++) sum += (rgb[3 * i + c]! - rgb[3 * j + c]!) ** 2;
  return sum;
};

function eachPair({ width, height }: Pixels, on: (i: number, j: number, share: number) => void): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (const [dx, dy, share] of neighbours) {
        const [u, v] = [x + dx, y + dy];
        if (u >= 0 && u < width && v < height) on(y * width + x, v * width + u, share);
      }
    }
  }
}

/** 1 / (2 <difference>): what counts as an edge in this picture. */
function contrastOf(pixels: Pixels): number {
  let [sum, count] = [0, 0];
  eachPair(pixels, (i, j) => {
    sum += far(pixels.rgb, i, j);
    count += 1;
  });
  return count === 0 || sum === 0 ? 0 : count / (2 * sum);
}

function cut(pixels: Pixels, sides: Uint8Array, models: Models, contrast: number): Uint8Array {
  const { rgb } = pixels;
  const graph = new MinCut(sides.length, 4 * sides.length);
  for (let i = 0; i < sides.length; i++) {
    if (sides[i] === side.inside) graph.join(i, certain, 0);
    else if (sides[i] === side.outside) graph.join(i, 0, certain);
    else {
      const [r, g, b] = [rgb[3 * i]!, rgb[3 * i + 1]!, rgb[3 * i + 2]!];
      graph.join(i, models.outside.cost(r, g, b), models.inside.cost(r, g, b));
    }
  }
  eachPair(pixels, (i, j, share) => {
    // Two pixels that are certain are parted or not, whatever it costs.
    if (sides[i]! < 2 && sides[j]! < 2) return;
    graph.link(i, j, smoothness * share * Math.exp(-contrast * far(rgb, i, j)));
  });
  return graph.solve();
}
