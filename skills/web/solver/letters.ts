import type { Compared } from "./compared.ts";
import { isScaled } from "./course.ts";
import type { Draft } from "./draft.ts";
import type { Guess } from "./guesses.ts";
import type { Texts } from "./live-page.ts";
import { type Place, places, quick, type Sought } from "./places.ts";
import type { Raster } from "./raster.ts";
import type { Sampled } from "./samples.ts";

/** Part of the texts that may be found for their letters to count as sized otherwise. */
const few = 0.4;
/** Numbers and sizes that are tried. */
const mostNumbers = 3;
const mostSizes = 24;
/** Part of the texts with which a size is taken, and that with which no other is tried. */
const enough = 0.25;
const plenty = 0.6;
/** Factors within which a size is looked for. */
const [least, most] = [0.45, 2.25];

/**
 * The size of letters with which the target shows most of the texts, where it shows few in the size that they have; null
 * where there is none. Where lines break and how far down they stand is another matter: pieces of them are found all the
 * same. People write round sizes, so that these are few.
 */
export async function sizeOfLetters(
  compared: Compared,
  draft: Draft,
  sampled: Sampled,
  now: Raster,
  late: () => boolean,
): Promise<Guess | null> {
  const { target, page } = compared;
  const before = places(now, target, sampled.measured);
  const share = shareOf(before);
  if (share > few) return null;
  const look = async (texts: Texts): Promise<number> => {
    const picture = await compared.draw(texts);
    const measured = await page.measure([], late);
    return shareOf(places(picture, target, measured, quick));
  };
  let best = { literal: -1, value: 0, share: Math.max(enough, 2 * share) };
  const numbers = sizing(sampled, before).slice(0, mostNumbers);
  const tries = numbers.flatMap((literal) =>
    sizes(draft.valueOf(literal)).map((value, nth) => ({ literal, value, nth })),
  );
  for (const { literal, value } of tries.sort((a, b) => a.nth - b.nth)) {
    if (late() || best.share > plenty) break;
    const found = await look(draft.with(draft.guess(literal, value)));
    if (found > best.share) best = { literal, value, share: found };
  }
  return best.literal < 0 ? null : draft.guess(best.literal, best.value);
}

/** Part of the texts that were found; 1 where there are none. */
const shareOf = ({ found, missing }: Sought): number =>
  found.length + missing.size === 0 ? 1 : found.length / (found.length + missing.size);

/** Numbers that size texts which are missing, the one that sizes most of them first. */
function sizing({ samples, measured: { boxes, kinds } }: Sampled, { found, missing }: Sought): number[] {
  const standing = new Set(found.map(({ item }: Place) => item));
  return [...samples]
    .map(([literal, trials]) => {
      const sized = trials[0]!.trial.changed.filter(([item, ...to]) => kinds[item] === 0 && isScaled(boxes[item]!, to));
      const count = (items: { has(item: number): boolean }) => sized.filter(([item]) => items.has(item)).length;
      return { literal, gain: count(missing) - count(standing) };
    })
    .filter(({ gain }) => gain > 0)
    .sort((a, b) => b.gain - a.gain)
    .map(({ literal }) => literal);
}

/** Round sizes around one, the nearest first. */
function sizes({ value }: { value: number }): number[] {
  const step = value < 4 ? 0.05 : value >= 40 ? 5 : 1;
  const from = Math.ceil((value * least) / step);
  const to = Math.floor((value * most) / step);
  return Array.from({ length: to - from + 1 }, (_, n) => Number(((from + n) * step).toFixed(2)))
    .filter((size) => size > 0 && size !== value)
    .sort((a, b) => Math.abs(Math.log(a / value)) - Math.abs(Math.log(b / value)))
    .slice(0, mostSizes);
}
