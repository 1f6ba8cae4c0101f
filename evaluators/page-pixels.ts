import type { MetricInfo } from "../machines/domain/index.ts";
import type { Evaluator } from "./evaluator.ts";
import { pairViews } from "./photometric.ts";
import { pagePair } from "./pictures/page-canvas.ts";
import { decodePicture, type Picture } from "./pictures/picture.ts";
import { photometricLoss } from "./pictures/pl.ts";
import { ssim } from "./pictures/ssim.ts";

const pl: MetricInfo = { name: "pl", label: "PL", title: "photometric loss", better: "lower", unit: "", digits: 4 };
const structural: MetricInfo = {
  name: "ssim",
  label: "SSIM",
  title: "structural similarity",
  better: "higher",
  unit: "",
  digits: 4,
};
const height: MetricInfo = {
  name: "height",
  label: "HEIGHT",
  title: "pixels that the page is too high (too low: below 0)",
  better: "lower",
  unit: "px",
  digits: 1,
};

/** What a row counts that only one of two pictures has: about as much as two rows of unlike text. */
const apartLoss = 0.1;

/** PL of two pictures of pages from their upper edges on; rows that only one has count 0.1 each. */
export function pageLoss(render: Picture, target: Picture): { pl: number; ssim: number; height: number } {
  const pair = pagePair(render, target);
  const rows = pair.render.height;
  const common = rows - pair.apart;
  const whole = photometricLoss(pair.render, pair.goal);
  const below = pair.apart === 0 ? 0 : photometricLoss(from(pair.render, common), from(pair.goal, common));
  const loss = (whole * rows - below * pair.apart + apartLoss * pair.apart) / rows;
  const higher = render.height < rows ? -pair.apart : pair.apart;
  return { pl: loss, ssim: ssim(pair.render, pair.goal), height: higher === 0 ? 0 : higher };
}

/** The rows of a picture from one on. */
function from({ width, height: rows, rgb }: Picture, row: number): Picture {
  return { width, height: rows - row, rgb: rgb.subarray(row * width * 3), alpha: null };
}

/** Pages by their pixels: drawn exactly, so without noise. */
export const pagePixels: Evaluator = {
  measurement: { evaluator: "pages", loss: pl, metrics: [pl, structural, height] },
  async measure(state, task, read) {
    if (!state.ok) return null;
    const pairs = pairViews(state.renders, task.targets);
    if (pairs.length === 0) return null;
    const views = await Promise.all(
      pairs.map(async ({ name, image, target }) => {
        const [render, goal] = [await read(image), await read(target)];
        const metrics = pageLoss(await decodePicture(render, name), await decodePicture(goal, `target ${name}`));
        return { name, loss: metrics.pl, metrics };
      }),
    );
    const mean = (value: (view: (typeof views)[number]) => number) =>
      views.reduce((sum, view) => sum + value(view), 0) / views.length;
    return {
      loss: mean(({ loss }) => loss),
      noise: 0,
      metrics: {
        pl: mean(({ loss }) => loss),
        ssim: mean(({ metrics }) => metrics.ssim),
        height: mean(({ metrics }) => metrics.height),
      },
      views,
    };
  },
};
