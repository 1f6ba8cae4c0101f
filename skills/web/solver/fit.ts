import { colourOf, colourText, numberOf, numberText } from "../../../bridge/text/page-literals.ts";
import type { Compared } from "./compared.ts";
import { colours, type Guess, markOf, moves, nudge, otherNudge, wideNudges } from "./guesses.ts";
import { closeIn, goOn, type Look } from "./line.ts";
import type { Texts } from "./live-page.ts";
import { difference, type Raster } from "./raster.ts";
import { movedBy, sample } from "./samples.ts";
import { type Scanned, scanShapes } from "./scan.ts";
import type { Found } from "./tidy.ts";

/** Guesses that are drawn before the best of them is taken. */
const drawn = 6;
/** Times as many guesses are drawn where none is better. */
const batches = 3;
/** What a guess counts for each that was drawn of its number and no better. */
const doubt = 0.6;
/** Numbers that are tried by many factors, those that move most. */
const mostWide = 120;
/** Numbers that are taken for the shape of what the page shows, at most. */
const mostReshaped = 3;
/** Numbers that others are tried instead of, the last ones first, and steps that the others may take. */
const mostSwapped = 6;
const swapSteps = 2;
/** Numbers that are tried in pairs, those that were moved first, and the factors of the first of two. */
const mostPaired = 4;
const pairFactors = [1.04, 0.96];
/** Part of the difference that a guess must take away to be taken. */
const leastGain = 0.01;
/** Difference below which pictures count as equal. */
export const equal = 1e-7;
/** Factors tried for numbers that move nothing else. */
const factors = [0.5, 0.6, 0.7, 0.8, 0.9, 1.12, 1.25, 1.43, 1.67, 2];

/** One way from a page to its target: numbers and colours, one after the other, as long as one helps. */
export class Fit {
  readonly #compared: Compared;
  readonly #numbers: readonly number[];
  readonly #tints: readonly number[];
  #texts: Texts = new Map();
  readonly steps: string[] = [];
  /** Guesses that were drawn and no better, with what they were drawn beside. */
  readonly #refuted = new Set<string>();
  readonly #misses = new Map<number, number>();
  /** Numbers that move anything, by how many pixels all in all. */
  readonly #movers = new Map<number, number>();
  /** A number that stays as it is. */
  #held = -1;
  #until = Number.POSITIVE_INFINITY;

  /** @param numbers literals whose values may change, by their numbers; @param tints the same for colours */
  constructor(compared: Compared, numbers: readonly number[], tints: readonly number[]) {
    this.#compared = compared;
    this.#numbers = numbers;
    this.#tints = tints;
  }

