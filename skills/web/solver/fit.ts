import { colourOf, colourText, numberOf, numberText } from "../../../bridge/text/page-literals.ts";
import { colours, type Guess, markOf, moves, nudge } from "./guesses.ts";
import type { LivePage, Texts } from "./live-page.ts";
import { difference, type Raster, smaller } from "./raster.ts";

/** Guesses that are drawn before the best of them is taken. */
const drawn = 6;
/** Numbers and colours that are looked at, those that stand first in the page. */
const mostNumbers = 400;
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

  constructor(page: LivePage, target: Raster, seconds: number) {
    this.#page = page;
    this.#target = target;
    this.#ends = performance.now() + seconds * 1000;
  }

  async run(): Promise<Fitted> {
    const { literals } = this.#page.found;
    this.#small = await smaller(this.#target, coarse);
    const used = await this.#page.used();
    const numbers = used.filter((index) => literals[index]!.kind === "number").slice(0, mostNumbers);
    const tints = used.filter((index) => literals[index]!.kind === "colour").slice(0, 512);
    let now = await this.#draw(this.#texts, 1);
    const before = difference(now, this.#target);
    let loss = before;
    while (loss > equal && !this.#late()) {
      const better =
        (await this.#take(await this.#geometry(numbers, now))) ||
        (await this.#take(await this.#tints(tints))) ||
        (await this.#search(numbers));
      if (!better) break;
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
    const { literals } = this.#page.found;
    await this.#page.put(this.#texts);
    const trials = numbers.map((index) => {
      const { value, unit } = numberOf({ text: this.#texts.get(index) ?? literals[index]!.text });
      return [index, numberText(value * nudge, unit, 4)] as const;
    });
    const measured = await this.#page.measure(trials, () => this.#late());
    return moves(numbers, literals, this.#texts, measured, now, this.#target);
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
    const open = guesses.filter((guess) => !this.#refuted.has(this.#key(guess)));
    const first = open.sort((a, b) => b.gain - a.gain).slice(0, drawn);
    if (first.length === 0) return false;
    const is = difference(await this.#draw(this.#texts, coarse), this.#small);
    const better: { guess: Guess; loss: number }[] = [];
    for (const guess of first) {
      if (this.#late()) break;
      const loss = difference(await this.#draw(this.#with(guess), coarse), this.#small);
      if (loss > is * (1 - leastGain)) this.#refuted.add(this.#key(guess));
      else better.push({ guess, loss });
    }
    const [best, ...further] = better.sort((a, b) => a.loss - b.loss);
    if (best === undefined) return false;
    this.#accept(best.guess, is, best.loss);
    // What helped alone may help beside it: pages differ in several places at once.
    let loss = best.loss;
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

  /** Numbers that nothing is told of by places: each by trying, the first that helps is taken and closed in on. */
  async #search(numbers: readonly number[]): Promise<boolean> {
    const { literals } = this.#page.found;
    const is = difference(await this.#draw(this.#texts, coarse), this.#small);
    for (const literal of numbers) {
      const { value, unit } = numberOf({ text: this.#texts.get(literal) ?? literals[literal]!.text });
      let best = { value, loss: is };
      const look = async (other: number) => {
        if (this.#late()) return;
        const text = numberText(other, unit);
        const loss = difference(await this.#draw(this.#with({ literal, text }), coarse), this.#small);
        if (loss < best.loss) best = { value: other, loss };
      };
      const probes = [
        await this.#moved(literal, 0.7, unit, value, is),
        await this.#moved(literal, 1.4, unit, value, is),
      ];
      if (probes.every((loss) => loss === is) || this.#late()) continue;
      if (Math.min(...(probes as number[])) > is * 1.05) continue;
      for (const factor of factors) await look(value * factor);
      if (best.loss > is * (1 - leastGain)) continue;
      for (let step = 0.06; step > 0.004; step /= 2) {
        const centre = best.value;
        await look(centre * (1 + step));
        await look(centre * (1 - step));
      }
      this.#accept({ literal, text: numberText(best.value, unit), gain: 0 }, is, best.loss);
      return true;
    }
    return false;
  }

  async #moved(literal: number, factor: number, unit: string, value: number, is: number): Promise<number> {
    if (this.#late()) return is;
    const text = numberText(value * factor, unit);
    return difference(await this.#draw(this.#with({ literal, text }), coarse), this.#small);
  }

  /** People write round numbers: each that was moved takes the roundest value near it that is as good. */
  async #round(loss: number): Promise<number> {
    const { literals } = this.#page.found;
    let least = loss;
    for (let pass = 0; pass < 2 && least > equal; pass++) {
      for (const literal of [...this.#texts.keys()].reverse()) {
        if (literals[literal]!.kind !== "number" || this.#late() || least <= equal) continue;
        const { value, unit } = numberOf({ text: this.#texts.get(literal)! });
        for (const other of near(value)) {
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

/** Values near one, the roundest first. */
function near(value: number): number[] {
  const whole = Math.round(value);
  const size = Math.abs(value);
  const steps =
    size >= 4
      ? [whole, whole - 1, whole + 1, Math.round(value * 2) / 2, Math.round(value * 10) / 10]
      : [
          Math.round(value * 2) / 2,
          Math.round(value * 10) / 10,
          Math.round(value * 20) / 20,
          Math.round(value * 100) / 100,
        ];
  return [...new Set(steps)].filter((other) => other !== 0);
}
