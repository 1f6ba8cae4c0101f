import { colourOf, colourText, numberOf, numberText } from "../../../bridge/text/page-literals.ts";
import type { Sample } from "./course.ts";
import { colours, type Guess, markOf, moves, nudge, wideNudges } from "./guesses.ts";
import { closeIn, goOn, type Look, roundNear } from "./line.ts";
import type { LivePage, Texts } from "./live-page.ts";
import { difference, type Raster, smaller } from "./raster.ts";

/** Guesses that are drawn before the best of them is taken. */
const drawn = 6;
/** Times as many guesses are drawn where none is better. */
const batches = 3;
/** What a guess counts for each that was drawn of its number and no better. */
const doubt = 0.6;
/** Numbers and colours that are looked at, those that stand first in the page. */
const mostNumbers = 1200;
/** Numbers that are tried by many factors, those that move most. */
const mostWide = 120;
/** Picture pixels a CSS pixel where guesses are compared. */
const coarse = 0.25;
/** Part of the difference that a guess must take away to be taken. */
const leastGain = 0.01;
/** Difference below which pictures count as equal. */
const equal = 1e-7;
/** Factors tried for numbers that move nothing else. */
const factors = [0.5, 0.6, 0.7, 0.8, 0.9, 1.12, 1.25, 1.43, 1.67, 2];

export interface Fitted {
  texts: Texts;
  before: number;
  after: number;
  /** Pictures taken. */
  pictures: number;
  steps: string[];
}

/** Moves numbers and colours of a live page, one after the other, until its picture is the target's or time is up. */
export class Fit {
  readonly #page: LivePage;
  readonly #target: Raster;
  readonly #ends: number;
  #small: Raster = { width: 0, height: 0, data: Buffer.alloc(0) };
  #texts: Texts = new Map();
  #pictures = 0;
  readonly #steps: string[] = [];
  /** Guesses that were drawn and no better, with what they were drawn beside. */
  readonly #refuted = new Set<string>();
  readonly #misses = new Map<number, number>();
  /** Numbers that move anything, by how many pixels all in all. */
  readonly #movers = new Map<number, number>();

  constructor(page: LivePage, target: Raster, seconds: number) {
    this.#page = page;
    this.#target = target;
    this.#ends = performance.now() + seconds * 1000;
  }

