import type { Box, Measured, Trial } from "./live-page.ts";

/** What a number moves when it is multiplied by a factor. */
export interface Sample {
  factor: number;
  trial: Trial;
}

/** A text whose box changes by more pixels is broken or sized anew; broken, it looks unlike itself wherever it stands. */
const sizedAnew = 1.5;
/** Part by which height and width of a text that is only sized may grow apart. */
const skewed = 0.08;

interface Stop {
  factor: number;
  height: number;
  /** Boxes of what moves there; null where its picture would not be found. */
  boxes: ReadonlyMap<number, Box | null>;
}

const isSized = (from: Box, to: Box): boolean =>
  Math.abs(to[2] - from[2]) > sizedAnew || Math.abs(to[3] - from[3]) > sizedAnew;

const isSkewed = (from: Box, to: Box): boolean => Math.abs((to[2] * from[3]) / (to[3] * from[2]) - 1) > skewed;

const unlike = (from: Box, to: Box): boolean => isSized(from, to) && isSkewed(from, to);

/** Pixels that a text's height changes by at least where its letters are sized anew, and as many times at most: breaking it changes nothing, or doubles it. */
const higher = 0.4;
const twice = 1.6;

/** Texts that a trial sizes and does not break, by their items. */
export const sizedTexts = ({ changed }: Trial, { boxes, kinds }: Measured): number[] =>
  changed.flatMap(([item, ...to]) => {
    const from = boxes[item]!;
    const [was, is] = [from[3], to[3]];
    const isLine = Math.abs(is - was) < higher || is > twice * was || was > twice * is;
    return kinds[item] === 0 && isSized(from, to) && !isLine && !isSkewed(from, to) ? [item] : [];
  });

/** Where what a number moves stands, by what the number is multiplied by: straight from one trial to the next. */
export class Course {
  readonly #stops: Stop[];
  readonly #measured: Measured;
  readonly items: number[];
  /** Pixels that something moves by at most where the factor changes by 1; 0 where nothing moves. */
  readonly fastest: number;

  constructor(samples: readonly Sample[], measured: Measured) {
    this.#measured = measured;
    let fastest = 0;
    const items = new Set<number>();
    const stops = samples.map(({ factor, trial }): Stop => {
      const boxes = new Map<number, Box | null>();
      const far = Math.abs(factor - 1);
      for (const [item, ...to] of trial.changed) {
        const from = measured.boxes[item]!;
        boxes.set(item, measured.kinds[item] === 0 && unlike(from, to) ? null : to);
        items.add(item);
        fastest = Math.max(fastest, ...to.map((side, n) => Math.abs(side - from[n]!) / far));
      }
      fastest = Math.max(fastest, Math.abs(trial.height - measured.height) / far);
      return { factor, height: trial.height, boxes };
    });
    const now = { factor: 1, height: measured.height, boxes: new Map() };
    this.#stops = [...stops, now].sort((a, b) => a.factor - b.factor);
    this.items = [...items];
    this.fastest = fastest;
  }

  height(factor: number): number {
    const [a, b, share] = this.#between(factor);
    return a.height + (b.height - a.height) * share;
  }

  /** Null where nothing can be told. */
  box(item: number, factor: number): Box | null {
    const [a, b, share] = this.#between(factor);
    const [from, to] = [this.#at(a, item), this.#at(b, item)];
    if (from === null || to === null) return null;
    return from.map((side, n) => side + (to[n]! - side) * share) as unknown as Box;
  }

  #at({ boxes }: Stop, item: number): Box | null {
    const box = boxes.get(item);
    return box === undefined ? this.#measured.boxes[item]! : box;
  }

  /** The two trials that a factor lies between, or the two at that end, and how far on from the first. */
  #between(factor: number): [Stop, Stop, share: number] {
    const last = this.#stops.length - 2;
    let at = 0;
    while (at < last && factor > this.#stops[at + 1]!.factor) at += 1;
    const [a, b] = [this.#stops[at]!, this.#stops[at + 1]!];
    return [a, b, (factor - a.factor) / (b.factor - a.factor)];
  }
}
