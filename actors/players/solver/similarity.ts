import { ssim } from "../../../evaluators/pictures/ssim.ts";
import type { Look } from "./looks.ts";
import type { Picture } from "./pictures.ts";
import type { Problem } from "./problem.ts";

/** How many times pictures are halved: edges are compared at each size, so that shapes count beside grain. */
const halvings = 2;

const bytes = ({ width, height, data }: Picture) => ({
  width,
  height,
  rgb: Uint8Array.from(data, (value) => Math.round(255 * Math.min(1, Math.max(0, value)))),
  alpha: null,
});

/** Half the size, four pixels to one. */
function halved({ width, height, data }: Picture): Picture {
  const small = { width: Math.floor(width / 2), height: Math.floor(height / 2) };
  const out = new Float32Array(small.width * small.height * 3);
  for (let y = 0; y < small.height; y++) {
    for (let x = 0; x < small.width; x++) {
      for (let c = 0; c < 3; c++) {
        const at = (dx: number, dy: number) => data[((2 * y + dy) * width + 2 * x + dx) * 3 + c]!;
        out[(y * small.width + x) * 3 + c] = (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4;
      }
    }
  }
  return { ...small, data: out };
}

/** Structural similarity of a look to its targets at sizes from its own to a quarter, each the mean over views. */
export function similarities(problem: Problem, look: Look): number[] {
  const targets = problem.targetsOf(look);
  const byView = look.views.map((picture, v) => {
    let [one, other]: [Picture, Picture] = [picture, targets[v]!];
    return Array.from({ length: halvings + 1 }, (_, step) => {
      if (step > 0) [one, other] = [halved(one), halved(other)];
      return ssim(bytes(one), bytes(other));
    });
  });
  return byView[0]!.map((_, step) => mean(byView.map((values) => values[step]!)));
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
