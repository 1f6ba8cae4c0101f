import {
  colourOf,
  colourText,
  numberOf,
  numberText,
  type PageLiteral,
  type Rgb,
} from "../../../bridge/text/page-literals.ts";
import { Course, type Sample } from "./course.ts";
import type { Measured } from "./live-page.ts";
import type { Matches } from "./matches.ts";
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
const mostValues = 300;
/** Pixels that something must move by for a number to be worth another value. */
const leastMove = 0.4;
/** What a row counts by which the page is too high or too low, as part of its pixels. */
const rowWorth = 0.3;

/** By what a number is multiplied to see what it moves, and what moves nothing then: a box too wide for its text moves one way only. */
export const nudge = [1.2] as const;
export const otherNudge = [0.8] as const;
/** The same for a width that is held by what it stands in until it is much less. */
export const farNudge = [0.5] as const;
/** The same for numbers that move things otherwise at once: beyond a window's edge, into another line. */
export const wideNudges = [0.47, 0.57, 0.7, 0.85, 1.2, 1.45, 1.75, 2.15] as const;

/**
 * What each number would be if what it moves is to stand where the target shows it. What a number moves is known from
 * trials and taken as linear between them; the pictures of what moves are looked for in the target.
 */
export function moves(
  samples: ReadonlyMap<number, readonly Sample[]>,
  literals: readonly PageLiteral[],
  texts: ReadonlyMap<number, string>,
  measured: Measured,
  matches: Matches,
  target: Raster,
): Guess[] {
  const rows = (height: number) => Math.abs(height - target.height) * target.width * rowWorth;
  return [...samples].flatMap(([literal, found]): Guess[] => {
    const course = new Course(found, measured);
    if (course.fastest === 0) return [];
    const items = course.items.map((item) => {
      const from = measured.boxes[item]!;
      return { item, was: matches.at(item, from) };
    });
    const gainAt = (factor: number): number => {
      let gain = rows(measured.height) - rows(course.height(factor));
      for (const { item, was } of items) {
        const box = course.box(item, factor);
        if (box !== null) gain += matches.area(item, box) * (was - matches.at(item, box));
      }
      return gain;
    };
    const stride = Math.max(1 / course.fastest, (most - least) / mostValues);
    let best = { factor: 1, gain: 0 };
    const look = (factor: number) => {
      const gain = gainAt(factor);
      if (gain > best.gain) best = { factor, gain };
    };
    for (let factor = least; factor <= most; factor += stride) look(factor);
    if (best.gain <= 0) return [];
    const { factor: middle } = best;
    for (let n = -4; n <= 4; n++) look(middle + (n * stride) / 4);
    if (Math.abs(best.factor - 1) * course.fastest < leastMove) return [];
    const { value, unit } = numberOf({ text: texts.get(literal) ?? literals[literal]!.text });
    return [{ literal, text: numberText(value * best.factor, unit), gain: best.gain }];
  });
}

/** A colour for each of up to 512 literals, no two alike. */
export const markOf = (index: number): Rgb => [
  16 + 32 * (index & 7),
  16 + 32 * ((index >> 3) & 7),
  16 + 32 * ((index >> 6) & 7),
];

/** Pixels from a letter to what is looked at beside it. */
const apart = 5;

type Counts = Map<number, Map<number, number>>;

function count(counts: Counts, literal: number, levels: Buffer, at: number): void {
  const own = counts.get(literal) ?? new Map<number, number>();
  counts.set(literal, own);
  const shown = (levels[at]! << 16) | (levels[at + 1]! << 8) | levels[at + 2]!;
  own.set(shown, (own.get(shown) ?? 0) + 1);
}

/** The colour that is there most often. */
function usual(counts: ReadonlyMap<number, number> | undefined): number | null {
  let best: readonly [number | null, number] = [null, 0];
  for (const one of counts ?? []) if (one[1] > best[1]) best = one;
  return best[0];
}

/** Number of the literal whose mark a pixel shows; -1 where it is none. */
function markAt(levels: Buffer, at: number): number {
  let index = 0;
  for (let c = 0; c < 3; c++) {
    const level = levels[at + c]!;
    const step = Math.round((level - 16) / 32);
    if (Math.abs(16 + 32 * step - level) > near) return -1;
    index |= step << (3 * c);
  }
  return index;
}

/** Levels by which a pixel may miss its mark, and a colour its target. */
const near = 3;
const leastPixels = 4;
/** Part of a colour's pixels that the target must show in the same other colour: less of them do not stand there. */
const leastShare = 0.25;

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
  const seen = new Map<number, Map<number, number>>();
  const beside = new Map<number, Map<number, number>>();
  const pixels = Math.min(marked.data.length, target.data.length);
  for (let at = 0; at < pixels; at += 3) {
    const index = markAt(marked.data, at);
    const literal = index < 0 ? undefined : indices[index];
    if (literal === undefined) continue;
    count(seen, literal, target.data, at);
    const next = at + 3 * apart;
    if (next < pixels && markAt(marked.data, next) !== index) count(beside, literal, target.data, next);
  }
  return [...seen].flatMap(([literal, counts]): Guess[] => {
    const text = texts.get(literal) ?? literals[literal]!.text;
    const is = colourOf({ text });
    if (is === null) return [];
    // A letter of the colour that is all around it would be hidden: it does not stand where the target has it.
    const around = literals[literal]!.property === "color" ? usual(beside.get(literal)) : null;
    const total = [...counts.values()].reduce((sum, many) => sum + many, 0);
    const ranked = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 2);
    return ranked.flatMap(([shown, count]): Guess[] => {
      if (shown === around || count < leastShare * total) return [];
      const rgb: Rgb = [shown >> 16, (shown >> 8) & 255, shown & 255];
      const off = Math.max(...rgb.map((level, c) => Math.abs(level - is[c]!)));
      if (count < leastPixels || off <= 2) return [];
      return [{ literal, text: colourText({ text }, rgb), gain: (count * Math.min(off, 64)) / 64 }];
    });
  });
}
