import { amiss } from "./amiss.ts";
import { breaking } from "./breaks.ts";
import type { Compared } from "./compared.ts";
import type { Sample } from "./course.ts";
import { Draft } from "./draft.ts";
import { farNudge, type Guess, moves, nudge, otherNudge, wideNudges } from "./guesses.ts";
import { type Drawn, sizeOfLetters, sizesOfSome } from "./letters.ts";
import type { Measured, Texts } from "./live-page.ts";
import { Matches } from "./matches.ts";
import { pair } from "./pair.ts";
import { difference, type Raster } from "./raster.ts";
import { movedBy, nothing, type Sampled, sample } from "./samples.ts";
import { type Scanned, type Shaped, scanShapes } from "./scan.ts";
import { search } from "./search.ts";
import { takeSet } from "./sets.ts";
import { leastGain, Taker } from "./taker.ts";
import type { Found } from "./tidy.ts";
import { tintGuesses } from "./tints.ts";

/** Numbers that are tried by many factors, and those that are tried by drawing before others: the most promising. */
const mostWide = 160;
const mostTried = 24;
/** Numbers that others are tried instead of, the last ones first, and steps that the others may take. */
const mostSwapped = 6;
const swapSteps = 2;
/** From so many of its unit on a width may be too wide to tell. */
const leastWide = 200;
/** Part of the page's pixels that a paper must cover: a thin one may stand elsewhere in the target. */
const leastPaper = 0.1;
/** Part of the difference by which a number alone is taken before any are tried together. */
const mostGain = 0.7;
/** Difference below which pictures count as equal. */
export const equal = 1e-7;

/** One way from a page to its target: numbers and colours, one after the other, as long as one helps. */
export class Fit {
  readonly #compared: Compared;
  readonly #numbers: readonly number[];
  readonly #tints: readonly number[];
  readonly #draft: Draft;
  readonly #taker: Taker;
  /** Numbers that move anything, by how many pixels all in all. */
  readonly #movers = new Map<number, number>();
  /** Numbers that move what stands wrong, by how much of it. */
  #amiss = new Map<number, number>();
  /** What each number moved when it was tried last. */
  #trials: Sampled = nothing;
  /** The texts with which all numbers were tried before any step, and the page as it is drawn with them. */
  #asTried: { texts: Texts; now: Raster } | null = null;
  #until = Number.POSITIVE_INFINITY;
  /** Whether guesses are drawn whole: one did harm where it was not looked at. */
  #whole = false;
  /** Whether nothing more helps: time did not end it. */
  ended = false;

  /** @param numbers literals whose values may change, by their numbers; @param tints the same for colours */
  constructor(compared: Compared, numbers: readonly number[], tints: readonly number[]) {
    this.#compared = compared;
    this.#numbers = numbers;
    this.#tints = tints;
    this.#draft = new Draft(compared.page);
    this.#taker = new Taker(compared, this.#draft, this.#isLate);
  }

  get steps(): readonly string[] {
    return this.#draft.steps;
  }

