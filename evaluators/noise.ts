import type { DrawingNoise } from "../machines/domain/index.ts";
import type { Picture } from "./pictures/picture.ts";
import { alignedGoal, photometricLoss } from "./pictures/pl.ts";

/** One view drawn twice from the same program, with different seeds, and its target. */
export interface DrawnTwice {
  first: Picture;
  again: Picture;
  target: Picture;
}

/** Pixels along a block's side: whole blocks are taken for independent, and some sixty of them give a steady spread. */
function blockSide({ width, height }: Picture): number {
  return Math.min(16, Math.max(4, Math.floor(Math.sqrt(width * height) / 8)));
}

/** Squared error of each block, as its part of the picture's loss. */
function lossOfBlocks(picture: Picture, goal: Picture): Float64Array {
  const { width, height, rgb } = picture;
  const side = blockSide(picture);
  const across = Math.ceil(width / side);
  const blocks = new Float64Array(across * Math.ceil(height / side));
  for (let y = 0, at = 0; y < height; y++) {
    const row = Math.floor(y / side) * across;
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++, at++) {
        const off = rgb[at]! - goal.rgb[at]!;
        blocks[row + Math.floor(x / side)]! += off * off;
      }
    }
  }
  const whole = rgb.length * 255 * 255;
  return blocks.map((sum) => sum / whole);
}

/**
 * The noise of a mean photometric loss over views. Both pictures scatter alike, so half the mean of what their blocks'
 * losses differ by, squared, is a block's variance; the sum over blocks is the whole's. The difference of the two losses
 * alone would be one single draw, and 0 by chance.
 */
export function noiseBetween(views: readonly DrawnTwice[]): DrawingNoise {
  let [loss, variance, floor] = [0, 0, 0];
  for (const { first, again, target } of views) {
    const goal = alignedGoal(first, target);
    const [before, after] = [lossOfBlocks(first, goal), lossOfBlocks(again, goal)];
    for (const [block, value] of before.entries()) variance += (value - after[block]!) ** 2 / 2;
    loss += (photometricLoss(first, goal) + photometricLoss(again, goal)) / 2;
    floor += photometricLoss(first, again) / 2;
  }
  const count = views.length;
  return { loss: loss / count, spread: Math.sqrt(variance) / count, floor: floor / count };
}
