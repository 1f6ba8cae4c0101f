import type { Picture } from "./picture.ts";
import { resize } from "./resize.ts";

/**
 * The goal on the proposal's pixel grid: unchanged when sizes agree, else Pillow's antialiased bicubic. Where both have
 * the same aspect ratio, as a run's pictures and their targets do, that only scales it (the shorter side of a picture is
 * rounded to whole pixels, so by at most half a pixel unevenly). A goal of another aspect ratio, which `viga score` may
 * be given, is squeezed to fit: that is the reference metric's definition, and nothing is cropped or padded.
 */
export function alignedGoal(proposal: Picture, goal: Picture): Picture {
  return resize(goal, proposal.width, proposal.height, "bicubic");
}

/**
 * Photometric loss (PL) of BlenderGym and BlenderBench: mean squared difference of sRGB bytes / 255 over all pixels
 * and the three colour channels; alpha dropped, no colour conversion. 0 (equal) to 1 (black against white), lower is
 * better. Published tables print it x1000. Sums are integers, so the value does not depend on the order of pixels.
 */
export function photometricLoss(proposal: Picture, goal: Picture): number {
  const a = proposal.rgb;
  const b = alignedGoal(proposal, goal).rgb;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const d = a[i]! - b[i]!;
    sum += d * d;
  }
  return sum / (a.length * 255 * 255);
}
