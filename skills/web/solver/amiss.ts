import { Course, type Sample } from "./course.ts";
import type { Measured } from "./live-page.ts";
import type { Matches } from "./matches.ts";

/** How unlike an item is to what the target shows in its place for it to stand wrong. */
const unlike = 0.03;

/**
 * Numbers by what stands wrong of that which they move, in pixels, less what stands right: a number that is wrong moves
 * what is, and little else. Those that would move more right than wrong are left out.
 */
export function amiss(
  samples: ReadonlyMap<number, readonly Sample[]>,
  measured: Measured,
  matches: Matches,
): Map<number, number> {
  const found = new Map<number, number>();
  for (const [literal, trials] of samples) {
    let wrong = 0;
    for (const item of new Course(trials, measured).items) {
      const box = measured.boxes[item]!;
      const area = matches.area(item, box);
      wrong += matches.at(item, box) > unlike ? area : -area;
    }
    if (wrong > 0) found.set(literal, wrong);
  }
  return found;
}
