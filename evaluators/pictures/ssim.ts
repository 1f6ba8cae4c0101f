import type { Picture } from "./picture.ts";
import { alignedGoal } from "./pl.ts";

/** Luma as 8-bit integers, ITU-R 601 weights in 16-bit fixed point (what Pillow's mode "L" holds). */
export function luma(picture: Picture): Uint8Array {
  const { rgb } = picture;
  const out = new Uint8Array(picture.width * picture.height);
  for (let i = 0, p = 0; i < out.length; i++, p += 3) {
    out[i] = (rgb[p]! * 19595 + rgb[p + 1]! * 38470 + rgb[p + 2]! * 7471 + 0x8000) >> 16;
  }
  return out;
}

const c1 = (0.01 * 255) ** 2;
const c2 = (0.03 * 255) ** 2;

/**
 * Structural similarity (Wang et al. 2004) of luma: 7x7 uniform window, sample covariance, dynamic range 255, mean
 * over the windows that lie wholly inside; the same numbers as scikit-image's defaults on mode "L" pictures.
 * -1 to 1, 1 for equal pictures, higher is better. The goal is resized as for PL. Pictures narrower than 7 px use the
 * largest odd window that fits. Window sums slide as integers: 512x512 takes a few ms.
 */
export function ssim(proposal: Picture, goal: Picture): number {
  const { width, height } = proposal;
  const x = luma(proposal);
  const y = luma(alignedGoal(proposal, goal));
  const fit = Math.min(7, width, height);
  const win = fit % 2 === 0 ? fit - 1 : fit;
  const n = win * win;
  const sample = n > 1 ? n / (n - 1) : 1;

  // Per column, sums over the last `win` rows of x, y, x² + y² and xy.
  const cx = new Int32Array(width);
  const cy = new Int32Array(width);
  const cs = new Int32Array(width);
  const cp = new Int32Array(width);
  let total = 0;
  for (let row = 0; row < height; row++) {
    const at = row * width;
    const gone = at - win * width;
    for (let c = 0; c < width; c++) {
      const a = x[at + c]!;
      const b = y[at + c]!;
      let sx = cx[c]! + a;
      let sy = cy[c]! + b;
      let ss = cs[c]! + a * a + b * b;
      let sp = cp[c]! + a * b;
      if (gone >= 0) {
        const p = x[gone + c]!;
        const q = y[gone + c]!;
        sx -= p;
        sy -= q;
        ss -= p * p + q * q;
        sp -= p * q;
      }
      cx[c] = sx;
      cy[c] = sy;
      cs[c] = ss;
      cp[c] = sp;
    }
    if (row >= win - 1) total += rowOfWindows(cx, cy, cs, cp, win, n, sample);
  }
  return total / ((width - win + 1) * (height - win + 1));
}

function rowOfWindows(
  cx: Int32Array,
  cy: Int32Array,
  cs: Int32Array,
  cp: Int32Array,
  win: number,
  n: number,
  sample: number,
): number {
  let sx = 0;
  let sy = 0;
  let ss = 0;
  let sp = 0;
  let total = 0;
  for (let c = 0; c < cx.length; c++) {
    sx += cx[c]!;
    sy += cy[c]!;
    ss += cs[c]!;
    sp += cp[c]!;
    if (c < win - 1) continue;
    const ux = sx / n;
    const uy = sy / n;
    const product = ux * uy;
    const squares = ux * ux + uy * uy;
    const variances = sample * (ss / n - squares);
    const covariance = sample * (sp / n - product);
    total += ((2 * product + c1) * (2 * covariance + c2)) / ((squares + c1) * (variances + c2));
    const out = c - win + 1;
    sx -= cx[out]!;
    sy -= cy[out]!;
    ss -= cs[out]!;
    sp -= cp[out]!;
  }
  return total;
}