  async run(): Promise<Fitted> {
    const { literals } = this.#page.found;
    this.#small = await smaller(this.#target, coarse);
    const used = await this.#page.used();
    let numbers = used.filter((index) => literals[index]!.kind === "number").slice(0, mostNumbers);
    const all = numbers;
    const tints = used.filter((index) => literals[index]!.kind === "colour").slice(0, 512);
    let now = await this.#draw(this.#texts, 1);
    const before = difference(now, this.#target);
    let loss = before;
    let wide = true;
    while (loss > equal && !this.#late()) {
      const moved: boolean =
        (await this.#take(await this.#geometry(numbers, now))) ||
        (wide && (await this.#take(await this.#wideGeometry(now))));
      // Colours move nothing: what was looked for in vain before them is not looked for again.
      wide = moved;
      if (!moved && !(await this.#take(await this.#tints(tints)))) {
        if (!(await this.#search(all))) break;
        wide = true;
      }
      // What moved nothing at first is not asked again with every step.
      numbers = numbers.filter((index) => this.#movers.has(index));
      now = await this.#draw(this.#texts, 1);
      loss = difference(now, this.#target);
    }
    loss = await this.#round(difference(await this.#draw(this.#texts, 1), this.#target));
    return { texts: this.#texts, before, after: loss, pictures: this.#pictures, steps: this.#steps };
  }

  #late(): boolean {
    return performance.now() > this.#ends;
  }

  async #draw(texts: Texts, scale: number): Promise<Raster> {
    this.#pictures += 1;
    await this.#page.put(texts);
    return this.#page.shot(scale);
  }

  async #geometry(numbers: readonly number[], now: Raster): Promise<Guess[]> {
    const { measured, samples } = await this.#sample(numbers, nudge);
    for (const [index, [{ trial }]] of samples as Map<number, [Sample]>) {
      const moved = trial.changed.reduce(
        (sum, [item, ...to]) => sum + to.reduce((far, side, n) => far + Math.abs(side - measured.boxes[item]![n]!), 0),
        Math.abs(trial.height - measured.height),
      );
      if (moved > 0) this.#movers.set(index, moved);
      else this.#movers.delete(index);
    }
    return moves(samples, this.#page.found.literals, this.#texts, measured, now, this.#target);
  }

  /** Where one trial misled: each number that moves anything by many factors. */
  async #wideGeometry(now: Raster): Promise<Guess[]> {
    const movers = [...this.#movers].sort((a, b) => b[1] - a[1]).map(([index]) => index);
    const { measured, samples } = await this.#sample(movers.slice(0, mostWide), wideNudges);
    return moves(samples, this.#page.found.literals, this.#texts, measured, now, this.#target);
  }

  /** What each number moves when it is multiplied by each factor, as far as there is time. */
  async #sample(numbers: readonly number[], by: readonly number[]) {
    const { literals } = this.#page.found;
    await this.#page.put(this.#texts);
    const asked = numbers.flatMap((index) => by.map((factor) => ({ index, factor })));
    const trials = asked.map(({ index, factor }) => {
      const { value, unit } = numberOf({ text: this.#texts.get(index) ?? literals[index]!.text });
      return [index, numberText(value * factor, unit, 4)] as const;
    });
    const measured = await this.#page.measure(trials, () => this.#late());
    const samples = new Map<number, Sample[]>();
    for (const [at, { index, factor }] of asked.entries()) {
      const trial = measured.moved[at];
      if (trial !== undefined) samples.set(index, [...(samples.get(index) ?? []), { factor, trial }]);
    }
    return { measured, samples };
  }

  async #tints(tints: readonly number[]): Promise<Guess[]> {
    const { literals } = this.#page.found;
    const marks = new Map(this.#texts);
    for (const [at, index] of tints.entries()) {
      const text = this.#texts.get(index) ?? literals[index]!.text;
      if (colourOf({ text }) !== null) marks.set(index, colourText({ text }, markOf(at)));
    }
    return colours(tints, literals, this.#texts, await this.#draw(marks, 1), this.#target);
  }

  /** Draws the most promising guesses and takes the best, if it is better than what is. */
  async #take(guesses: readonly Guess[]): Promise<boolean> {
    const worth = ({ literal, gain }: Guess) => gain * doubt ** (this.#misses.get(literal) ?? 0);
    const open = guesses
      .filter((guess) => !this.#refuted.has(this.#key(guess)))
      .sort((a, b) => worth(b) - worth(a))
      .slice(0, batches * drawn);
    if (open.length === 0) return false;
    const is = difference(await this.#draw(this.#texts, coarse), this.#small);
    const better: { guess: Guess; loss: number }[] = [];
    for (const [at, guess] of open.entries()) {
      if (this.#late() || (at % drawn === 0 && better.length > 0)) break;
      const loss = difference(await this.#draw(this.#with(guess), coarse), this.#small);
      if (loss <= is * (1 - leastGain)) {
        better.push({ guess, loss });
        continue;
      }
      this.#refuted.add(this.#key(guess));
      this.#misses.set(guess.literal, (this.#misses.get(guess.literal) ?? 0) + 1);
    }
    const [best, ...further] = better.sort((a, b) => a.loss - b.loss);
    if (best === undefined) return false;
    const was = this.#texts.get(best.guess.literal) ?? this.#page.found.literals[best.guess.literal]!.text;
    let { loss } = best;
    this.#accept(best.guess, is, loss);
    loss = await this.#further(best.guess.literal, was, loss);
    // What helped alone may help beside it: pages differ in several places at once.
    for (const { guess } of further) {
      if (guess.literal === best.guess.literal) continue;
      if (this.#late()) break;
      const both = difference(await this.#draw(this.#with(guess), coarse), this.#small);
      if (both > loss * (1 - leastGain)) continue;
      this.#accept(guess, loss, both);
      loss = both;
    }
    return true;
  }

  #with({ literal, text }: Pick<Guess, "literal" | "text">): Texts {
    return new Map(this.#texts).set(literal, text);
  }

  #key({ literal, text }: Guess): string {
    return `${literal} ${text} ${[...this.#texts].join(" ")}`;
  }

  #accept({ literal, text }: Guess, from: number, to: number): void {
    const { property, text: written } = this.#page.found.literals[literal]!;
    this.#steps.push(
      `${property}: ${this.#texts.get(literal) ?? written} -> ${text} (${from.toExponential(2)} -> ${to.toExponential(2)})`,
    );
    this.#texts = this.#with({ literal, text });
  }

  /** A number that a guess has moved: on the same way while that helps. -> the difference then */
  async #further(literal: number, was: string, loss: number): Promise<number> {
    if (this.#page.found.literals[literal]!.kind !== "number") return loss;
    const now = numberOf({ text: this.#texts.get(literal)! });
    const before = numberOf({ text: was });
    const best = await goOn(before.value, { value: now.value, loss }, this.#look(literal, now.unit));
    if (best.value !== now.value) {
      this.#accept({ literal, text: numberText(best.value, now.unit), gain: 0 }, loss, best.loss);
    }
    return best.loss;
  }

  /** Draws the page with another value of one number. */
  #look(literal: number, unit: string): Look {
    return async (value) => {
      if (this.#late()) return null;
      const text = numberText(value, unit);
      return difference(await this.#draw(this.#with({ literal, text }), coarse), this.#small);
    };
  }

  /** Numbers that nothing is told of by places: each by trying, the first that helps is taken and closed in on. */
  async #search(numbers: readonly number[]): Promise<boolean> {
    const { literals } = this.#page.found;
    const is = difference(await this.#draw(this.#texts, coarse), this.#small);
    for (const literal of numbers) {
      if (this.#late()) break;
      const { value, unit } = numberOf({ text: this.#texts.get(literal) ?? literals[literal]!.text });
      const look = this.#look(literal, unit);
      const probes = [(await look(value * 0.7)) ?? is, (await look(value * 1.4)) ?? is];
      if (probes.every((loss) => loss === is) || Math.min(...probes) > is * 1.05) continue;
      let best = { value, loss: is };
      for (const factor of factors) {
        const loss = (await look(value * factor)) ?? is;
        if (loss < best.loss) best = { value: value * factor, loss };
      }
      if (best.loss > is * (1 - leastGain)) continue;
      best = await closeIn(best, look);
      this.#accept({ literal, text: numberText(best.value, unit), gain: 0 }, is, best.loss);
      return true;
    }
    return false;
  }

  /** People write round numbers: each that was moved takes the roundest value near it that is as good. */
  async #round(loss: number): Promise<number> {
    const { literals } = this.#page.found;
    let least = loss;
    // What was taken before the right number was found may be of no use beside it.
    for (const literal of [...this.#texts.keys()].reverse()) {
      if (this.#late() || least <= equal) break;
      const without = new Map(this.#texts);
      without.delete(literal);
      const tried = difference(await this.#draw(without, 1), this.#target);
      if (tried > least) continue;
      least = tried;
      this.#texts = without;
    }
    for (let pass = 0; pass < 2 && least > equal; pass++) {
      for (const literal of [...this.#texts.keys()].reverse()) {
        if (literals[literal]!.kind !== "number" || this.#late() || least <= equal) continue;
        const { value, unit } = numberOf({ text: this.#texts.get(literal)! });
        for (const other of roundNear(value)) {
          const text = numberText(other, unit);
          if (this.#late() || text === this.#texts.get(literal)) continue;
          const tried = difference(await this.#draw(this.#with({ literal, text }), 1), this.#target);
          if (tried > least) continue;
          least = tried;
          this.#texts = this.#with({ literal, text });
        }
      }
    }
    return least;
  }
}
