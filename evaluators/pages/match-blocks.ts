import { bestMatching } from "../matching/cost.ts";
import { rememberedRatio } from "../matching/ratio.ts";
import { joinedBlock, type PageBlock } from "./block.ts";

/** What joining two neighbours must gain in mean cost to be done. */
const leastGain = 0.05;
/** Strength of the neighbours' bonus in the matching that counts. */
const bonus = 0.1;

type Ratio = (a: string, b: string) => number;

const costsOf = (one: readonly PageBlock[], other: readonly PageBlock[], ratio: Ratio) =>
  one.map((a) => other.map((b) => -ratio(a.text, b.text)));

const pairCosts = (one: readonly PageBlock[], other: readonly PageBlock[], ratio: Ratio) =>
  bestMatching(costsOf(one, other, ratio), 0).costs;

/** What of `list` is left when each value of `without` took away one of its own. */
function beyond(list: readonly number[], without: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const value of without) counts.set(value, (counts.get(value) ?? 0) + 1);
  return list.filter((value) => {
    const left = counts.get(value) ?? 0;
    if (left > 0) counts.set(value, left - 1);
    return left === 0;
  });
}

const mean = (values: readonly number[]) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** How much lower the costs became, by the costs that are not on both sides; 0 where the lowest of them did not fall. */
function gainOf(before: readonly number[], after: readonly number[]): number {
  const [old, fresh] = [beyond(before, after), beyond(after, before)];
  const gain = mean(old) - mean(fresh);
  return gain > 0 && !(Math.min(...old) > Math.min(...fresh)) ? 0 : gain;
}

/** Joins the neighbours whose joining gains most, each block once; null where none gains enough. */
function joinedNeighbours(
  blocks: readonly PageBlock[],
  costs: readonly number[],
  costsWith: (joined: PageBlock[]) => number[],
) {
  const gains: { at: number; gain: number }[] = [];
  for (let at = 0; at + 1 < blocks.length; at++) {
    const joined = [...blocks.slice(0, at), joinedBlock(blocks[at]!, blocks[at + 1]!), ...blocks.slice(at + 2)];
    const gain = gainOf(costs, costsWith(joined));
    if (gain > leastGain) gains.push({ at, gain });
  }
  if (gains.length === 0) return null;
  gains.sort((a, b) => b.gain - a.gain);
  const used = new Set<number>();
  const gone = new Set<number>();
  const result = [...blocks];
  for (const { at } of gains) {
    if (used.has(at) || used.has(at + 1)) continue;
    used.add(at).add(at + 1);
    gone.add(at + 1);
    result[at] = joinedBlock(result[at]!, result[at + 1]!);
  }
  return result.filter((_, index) => !gone.has(index));
}

/** Blocks of two pages after joining, and which belong together. */
export interface MatchedBlocks {
  prediction: PageBlock[];
  reference: PageBlock[];
  pairs: { prediction: number; reference: number; text: number }[];
}

/**
 * Design2Code's matching: neighbours are joined on either side as long as that lowers the costs, then blocks are assigned by
 * the likeness of their texts. Pairs whose texts are less than half alike are none.
 */
export function matchBlocks(prediction: readonly PageBlock[], reference: readonly PageBlock[]): MatchedBlocks {
  const ratio = rememberedRatio();
  let [one, other] = [[...prediction], [...reference]];
  for (let changed = true; changed; ) {
    changed = false;
    const first = joinedNeighbours(one, pairCosts(one, other, ratio), (joined) => pairCosts(joined, other, ratio));
    if (first !== null) [one, changed] = [first, true];
    const second = joinedNeighbours(other, pairCosts(one, other, ratio), (joined) => pairCosts(one, joined, ratio));
    if (second !== null) [other, changed] = [second, true];
  }
  const { pairs } = bestMatching(costsOf(one, other, ratio), bonus);
  return {
    prediction: one,
    reference: other,
    pairs: pairs
      .map(([i, j]) => ({ prediction: i, reference: j, text: ratio(one[i]!.text, other[j]!.text) }))
      .filter(({ text }) => text >= 0.5),
  };
}
