import { closeIn } from "./line.ts";

/** How far a page's picture is from the target's: pixel by pixel, and strip by strip wherever its strips stand. */
export interface Apart {
  place: number;
  shape: number;
}

/** A number by the factor that its value is multiplied with. */
export interface Scanned {
  literal: number;
  factor: number;
}

/** What was found, and the part of the difference of shapes that goes with it. */
export interface Shaped extends Scanned {
  gain: number;
}

/** Numbers that are scanned, and the factors. */
const mostNumbers = 16;
const factors = [0.5, 0.7, 1.4, 2];
/** What a difference of shapes counts beside one by place. */
const shapeWorth = 30;
/** Part of the difference of shapes that must go. */
const leastGain = 0.15;
/** Part of the difference of shapes by which a number is right even if it moves all else away. */
export const muchGain = 0.5;

const total = ({ place, shape }: Apart): number => place + shapeWorth * shape;

/**
 * The number whose other value brings what the page shows nearest to the target, wherever it stands there; null where
 * none does by much. How texts break anew is foretold by no trial, and a number that only fits the page's height would be
 * taken for the one that breaks them.
 * @param numbers the one that moves most first
 * @param look draws the page with a number multiplied; null where no time is left
 */
export async function scanShapes(
  numbers: readonly number[],
  is: Apart,
  look: (scanned: Scanned) => Promise<Apart | null>,
): Promise<Shaped | null> {
  let best: (Shaped & { loss: number }) | null = null;
  for (const literal of numbers.slice(0, mostNumbers)) {
    for (const factor of factors) {
      const apart = await look({ literal, factor });
      if (apart === null) continue;
      const gain = 1 - apart.shape / is.shape;
      if (gain < leastGain || (apart.place > is.place && gain < muchGain)) continue;
      const loss = total(apart);
      if (loss < (best?.loss ?? total(is))) best = { literal, factor, gain, loss };
    }
  }
  if (best === null) return null;
  const { literal, gain } = best;
  const { value } = await closeIn({ value: best.factor, loss: best.loss }, async (factor) => {
    const apart = await look({ literal, factor });
    return apart === null ? null : total(apart);
  });
  return { literal, factor: value, gain };
}
