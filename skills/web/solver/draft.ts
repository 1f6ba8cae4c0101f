import { numberOf, numberText } from "../../../bridge/text/page-literals.ts";
import type { Guess } from "./guesses.ts";
import type { LivePage, Texts } from "./live-page.ts";

/** What a draft was at some step. */
export interface Kept {
  texts: Texts;
  steps: number;
}

/** Texts of a page's literals as they come to be, one step after the other. */
export class Draft {
  readonly #page: LivePage;
  texts: Texts = new Map();
  readonly steps: string[] = [];
  /** Numbers that are known: they stay as they are. */
  readonly settled = new Set<number>();

  constructor(page: LivePage) {
    this.#page = page;
  }

  textOf(literal: number): string {
    return this.#page.textOf(literal, this.texts);
  }

  valueOf(literal: number): { value: number; unit: string } {
    return numberOf({ text: this.textOf(literal) });
  }

  guess(literal: number, value: number): Guess {
    return { literal, text: numberText(value, this.valueOf(literal).unit), gain: 0 };
  }

  with({ literal, text }: Pick<Guess, "literal" | "text">): Texts {
    return new Map(this.texts).set(literal, text);
  }

  accept(guess: Pick<Guess, "literal" | "text">, from: number, to: number): void {
    const { property } = this.#page.found.literals[guess.literal]!;
    this.steps.push(
      `${property}: ${this.textOf(guess.literal)} -> ${guess.text} (${from.toExponential(2)} -> ${to.toExponential(2)})`,
    );
    this.texts = this.with(guess);
  }

  keep(): Kept {
    return { texts: this.texts, steps: this.steps.length };
  }

  back({ texts, steps }: Kept): void {
    this.texts = texts;
    this.steps.length = steps;
  }
}