  /**
   * One step after the other until none helps or time is up; called again it goes on. -> what it came to
   * @param until by the clock of `performance.now()`
   */
  async descend(until = Number.POSITIVE_INFINITY): Promise<Found> {
    this.#until = until;
    const draft = this.#draft;
    let numbers = this.#numbers;
    let now = await this.#compared.draw(draft.texts);
    let loss = difference(now, this.#compared.target);
    while (loss > equal && !this.#late) {
      this.#compared.look(now, loss, this.#whole);
      const kept = draft.keep();
      if (!(await this.#step(numbers, now, loss))) {
        this.ended = !this.#late;
        break;
      }
      // What moved nothing at first is not asked again with every step.
      numbers = numbers.filter((index) => this.#movers.has(index));
      const next = await this.#compared.draw(draft.texts);
      const then = difference(next, this.#compared.target);
      if (then < loss) [now, loss] = [next, then];
      else if (this.#whole) {
        draft.back(kept);
        this.ended = true;
        break;
      } else {
        draft.back(kept);
        this.#whole = true;
      }
    }
    return { texts: draft.texts, loss };
  }

  /** The first of these that helps; what costs most comes last. */
  async #step(numbers: readonly number[], now: Raster, loss: number): Promise<boolean> {
    const guesses = await this.#geometry(numbers, now);
    if (this.#late) return false;
    if (await this.#taker.take(await this.#moved(now))) return true;
    const best = await this.#taker.best(guesses);
    // Numbers together must be worth more than the best of them alone.
    const least = Math.min(loss, best?.loss ?? loss);
    const isMost = least <= loss * (1 - mostGain);
    if (!isMost && (await takeSet(this.#compared, this.#draft, this.#trials, now, least, this.#isLate))) return true;
    if (await this.#taker.take(guesses)) return true;
    if (this.#late && best !== null && least <= loss * (1 - leastGain)) {
      this.#draft.accept(best.guess, loss, least);
      return true;
    }
    if (await this.#taker.take(await tintGuesses(this.#compared, this.#draft, this.#tints))) return true;
    return (
      (await this.#taker.take(await this.#wideGeometry(this.#byAmiss().slice(0, mostWide), now))) || this.#try(numbers)
    );
  }

  /** Where no guess helps: the most promising numbers by trying, numbers in pairs and for one another, all others by trying. */
  async #try(numbers: readonly number[]): Promise<boolean> {
    const [compared, draft] = [this.#compared, this.#draft];
    const first = this.#byAmiss().filter(this.#isOpen).slice(0, mostTried);
    if (await search(compared, draft, first, this.#isLate)) return true;
    if ((await pair(compared, draft, this.#isLate)) || (await this.#swap(numbers))) return true;
    const others = this.#numbers.filter((literal) => !first.includes(literal) && this.#isOpen(literal));
    return search(compared, draft, others, this.#isLate);
  }

  readonly #isOpen = (literal: number): boolean => !this.#draft.settled.has(literal);

  readonly #isLate = (): boolean => this.#compared.late || performance.now() > this.#until;

  get #late(): boolean {
    return this.#isLate();
  }

  /** Takes the colours of wide papers: they are told wherever what lies on them stands, which is not found on another paper. */
  async papers(): Promise<void> {
    const { page, target } = this.#compared;
    const least = leastPaper * target.width * target.height;
    const wide = ({ literal, gain }: Guess) =>
      gain >= least && /^(background|bgcolor)/.test(page.found.literals[literal]!.property);
    await this.#taker.take((await tintGuesses(this.#compared, this.#draft, this.#tints)).filter(wide));
  }

  /** The size of letters with which the target shows the page's texts, where it does not show them as they are. */
  async letters(until: number): Promise<Guess | null> {
    return sizeOfLetters(await this.#drawn(until));
  }

  /** The same for single texts, each by a number of its own. */
  async someLetters(until: number): Promise<Guess[]> {
    return sizesOfSome(await this.#drawn(until));
  }

  /** The same for numbers with which texts break as the target's, wherever they stand. */
  async breaks(until: number): Promise<Guess[]> {
    const found = await breaking(await this.#drawn(until));
    return [...found].map(([literal, text]) => ({ literal, text, gain: 0 }));
  }

  async #drawn(until: number): Promise<Drawn> {
    const now = await this.#tried();
    const late = () => this.#late || performance.now() > until;
    return { compared: this.#compared, draft: this.#draft, sampled: this.#trials, now, late };
  }

  /** Tries all numbers, unless that was done with the same texts. -> the page as it is drawn */
  async #tried(): Promise<Raster> {
    const { texts } = this.#draft;
    if (this.#asTried?.texts === texts) return this.#asTried.now;
    const now = await this.#compared.draw(texts);
    await this.#geometry(this.#numbers, now);
    this.#asTried = { texts, now };
    return now;
  }

  /** Takes a guess that is sure, whatever else it moves away. */
  async settle(guess: Guess): Promise<void> {
    await this.#accept(guess);
    this.#draft.settled.add(guess.literal);
  }

  /** Such guesses may be bettered from now on. */
  release(guesses: readonly Guess[]): void {
    for (const { literal } of guesses) this.#draft.settled.delete(literal);
    if (guesses.length > 0) this.ended = false;
  }

  /** The number that brings what the page shows nearest to the target's, wherever it stands there. */
  async shaped(until: number): Promise<Shaped | null> {
    const [compared, draft] = [this.#compared, this.#draft];
    await this.#tried();
    const is = await compared.apart(draft.texts);
    return scanShapes(this.#byMove().filter(this.#isOpen), is, async (scanned) =>
      this.#late || performance.now() > until ? null : compared.apart(draft.with(this.#scaled(scanned))),
    );
  }

  /** Takes such a number, before anything is moved to its place. */
  reshape(shaped: Scanned): Promise<void> {
    return this.#accept(this.#scaled(shaped));
  }

  async #accept(guess: Guess): Promise<void> {
    const [compared, draft] = [this.#compared, this.#draft];
    draft.accept(guess, await compared.loss(draft.texts), await compared.loss(draft.with(guess)));
  }

  #scaled({ literal, factor }: Scanned): Guess {
    return this.#draft.guess(literal, this.#draft.valueOf(literal).value * factor);
  }

  /** Numbers that move anything, the one that moves most first. */
  #byMove(): number[] {
    return [...this.#movers].sort((a, b) => b[1] - a[1]).map(([index]) => index);
  }

  #byAmiss(): number[] {
    return [...this.#amiss].sort((a, b) => b[1] - a[1]).map(([index]) => index);
  }

  async #geometry(numbers: readonly number[], now: Raster): Promise<Guess[]> {
    const { measured, samples } = await this.#sample(numbers, nudge);
    const still = numbers.filter((index) => movedBy(samples.get(index), measured) === 0);
    for (const [index, found] of (await this.#sample(still, otherNudge)).samples) samples.set(index, found);
    const held = still.filter((index) => movedBy(samples.get(index), measured) === 0 && this.#isWide(index));
    for (const [index, found] of (await this.#sample(held, farNudge)).samples) samples.set(index, found);
    for (const [index, found] of samples) {
      const moved = movedBy(found, measured);
      if (moved > 0) this.#movers.set(index, moved);
      else this.#movers.delete(index);
    }
    const matches = new Matches(now, this.#compared.target, measured.boxes, measured.kinds);
    this.#amiss = amiss(samples, measured, matches);
    this.#trials = { measured, samples };
    return this.#moves(samples, measured, matches);
  }

  /** A width that may reach beyond what holds it. */
  #isWide(index: number): boolean {
    const { property } = this.#compared.page.found.literals[index]!;
    const { value, unit } = this.#draft.valueOf(index);
    return /width$/.test(property) && (unit === "%" || value >= leastWide);
  }

  /** Numbers that were moved already, by many factors: more of what they move may have come to its place since. */
  #moved(now: Raster): Promise<Guess[]> {
    const { literals } = this.#compared.page.found;
    const moved = [...this.#draft.texts.keys()].filter((literal) => literals[literal]!.kind === "number");
    return this.#wideGeometry(moved, now);
  }

  /** Where one trial misled: numbers by many factors. */
  async #wideGeometry(numbers: readonly number[], now: Raster): Promise<Guess[]> {
    const { measured, samples } = await this.#sample(numbers, wideNudges);
    return this.#moves(samples, measured, new Matches(now, this.#compared.target, measured.boxes, measured.kinds));
  }

  #moves(samples: ReadonlyMap<number, readonly Sample[]>, measured: Measured, matches: Matches): Guess[] {
    const { page, target } = this.#compared;
    return moves(samples, page.found.literals, this.#draft.texts, measured, matches, target);
  }

  #sample(numbers: readonly number[], factors: readonly number[]) {
    return sample(this.#compared.page, () => this.#late, this.#draft.texts, numbers, factors);
  }

  /** Others in the place of a number that was moved, which may hide them, if they come further. */
  async #swap(numbers: readonly number[]): Promise<boolean> {
    const kept = this.#draft.keep();
    const is = await this.#compared.score(kept.texts);
    for (const literal of [...kept.texts.keys()].reverse().filter(this.#isOpen).slice(0, mostSwapped)) {
      const without = new Map(kept.texts);
      without.delete(literal);
      this.#draft.texts = without;
      this.#draft.settled.add(literal);
      for (let n = 0; n < swapSteps && !this.#late; n++) {
        const now = await this.#compared.draw(this.#draft.texts);
        if (!(await this.#taker.take(await this.#geometry(numbers, now)))) break;
      }
      this.#draft.settled.delete(literal);
      if ((await this.#compared.score(this.#draft.texts)) <= is * (1 - leastGain)) return true;
      this.#draft.back(kept);
      if (this.#late) break;
    }
    return false;
  }
}
