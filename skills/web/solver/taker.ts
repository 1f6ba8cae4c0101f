import { numberOf } from "../../../bridge/text/page-literals.ts";
import type { Compared } from "./compared.ts";
import type { Draft } from "./draft.ts";
import type { Guess } from "./guesses.ts";
import { goOn, type Look } from "./line.ts";

/** Guesses that are drawn before the best of them is taken. */
const drawn = 6;
/** Times as many guesses are drawn where none is better. */
const batches = 3;
/** What a guess counts for each that was drawn of its number and no better. */
const doubt = 0.6;
/** Part of the difference that a guess must take away to be taken. */
export const leastGain = 0.01;

/** A guess, and the difference of the pictures with it. */
export interface Drawn {
  guess: Guess;
  loss: number;
}

/** Takes guesses of one number or colour each, by drawing them. */
export class Taker {
  readonly #compared: Compared;
  readonly #draft: Draft;
  readonly #late: () => boolean;
  /** Guesses that were drawn and no better, with what they were drawn beside. */
  readonly #refuted = new Set<string>();
  readonly #misses = new Map<number, number>();

  constructor(compared: Compared, draft: Draft, late: () => boolean) {
    this.#compared = compared;
    this.#draft = draft;
    this.#late = late;
  }

  /** The best of the most promising guesses, and the difference of the pictures with it; null where time is up or none is left. */
  async best(guesses: readonly Guess[]): Promise<Drawn | null> {
    let best: { guess: Guess; score: number } | null = null;
    for (const guess of this.#open(guesses).slice(0, drawn)) {
      if (this.#late()) break;
      const score = await this.#compared.score(this.#draft.with(guess));
      if (score < (best?.score ?? Number.POSITIVE_INFINITY)) best = { guess, score };
    }
    if (best === null) return null;
    return { guess: best.guess, loss: await this.#compared.loss(this.#draft.with(best.guess)) };
  }

  /** Draws the most promising guesses and takes the best, if it is better than what is. */
  async take(guesses: readonly Guess[]): Promise<boolean> {
    const compared = this.#compared;
    const open = this.#open(guesses).slice(0, batches * drawn);
    if (open.length === 0) return false;
    const is = await compared.score(this.#draft.texts);
    const better: { guess: Guess; loss: number }[] = [];
    for (const [at, guess] of open.entries()) {
      if (this.#late() || (at % drawn === 0 && better.length > 0)) break;
      const loss = await compared.score(this.#draft.with(guess));
      if (loss <= is * (1 - leastGain)) {
        better.push({ guess, loss });
        continue;
      }
      this.#refuted.add(this.#key(guess));
      this.#misses.set(guess.literal, (this.#misses.get(guess.literal) ?? 0) + 1);
    }
    const [best, ...further] = better.sort((a, b) => a.loss - b.loss);
    if (best === undefined) return false;
    const before = this.#draft.textOf(best.guess.literal);
    this.#draft.accept(best.guess, is, best.loss);
    let loss = await this.#further(best.guess, before, best.loss);
    // What helped alone may help beside it: pages differ in several places at once.
    for (const { guess } of further) {
      if (guess.literal === best.guess.literal || this.#late()) continue;
      const both = await compared.score(this.#draft.with(guess));
      if (both > loss * (1 - leastGain)) continue;
      this.#draft.accept(guess, loss, both);
      loss = both;
    }
    return true;
  }

  /** A number that a guess has moved: on the same way while that helps. -> the difference then */
  async #further({ literal }: Guess, was: string, loss: number): Promise<number> {
    if (this.#compared.page.found.literals[literal]!.kind !== "number") return loss;
    const { value } = this.#draft.valueOf(literal);
    const look: Look = async (value) =>
      this.#late() ? null : this.#compared.score(this.#draft.with(this.#draft.guess(literal, value)));
    const best = await goOn(numberOf({ text: was }).value, { value, loss }, look);
    if (best.value !== value) this.#draft.accept(this.#draft.guess(literal, best.value), loss, best.loss);
    return best.loss;
  }

  /** Guesses that are left to draw, the most promising first. */
  #open(guesses: readonly Guess[]): Guess[] {
    const worth = ({ literal, gain }: Guess) => gain * doubt ** (this.#misses.get(literal) ?? 0);
    return guesses
      .filter((guess) => !this.#draft.settled.has(guess.literal) && !this.#refuted.has(this.#key(guess)))
      .sort((a, b) => worth(b) - worth(a));
  }

  #key({ literal, text }: Guess): string {
    return `${literal} ${text} ${[...this.#draft.texts].join(" ")}`;
  }
}
