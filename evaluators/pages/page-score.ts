import { colourLikeness } from "../matching/ciede2000.ts";
import { areaOf, centreOf, type PageBlock, withEqualBoxesJoined } from "./block.ts";
import { type MatchedBlocks, matchBlocks } from "./match-blocks.ts";

/** The parts of Design2Code's visual score that need no CLIP; 1 is best, `position` may fall below 0. */
export interface PageParts {
  /** Area of matched blocks over the area of all. */
  block: number;
  /** Mean likeness of matched texts. */
  text: number;
  /** Mean of 1 - the larger of the centres' distances across and down, as parts of the page. */
  position: number;
  /** Mean of 1 - CIEDE2000 / 100. */
  colour: number;
}

export interface PageScore extends PageParts {
  matched: MatchedBlocks;
}

const none: PageParts = { block: 0, text: 0, position: 0, colour: 0 };

/** How far apart two blocks' centres are, as a part of the page: across or down, whichever is more. */
export function distanceOf(one: PageBlock, other: PageBlock): number {
  const [[x1, y1], [x2, y2]] = [centreOf(one), centreOf(other)];
  return Math.max(Math.abs(x2 - x1), Math.abs(y2 - y1));
}

/**
 * Blocks of a prediction's page against those of the reference's. All parts are 0 where a side has no blocks or nothing
 * matches, as the benchmark has it.
 */
export function scorePages(prediction: readonly PageBlock[], reference: readonly PageBlock[]): PageScore {
  const matched = matchBlocks(withEqualBoxesJoined(prediction), withEqualBoxesJoined(reference));
  const pairs = matched.pairs.map(({ prediction: i, reference: j, text }) => ({
    one: matched.prediction[i]!,
    other: matched.reference[j]!,
    text,
  }));
  if (pairs.length === 0) return { ...none, matched };
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const sum = (blocks: readonly PageBlock[]) => blocks.reduce((total, block) => total + areaOf(block), 0);
  const inPairs = sum(pairs.map(({ one }) => one)) + sum(pairs.map(({ other }) => other));
  return {
    block: inPairs / (sum(matched.prediction) + sum(matched.reference)),
    text: mean(pairs.map(({ text }) => text)),
    position: mean(pairs.map(({ one, other }) => 1 - distanceOf(one, other))),
    colour: mean(pairs.map(({ one, other }) => colourLikeness(one.colour, other.colour))),
    matched,
  };
}
