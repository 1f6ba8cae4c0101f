import type { Compared } from "./compared.ts";
import type { Draft } from "./draft.ts";
import { substitutes } from "./explain.ts";
import { jointly } from "./jointly.ts";
import type { Texts } from "./live-page.ts";
import { places } from "./places.ts";
import type { Raster } from "./raster.ts";
import type { Sampled } from "./samples.ts";
import { rounded, roundedText } from "./tidy.ts";

/** Sets of numbers that are drawn, those that leave least of the distances. */
const mostSets = 15;
/** Sets of which numbers are left out. */
const mostThinned = 3;
/** Other numbers that are drawn in the place of each one of the set that is taken. */
const mostSubstitutes = 4;
/** Part of the difference that a set must take away to be taken. */
const leastGain = 0.01;

/**
 * Takes the set of numbers that brings the page nearest to the target, of those that bring its texts to their places
 * together; then whatever of it is round, left out or another number's where that is as good. -> whether any was better
 * @param is difference of the pictures now
 */
export async function takeSet(
  compared: Compared,
  draft: Draft,
  { samples, measured }: Sampled,
  now: Raster,
  is: number,
  late: () => boolean,
): Promise<boolean> {
  const { target, page } = compared;
  const { literals } = page.found;
  const { sets, effects } = jointly(samples, measured, places(now, target, measured), target.height);
  let best = { texts: draft.texts, loss: is * (1 - leastGain) };
  const look = async (texts: Texts): Promise<number> => {
    if (late()) return Number.POSITIVE_INFINITY;
    const loss = await compared.loss(texts);
    if (loss <= best.loss) best = { texts, loss };
    return loss;
  };
  const moved = (literal: number, change: number) =>
    draft.guess(literal, draft.valueOf(literal).value * (1 + change)).text;
  const drawn: { texts: Texts; loss: number; literals: number[] }[] = [];
  for (const { factors } of sets.sort((a, b) => a.left - b.left).slice(0, mostSets)) {
    const set = [...factors].map(([one, factor]) => [one, moved(one, factor - 1)] as const);
    const texts = new Map([...draft.texts, ...set]);
    drawn.push({ texts, loss: await look(texts), literals: [...factors.keys()] });
  }
  for (const set of longest(drawn)) await thinOut(set, draft.texts, look);
  if (best.texts === draft.texts) return false;
  await look(rounded(best.texts, literals));
  // Others may have been set to mend what is known to a part of a pixel only.
  const changed = () => [...best.texts].filter(([literal, text]) => draft.textOf(literal) !== text);
  for (const [literal] of changed()) await look(back(best.texts, draft.texts, literal));
  for (const [literal, text] of changed()) {
    await look(new Map(best.texts).set(literal, roundedText(text, literals[literal]!)));
  }
  // Texts alone do not tell a margin from the padding beside it; the picture does.
  for (const [literal] of changed()) {
    const change = Number.parseFloat(best.texts.get(literal)!) / draft.valueOf(literal).value - 1;
    const without = back(best.texts, draft.texts, literal);
    for (const other of substitutes(literal, effects).slice(0, mostSubstitutes)) {
      if (best.texts.has(other.literal)) continue;
      const text = roundedText(moved(other.literal, change * other.change), literals[other.literal]!);
      await look(new Map(without).set(other.literal, text));
    }
  }
  for (const [literal, text] of changed()) draft.accept({ literal, text }, is, best.loss);
  return true;
}

/** Of sets that each go on from another, the one that goes farthest; the first of all first. */
function longest<Drawn extends { literals: readonly number[] }>(sets: readonly Drawn[]): Drawn[] {
  const isPart = (a: readonly number[], b: readonly number[]) =>
    a.length < b.length && a.every((literal, n) => literal === b[n]);
  return sets.filter(({ literals }) => !sets.some((other) => isPart(literals, other.literals))).slice(0, mostThinned);
}

/** Leaves out one number after the other as long as that helps: the last ones may only make up for what no line foretells. */
async function thinOut(
  set: { texts: Texts; loss: number; literals: readonly number[] },
  before: Texts,
  look: (texts: Texts) => Promise<number>,
): Promise<void> {
  let { texts, loss, literals } = set;
  while (literals.length > 1) {
    const tried: (typeof set)[] = [];
    for (const literal of literals) {
      const without = back(texts, before, literal);
      tried.push({ texts: without, loss: await look(without), literals: literals.filter((one) => one !== literal) });
    }
    const best = tried.reduce((a, b) => (b.loss < a.loss ? b : a));
    if (best.loss >= loss) return;
    ({ texts, loss, literals } = best);
  }
}

/** Texts with one literal as it was before. */
function back(texts: Texts, before: Texts, literal: number): Texts {
  const without = new Map(texts);
  const was = before.get(literal);
  if (was === undefined) without.delete(literal);
  else without.set(literal, was);
  return without;
}
