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
/** Part of the most texts that a number sizes from which on another is tried too. */
const nearlyMost = 0.5;
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
  const all = sizing(sampled, before);
  const numbers = all.filter(({ gain }) => gain >= all[0]!.gain * nearlyMost).slice(0, mostNumbers);
  await page.put(draft.texts);
  const tries: { literal: number; value: number; off: number }[] = [];
  for (const { literal } of numbers) {
    const values = sizes(draft.valueOf(literal));
    const { moved } = await page.measure(
      values.map((value) => [literal, draft.guess(literal, value).text]),
      late,
    );
    tries.push(
      ...moved.map(({ height }, n) => ({ literal, value: values[n]!, off: Math.abs(height - target.height) })),
    );
  }
  // How high the page becomes is told by its layout alone.
  for (const { literal, value } of tries.sort((a, b) => a.off - b.off)) {
    if (late() || best.share > plenty) break;
    const found = await look(draft.with(draft.guess(literal, value)));
    if (found > best.share) best = { literal, value, share: found };
  }
  return best.literal < 0 ? null : draft.guess(best.literal, best.value);
}

/** A number that sizes texts of its own, the values that are left to try, and the best that was found. */
interface Open {
  literal: number;
  texts: ReadonlySet<number>;
  values: number[];
  best: { value: number; fit: number } | null;
}

/**
 * The sizes of single texts that the target does not show in the size that they have, each with a number of its own: all
 * such numbers are tried at once, as each tells by its own texts. The sizes next to one that is found may fit better.
 */
export async function sizesOfSome({ compared, draft, sampled, now, late }: Drawn): Promise<Guess[]> {
  const { target, page } = compared;
  const { owners } = sampled.measured;
  const open = apart(sizing(sampled, places(now, target, sampled.measured)))
    .slice(0, mostTogether)
    .map(
      ({ literal, items }): Open => ({
        literal,
        texts: new Set(items.map((item) => owners[item]!)),
        values: sizes(draft.valueOf(literal)),
        best: null,
      }),
    );
  const tried = new Map(draft.texts);
  for (let nth = 0; nth < mostSizes && !late(); nth++) {
    const going = open.filter(({ values }) => values.length > 0);
    if (going.length === 0) break;
    const values = going.map((one) => one.values.shift()!);
    for (const [n, { literal }] of going.entries()) tried.set(literal, draft.guess(literal, values[n]!).text);
    await page.put(tried);
    const measured = await page.measure([], late);
    // Lines may break anew, so that a text's pieces are others.
    const pieces = going.map(({ texts }) => measured.owners.flatMap((owner, item) => (texts.has(owner) ? [item] : [])));
    const only = new Set(pieces.flat());
    if (only.size === 0) continue;
    const picture = await compared.drawPart(tried, measured, only);
    const { found } = places(picture, target, measured, { ...quick, only });
    const fits = new Map(found.map(({ item, fit }) => [item, fit]));
    for (const [n, one] of going.entries()) {
      const own = pieces[n]!.filter((item) => fits.has(item));
      if (own.length === 0 || own.length < enoughOwn * pieces[n]!.length) continue;
      const fit = own.reduce((sum, item) => sum + fits.get(item)!, 0) / own.length;
      if (one.best === null) one.values = besides(values[n]!, draft.valueOf(one.literal), one.values);
      if (fit > (one.best?.fit ?? 0)) one.best = { value: values[n]!, fit };
    }
    for (const { literal, best } of going) if (best !== null) tried.set(literal, draft.guess(literal, best.value).text);
  }
  return open.flatMap(({ literal, best }) => (best === null ? [] : [draft.guess(literal, best.value)]));
}

/** The sizes next to one, of those that are left to try. */
function besides(size: number, around: { value: number; unit: string }, left: readonly number[]): number[] {
  const all = [...sizes(around), size].sort((a, b) => a - b);
  const at = all.indexOf(size);
  return [all[at - 1], all[at + 1]].filter((one) => one !== undefined && left.includes(one)) as number[];
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

/** Round sizes around one: those that people write most first, the nearest of them first. */
function sizes({ value, unit }: { value: number; unit: string }): number[] {
  const all: number[] = [];
  for (let size = value * least; size <= value * most; ) {
    const step = unit === "%" ? 10 : size < 4 ? 0.05 : size < 40 ? 1 : size < 60 ? 2 : 5;
    size = Number((Math.floor(size / step + 1e-6) * step + step).toFixed(2));
    all.push(size);
  }
  const far = (size: number) => Math.abs(Math.log(size / value));
  return all
    .filter((size) => size !== value)
    .sort((a, b) => Number(isUsual(b)) - Number(isUsual(a)) || far(a) - far(b))
    .slice(0, mostSizes);
}

/** Whole sizes as they are common, the larger the rarer; parts of 1 as tenths. */
function isUsual(size: number): boolean {
  const step = size < 4 ? 0.1 : size < 16 ? 1 : size < 32 ? 2 : 4;
  const isMultiple = (of: number) => Math.abs(size / of - Math.round(size / of)) < 1e-6;
  return isMultiple(step) || (size >= 10 && isMultiple(10));
}