  /**
   * One step after the other until none helps or time is up; called again it goes on. -> what it came to
   * @param until by the clock of `performance.now()`
   */
  async descend(until = Number.POSITIVE_INFINITY): Promise<Found> {
    this.#until = until;
    let numbers = this.#numbers;
    let now = await this.#compared.draw(this.#texts);
    let loss = difference(now, this.#compared.target);
    let wide = true;
    while (loss > equal && !this.#late) {
      const moved: boolean =
        (await this.#take(await this.#geometry(numbers, now))) ||
        (wide && (await this.#take(await this.#wideGeometry(now))));
      // Colours move nothing: what was looked for in vain before them is not looked for again.
      wide = moved;
      if (!moved && !(await this.#take(await this.#colours()))) {
        if (!((await this.#pair()) || (await this.#swap(numbers)) || (await this.#search()))) break;
        wide = true;
      }
      // What moved nothing at first is not asked again with every step.
      numbers = numbers.filter((index) => this.#movers.has(index));
      now = await this.#compared.draw(this.#texts);
      loss = difference(now, this.#compared.target);
    }
    return { texts: this.#texts, loss };
  }

  get #late(): boolean {
    return this.#compared.late || performance.now() > this.#until;
  }

  /** Takes what brings what the page shows nearest to the target's, before anything is moved to its place. */
  async reshape(): Promise<boolean> {
    await this.#geometry(this.#numbers, await this.#compared.draw(this.#texts));
    let taken = 0;
    while (taken < mostReshaped && (await this.#reshapeOnce())) taken += 1;
    return taken > 0;
  }

  async #reshapeOnce(): Promise<boolean> {
    const compared = this.#compared;
    const guess = ({ literal, factor }: Scanned) => this.#guess(literal, this.#valueOf(literal).value * factor);
    const is = await compared.apart(this.#texts);
    const found = await scanShapes(this.#byMove(), is, async (scanned) =>
      this.#late ? null : compared.apart(this.#with(guess(scanned))),
    );
    if (found === null) return false;
    const taken = guess(found);
    this.#accept(taken, is.place, await compared.score(this.#with(taken)));
    return true;
  }

  /** Numbers that move anything, the one that moves most first. */
  #byMove(): number[] {
    return [...this.#movers].sort((a, b) => b[1] - a[1]).map(([index]) => index);
  }

  async #geometry(numbers: readonly number[], now: Raster): Promise<Guess[]> {
    const { measured, samples } = await this.#sample(numbers, nudge);
    const still = numbers.filter((index) => movedBy(samples.get(index), measured) === 0);
    for (const [index, found] of (await this.#sample(still, otherNudge)).samples) samples.set(index, found);
    for (const [index, found] of samples) {
      const moved = movedBy(found, measured);
      if (moved > 0) this.#movers.set(index, moved);
      else this.#movers.delete(index);
    }
    return moves(samples, this.#compared.page.found.literals, this.#texts, measured, now, this.#compared.target);
  }

  /** Where one trial misled: each number that moves anything by many factors. */
  async #wideGeometry(now: Raster): Promise<Guess[]> {
    const { measured, samples } = await this.#sample(this.#byMove().slice(0, mostWide), wideNudges);
    return moves(samples, this.#compared.page.found.literals, this.#texts, measured, now, this.#compared.target);
  }

  #sample(numbers: readonly number[], factors: readonly number[]) {
    return sample(this.#compared.page, () => this.#late, this.#texts, numbers, factors);
  }

  async #colours(): Promise<Guess[]> {
    const { literals } = this.#compared.page.found;
    const marks = new Map(this.#texts);
    for (const [at, index] of this.#tints.entries()) {
      const text = this.#textOf(index);
      if (colourOf({ text }) !== null) marks.set(index, colourText({ text }, markOf(at)));
    }
    return colours(this.#tints, literals, this.#texts, await this.#compared.draw(marks), this.#compared.target);
  }

  /** Draws the most promising guesses and takes the best, if it is better than what is. */
  async #take(guesses: readonly Guess[]): Promise<boolean> {
    const compared = this.#compared;
    const worth = ({ literal, gain }: Guess) => gain * doubt ** (this.#misses.get(literal) ?? 0);
    const open = guesses
      .filter((guess) => guess.literal !== this.#held && !this.#refuted.has(this.#key(guess)))
      .sort((a, b) => worth(b) - worth(a))
      .slice(0, batches * drawn);
    if (open.length === 0) return false;
    const is = await compared.score(this.#texts);
    const better: { guess: Guess; loss: number }[] = [];
    for (const [at, guess] of open.entries()) {
      if (this.#late || (at % drawn === 0 && better.length > 0)) break;
      const loss = await compared.score(this.#with(guess));
      if (loss <= is * (1 - leastGain)) {
        better.push({ guess, loss });
        continue;
      }
      this.#refuted.add(this.#key(guess));
      this.#misses.set(guess.literal, (this.#misses.get(guess.literal) ?? 0) + 1);
    }
    const [best, ...further] = better.sort((a, b) => a.loss - b.loss);
    if (best === undefined) return false;
    const before = this.#textOf(best.guess.literal);
    this.#accept(best.guess, is, best.loss);
    let loss = await this.#further(best.guess, before, best.loss);
    // What helped alone may help beside it: pages differ in several places at once.
    for (const { guess } of further) {
      if (guess.literal === best.guess.literal) continue;
      if (this.#late) break;
      const both = await compared.score(this.#with(guess));
      if (both > loss * (1 - leastGain)) continue;
      this.#accept(guess, loss, both);
      loss = both;
    }
    return true;
  }

  /** A number that a guess has moved: on the same way while that helps. -> the difference then */
  async #further({ literal }: Guess, was: string, loss: number): Promise<number> {
    if (this.#compared.page.found.literals[literal]!.kind !== "number") return loss;
    const { value } = this.#valueOf(literal);
    const best = await goOn(numberOf({ text: was }).value, { value, loss }, this.#look(literal));
    if (best.value !== value) this.#accept(this.#guess(literal, best.value), loss, best.loss);
    return best.loss;
  }

  /** Draws the page with another value of one number. */
  #look(literal: number): Look {
    return async (value) => (this.#late ? null : this.#compared.score(this.#with(this.#guess(literal, value))));
  }

  /** Two numbers may stand wrong for each other, where neither gets better alone: one a little on, and the other after it. */
  async #pair(): Promise<boolean> {
    const { literals } = this.#compared.page.found;
    const is = await this.#compared.score(this.#texts);
    const moved = [...this.#texts.keys()]
      .filter((literal) => literals[literal]!.kind === "number")
      .slice(0, mostPaired);
    for (const one of moved) {
      for (const other of moved) {
        if (other === one) continue;
        for (const factor of pairFactors) {
          if (this.#late) return false;
          const kept = this.#texts;
          this.#texts = this.#with(this.#guess(one, this.#valueOf(one).value * factor));
          const { value } = this.#valueOf(other);
          const look = this.#look(other);
          const best = await closeIn({ value, loss: (await look(value)) ?? is }, look);
          const both = this.#with(this.#guess(other, best.value));
          this.#texts = kept;
          if (best.loss > is * (1 - leastGain)) continue;
          for (const literal of [one, other])
            this.#accept({ literal, text: both.get(literal)!, gain: 0 }, is, best.loss);
          return true;
        }
      }
    }
    return false;
  }

  /** A number that was moved may hide the one that is wrong: others in its place, if they come further. */
  async #swap(numbers: readonly number[]): Promise<boolean> {
    const kept = this.#texts;
    const is = await this.#compared.score(kept);
    for (const literal of [...kept.keys()].reverse().slice(0, mostSwapped)) {
      const steps = this.steps.length;
      const without = new Map(kept);
      without.delete(literal);
      [this.#texts, this.#held] = [without, literal];
      for (let n = 0; n < swapSteps && !this.#late; n++) {
        const now = await this.#compared.draw(this.#texts);
        if (!(await this.#take(await this.#geometry(numbers, now)))) break;
      }
      this.#held = -1;
      if ((await this.#compared.score(this.#texts)) <= is * (1 - leastGain)) return true;
      this.#texts = kept;
      this.steps.length = steps;
      if (this.#late) break;
    }
    return false;
  }

  /** Numbers that nothing is told of by places: each by trying, the first that helps is taken and closed in on. */
  async #search(): Promise<boolean> {
    const is = await this.#compared.score(this.#texts);
    for (const literal of this.#numbers) {
      if (this.#late) break;
      const { value } = this.#valueOf(literal);
      const look = this.#look(literal);
      const probes = [(await look(value * 0.7)) ?? is, (await look(value * 1.4)) ?? is];
      if (probes.every((loss) => loss === is) || Math.min(...probes) > is * 1.05) continue;
      let best = { value, loss: is };
      for (const factor of factors) {
        const loss = (await look(value * factor)) ?? is;
        if (loss < best.loss) best = { value: value * factor, loss };
      }
      if (best.loss > is * (1 - leastGain)) continue;
      best = await closeIn(best, look);
      this.#accept(this.#guess(literal, best.value), is, best.loss);
      return true;
    }
    return false;
  }

  #textOf(literal: number): string {
    return this.#compared.page.textOf(literal, this.#texts);
  }

  #valueOf(literal: number): { value: number; unit: string } {
    return numberOf({ text: this.#textOf(literal) });
  }

  #guess(literal: number, value: number): Guess {
    return { literal, text: numberText(value, this.#valueOf(literal).unit), gain: 0 };
  }

  #with({ literal, text }: Pick<Guess, "literal" | "text">): Texts {
    return new Map(this.#texts).set(literal, text);
  }

  #key({ literal, text }: Guess): string {
    return `${literal} ${text} ${[...this.#texts].join(" ")}`;
  }

  #accept({ literal, text }: Guess, from: number, to: number): void {
    const { property } = this.#compared.page.found.literals[literal]!;
    this.steps.push(
      `${property}: ${this.#textOf(literal)} -> ${text} (${from.toExponential(2)} -> ${to.toExponential(2)})`,
    );
    this.#texts = this.#with({ literal, text });
  }
}
