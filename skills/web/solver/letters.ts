import type { Compared } from "./compared.ts";
import { sizedTexts } from "./course.ts";
import type { Draft } from "./draft.ts";
import type { Guess } from "./guesses.ts";
import type { Texts } from "./live-page.ts";
import { places, quick, type Sought } from "./places.ts";
import type { Raster } from "./raster.ts";
import type { Sampled } from "./samples.ts";

/** Part of the texts that may be found for the letters of most to count as sized otherwise. */
const few = 0.4;
/** Numbers and sizes that are tried for most texts, and numbers that are tried together for texts of their own. */
const mostNumbers = 3;
const mostSizes = 40;
const mostTogether = 24;
/** Part of the texts with which a size is taken, and that with which no other is tried. */
const enough = 0.2;
const plenty = 0.4;
/** The same of the texts that are a number's own. */
const enoughOwn = 0.5;
/** Factors within which a size is looked for. */
const [least, most] = [0.45, 2.25];

/** A page as it is drawn, and what each of its numbers moves. */
export interface Drawn {
  compared: Compared;
  draft: Draft;
  sampled: Sampled;
  now: Raster;
  late: () => boolean;
}

/**
 * The size of letters with which the target shows most of the texts, where it shows few in the size that they have; null
 * where there is none. Where lines break and how far down they stand is another matter: pieces of them are found all the
 * same. People write round sizes, so that these are few.
 */
export async function sizeOfLetters({ compared, draft, sampled, now, late }: Drawn): Promise<Guess | null> {
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
  const tries = numbers.flatMap(({ literal }) =>
    sizes(draft.valueOf(literal)).map((value, nth) => ({ literal, value, nth })),
  );
  for (const { literal, value } of tries.sort((a, b) => a.nth - b.nth)) {
    if (late() || best.share > plenty) break;
    const found = await look(draft.with(draft.guess(literal, value)));
    if (found > best.share) best = { literal, value, share: found };
  }
  return best.literal < 0 ? null : draft.guess(best.literal, best.value);
}

/**
 * The sizes of single texts that the target does not show in the size that they have, each with a number of its own: all
 * such numbers are tried at once, as each tells by its own texts.
 */
export async function sizesOfSome({ compared, draft, sampled, now, late }: Drawn): Promise<Guess[]> {
  const { target, page } = compared;
  const open = apart(sizing(sampled, places(now, target, sampled.measured)))
    .slice(0, mostTogether)
    .map((one) => ({ ...one, values: sizes(draft.valueOf(one.literal)) }));
  const guesses: Guess[] = [];
  for (let nth = 0; nth < mostSizes && open.length > 0 && !late(); nth++) {
    const tried = new Map([...draft.texts, ...guesses.map(({ literal, text }) => [literal, text] as const)]);
    const going = open.filter(({ values }) => nth < values.length);
    if (going.length === 0) break;
    for (const { literal, values } of going) tried.set(literal, draft.guess(literal, values[nth]!).text);
    await page.put(tried);
    const measured = await page.measure([], late);
    // Where lines broke anew the items are others.
    if (measured.boxes.length !== sampled.measured.boxes.length) continue;
    const only = new Set(going.flatMap(({ items }) => items));
    const picture = await compared.drawPart(tried, measured, only);
    const found = new Set(places(picture, target, measured, { ...quick, only }).found.map(({ item }) => item));
    for (const one of going) {
      if (one.items.filter((item) => found.has(item)).length < enoughOwn * one.items.length) continue;
      open.splice(open.indexOf(one), 1);
      guesses.push({ literal: one.literal, text: tried.get(one.literal)!, gain: 0 });
    }
  }
  return guesses;
}

/** Part of the texts that were found; 1 where there are none. */
const shareOf = ({ found, missing }: Sought): number =>
  found.length + missing.size === 0 ? 1 : found.length / (found.length + missing.size);

/** A number and the texts that it sizes and that are missing. */
interface Sizing {
  literal: number;
  items: number[];
  gain: number;
}

/** Numbers that size texts which are missing, the one that sizes most of them first. */
function sizing({ samples, measured }: Sampled, { found, missing }: Sought): Sizing[] {
  const standing = new Set(found.map(({ item }) => item));
  return [...samples]
    .map(([literal, trials]) => {
      const sized = sizedTexts(trials[0]!.trial, measured);
      const items = sized.filter((item) => missing.has(item));
      return { literal, items, gain: items.length - sized.filter((item) => standing.has(item)).length };
    })
    .filter(({ gain }) => gain > 0)
    .sort((a, b) => b.gain - a.gain);
}

/** Those whose texts are none of another's, from the fewest texts on: the nearest rule is the one that holds. */
function apart(all: readonly Sizing[]): Sizing[] {
  const taken = new Set<number>();
  return [...all].reverse().filter(({ items }) => {
    if (items.some((item) => taken.has(item))) return false;
    for (const item of items) taken.add(item);
    return true;
  });
}

/** Round sizes around one, the nearest first: whole ones, the larger the rarer. */
function sizes({ value, unit }: { value: number; unit: string }): number[] {
  const all: number[] = [];
  for (let size = value * least; size <= value * most; ) {
    const step = unit === "%" ? 10 : size < 4 ? 0.05 : size < 40 ? 1 : size < 60 ? 2 : 5;
    size = Number((Math.floor(size / step + 1e-6) * step + step).toFixed(2));
    all.push(size);
  }
  return all
    .filter((size) => size !== value)
    .sort((a, b) => Math.abs(Math.log(a / value)) - Math.abs(Math.log(b / value)))
    .slice(0, mostSizes);
}
