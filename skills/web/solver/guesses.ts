import {
  colourOf,
  colourText,
  numberOf,
  numberText,
  type PageLiteral,
  type Rgb,
} from "../../../bridge/text/page-literals.ts";
import type { Box, Measured } from "./live-page.ts";
import { Matches } from "./matches.ts";
import type { Raster } from "./raster.ts";

/** One literal's other text, and how much it should gain, in pixels put right. */
export interface Guess {
  literal: number;
  text: string;
  gain: number;
}

/** Factors within which a wrong number is looked for. */
const [least, most] = [0.45, 2.25];
/** Values of a number that are looked at. */
const mostValues = 240;
/** What a row counts by which the page is too high or too low, as part of its pixels. */
const rowWorth = 0.3;

/** By how much a number is changed to see what it moves. */
export const nudge = 1.2;

/**
 * What each number would be if what it moves is to stand where the target shows it. What a number moves is known from one
 * trial and taken as linear; the pictures of what moves are looked for in the target.
 */
export function moves(
  numbers: readonly number[],
  literals: readonly PageLiteral[],
  texts: ReadonlyMap<number, string>,
  measured: Measured,
  now: Raster,
  target: Raster,
): Guess[] {
  const matches = new Matches(now, target, measured.boxes, measured.kinds);
  const rows = (height: number) => Math.abs(height - target.height) * target.width * rowWorth;
  return numbers.flatMap((literal, at): Guess[] => {
    const trial = measured.moved[at];
    if (trial === undefined) return [];
    if (trial.changed.length === 0 && trial.height === measured.height) return [];
    const { value, unit } = numberOf({ text: texts.get(literal) ?? literals[literal]!.text });
    const step = value * (nudge - 1);
    // A text that is broken or sized anew looks unlike itself wherever it stands: it says nothing.
    const moving = trial.changed.flatMap(([item, ...to]) => {
      const from = measured.boxes[item]!;
      const sized = Math.abs(to[2] - from[2]) > 1.5 || Math.abs(to[3] - from[3]) > 1.5;
      return sized && measured.kinds[item] === 0 ? [] : [{ item, from, by: to.map((side, n) => side - from[n]!) }];
    });
    const area = new Map(moving.map(({ item }) => [item, matches.area(item)]));
    const before = moving.reduce((sum, { item, from }) => sum + area.get(item)! * matches.at(item, from), 0);
    const gainAt = (other: number): number => {
      const share = (other - value) / step;
      let after = 0;
      for (const { item, from, by } of moving) {
        after += area.get(item)! * matches.at(item, from.map((side, n) => side + by[n]! * share) as unknown as Box);
      }
      const higher = measured.height + (trial.height - measured.height) * share;
      return before - after + rows(measured.height) - rows(higher);
    };
    const reach = Math.max(
      ...moving.flatMap(({ by }) => by.map(Math.abs)),
      Math.abs(trial.height - measured.height),
      1,
    );
    const fine = (Math.abs(step) / reach) * Math.sign(value || 1);
    const span = Math.abs(value * (most - least));
    const stride = Math.max(Math.abs(fine), span / mostValues) * Math.sign(fine);
    let best = { other: value, gain: 0 };
    const look = (other: number) => {
      const gain = gainAt(other);
      if (gain > best.gain) best = { other, gain };
    };
    for (let other = value * least; Math.abs(other) <= Math.abs(value * most); other += stride) look(other);
    if (best.gain <= 0) return [];
    for (let n = -4; n <= 4; n++) look(best.other + (n * stride) / 4);
    return [{ literal, text: numberText(best.other, unit), gain: best.gain }];
  });
}

/** A colour for each of up to 512 literals, no two alike. */
export const markOf = (index: number): Rgb => [
  16 + 32 * (index & 7),
  16 + 32 * ((index >> 3) & 7),
  16 + 32 * ((index >> 6) & 7),
];

/** Levels by which a pixel may miss its mark, and a colour its target. */
const near = 3;
const leastPixels = 4;

/**
 * What each colour would be by what the target shows where it is seen. `marked` is the page with each colour replaced by
 * its mark.
 */
export function colours(
  indices: readonly number[],
  literals: readonly PageLiteral[],
  texts: ReadonlyMap<number, string>,
  marked: Raster,
  target: Raster,
): Guess[] {
  const owner = new Map(indices.slice(0, 512).map((literal, index) => [markOf(index).join(), literal]));
  const seen = new Map<number, Map<number, number>>();
  const pixels = Math.min(marked.data.length, target.data.length);
  for (let at = 0; at < pixels; at += 3) {
    const mark = [0, 1, 2].map((c) => Math.round((marked.data[at + c]! - 16) / 32) * 32 + 16);
    if (mark.some((level, c) => Math.abs(level - marked.data[at + c]!) > near)) continue;
    const literal = owner.get(mark.join());
    if (literal === undefined) continue;
    const counts = seen.get(literal) ?? new Map<number, number>();
    seen.set(literal, counts);
    const shown = (target.data[at]! << 16) | (target.data[at + 1]! << 8) | target.data[at + 2]!;
    counts.set(shown, (counts.get(shown) ?? 0) + 1);
  }
  return [...seen].flatMap(([literal, counts]): Guess[] => {
    const text = texts.get(literal) ?? literals[literal]!.text;
    const is = colourOf({ text });
    if (is === null) return [];
    const ranked = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 2);
    return ranked.flatMap(([shown, count]): Guess[] => {
      const rgb: Rgb = [shown >> 16, (shown >> 8) & 255, shown & 255];
      const off = Math.max(...rgb.map((level, c) => Math.abs(level - is[c]!)));
      if (count < leastPixels || off <= 2) return [];
      return [{ literal, text: colourText({ text }, rgb), gain: (count * Math.min(off, 64)) / 64 }];
    });
  });
}
