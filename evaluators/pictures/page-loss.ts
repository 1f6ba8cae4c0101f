import { pagePair } from "./page-canvas.ts";
import type { Picture } from "./picture.ts";
import { photometricLoss } from "./pl.ts";
import { ssim } from "./ssim.ts";

/** What a row counts that only one of two pictures has: about as much as two rows of unlike text. */
const apartLoss = 0.1;

/** PL of two pictures of pages from their upper edges on; rows that only one has count 0.1 each. */
export function pageLoss(render: Picture, target: Picture): { pl: number; ssim: number } {
  const pair = pagePair(render, target);
  const rows = pair.render.height;
  const common = rows - pair.apart;
  const whole = photometricLoss(pair.render, pair.goal);
  const below = pair.apart === 0 ? 0 : photometricLoss(from(pair.render, common), from(pair.goal, common));
  const loss = (whole * rows - below * pair.apart + apartLoss * pair.apart) / rows;
  return { pl: loss, ssim: ssim(pair.render, pair.goal) };
}

/** The rows of a picture from one on. */
function from({ width, height: rows, rgb }: Picture, row: number): Picture {
  return { width, height: rows - row, rgb: rgb.subarray(row * width * 3), alpha: null };
}
