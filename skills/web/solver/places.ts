import { across, down, type Grey, greyOf, type Ink, inkOf, inRow } from "./ink.ts";
import type { Measured } from "./live-page.ts";
import type { Raster } from "./raster.ts";

/** How far a text stands from where the target shows it, and what it counts. */
export interface Place {
  item: number;
  dx: number;
  dy: number;
  weight: number;
  /** Correlation of what stands there with the text. */
  fit: number;
}

/** Correlation from which on a text is found, and that for small ones, which many others look like. */
const alike = 0.9;
const alikeSmall = 0.93;
/** Pixels of a text's width below which it is small; small ones are not looked for everywhere. */
const small = 40;
/** Pixels around an expected place that are looked at in both directions. */
const around = 2;
/** Pixels up and down from where a text is expected within which all of a row is looked at: lines that break otherwise. */
const lines = 60;
/** Offsets of texts found before at which the next is expected. */
const mostExpected = 6;
/** How many are looked for, and which. */
export interface Care {
  /** Pieces of text at most, as many from everywhere on the page. */
  pieces: number;
  /** Pieces that are looked for everywhere. */
  everywhere: number;
  /** Pieces one after the other that stand nowhere, after which the next ones are looked for nearby alone. */
  missed: number;
  /** No others; absent: all. */
  only?: ReadonlySet<number>;
}

const thorough: Care = { pieces: 240, everywhere: 16, missed: 16 };
/** Where it only is to be told whether texts are there. */
export const quick: Care = { pieces: 48, everywhere: 2, missed: 6 };

/** Texts that were looked for, in the page's order, and those that were found. */
export interface Sought {
  found: Place[];
  /** Items that the target does not show as they are drawn now. */
  missing: ReadonlySet<number>;
}

/** Where the target shows the texts of a page, as far as they are broken and drawn alike. */
export function places(now: Raster, goal: Raster, { boxes, kinds }: Measured, care = thorough): Sought {
  const [own, target] = [greyOf(now), greyOf(goal)];
  const found: Place[] = [];
  const missing = new Set<number>();
  const expected: Offset[] = [{ dx: 0, dy: 0 }];
  let [everywhere, missed] = [care.everywhere, 0];
  const isSought = (item: number) => kinds[item] === 0 && care.only?.has(item) !== false;
  const texts = boxes.flatMap((box, item) => (isSought(item) ? [{ item, box }] : []));
  const stride = Math.max(1, texts.length / care.pieces);
  for (let n = 0; n < texts.length; n += stride) {
    const { item, box } = texts[Math.floor(n)]!;
    const ink = inkOf(own, box);
    if (ink === null) continue;
    const isSmall = box[2] < small;
    const sought = { ink, target, least: isSmall ? alikeSmall : alike };
    let place = nearby(sought, expected);
    if (place === null && missed < care.missed) place = along(sought, expected[0]!, lines) ?? above(sought, expected);
    if (place === null && !isSmall && everywhere > 0) {
      everywhere -= 1;
      place = along(sought, expected[0]!, target.height);
    }
    missed = place === null ? missed + 1 : 0;
    if (place === null) {
      missing.add(item);
      continue;
    }
    const { dx, dy, fit } = place;
    const before = expected.findIndex((one) => one.dx === dx && one.dy === dy);
    if (before >= 0) expected.splice(before, 1);
    expected.unshift({ dx, dy });
    expected.length = Math.min(expected.length, mostExpected);
    found.push({ item, dx: dx + between(sought, place), dy, weight: Math.sqrt(box[2] * box[3]), fit });
  }
  return { found, missing };
}

type Offset = Pick<Place, "dx" | "dy">;
type Fitting = Pick<Place, "dx" | "dy" | "fit">;

/** A text, where it is looked for, and the correlation from which on it is found. */
interface SoughtText {
  ink: Ink;
  target: Grey;
  least: number;
}

const within = (from: number, to: number, [low, high]: readonly [number, number]): [number, number] => [
  Math.max(from, low),
  Math.min(to, high),
];

/** The best place around some offsets; null where none fits. */
function nearby({ ink, target, least }: SoughtText, offsets: readonly Offset[]): Fitting | null {
  let best: Fitting | null = null;
  const [high, low] = down(ink, target);
  for (const { dx, dy } of offsets) {
    const columns = within(dx - around, dx + around, across(ink, target));
    for (let y = Math.max(high, dy - around); y <= Math.min(low, dy + around); y++) {
      const found = inRow(ink, target, y, columns, best?.fit ?? least);
      if (found !== null) best = { ...found, dy: y };
    }
  }
  return best;
}

/** The best place of the nearest row that has one, up and down from where a text is expected. */
function along(sought: SoughtText, { dy }: Offset, most: number): Fitting | null {
  const { ink, target, least } = sought;
  const columns = across(ink, target);
  const [high, low] = down(ink, target);
  for (let away = 0; away <= most; away++) {
    for (const y of away === 0 ? [dy] : [dy - away, dy + away]) {
      const found = y < high || y > low ? null : inRow(ink, target, y, columns, least);
      if (found !== null) return better(sought, { ...found, dy: y });
    }
  }
  return null;
}

/** The best place straight above or below where a text is expected. */
function above(sought: SoughtText, offsets: readonly Offset[]): Fitting | null {
  const { ink, target, least } = sought;
  const [high, low] = down(ink, target);
  for (let away = 1; away < target.height; away++) {
    for (const { dx, dy } of offsets) {
      const columns = within(dx - 1, dx + 1, across(ink, target));
      for (const y of [dy - away, dy + away]) {
        const found = y < high || y > low ? null : inRow(ink, target, y, columns, least);
        if (found !== null) return better(sought, { ...found, dy: y });
      }
    }
  }
  return null;
}

/** The next row may fit better than the first that does. */
const better = (sought: SoughtText, place: Fitting): Fitting => nearby(sought, [place]) ?? place;

/** Part of a pixel that a text stands to one side, by how much better it fits there than on the other: -0.5 to 0.5. */
function between({ ink, target }: SoughtText, { dx, dy }: Offset): number {
  const [first, last] = across(ink, target);
  const at = (x: number) => (x < first || x > last ? 0 : (inRow(ink, target, dy, [x, x], -1)?.fit ?? 0));
  const [left, here, right] = [at(dx - 1), at(dx), at(dx + 1)];
  const lower = here - Math.min(left, right);
  return lower <= 0 ? 0 : (right - left) / lower / 2;
}
