import { colourOf, colourText } from "../../../bridge/text/page-literals.ts";
import type { Compared } from "./compared.ts";
import type { Draft } from "./draft.ts";
import { colours, type Guess, markOf } from "./guesses.ts";

/** What each colour of a page would be by what the target shows where it is seen: the page is drawn with a mark for each. */
export async function tintGuesses(compared: Compared, draft: Draft, tints: readonly number[]): Promise<Guess[]> {
  const marks = new Map(draft.texts);
  for (const [at, index] of tints.entries()) {
    const text = draft.textOf(index);
    if (colourOf({ text }) !== null) marks.set(index, colourText({ text }, markOf(at)));
  }
  return colours(tints, compared.page.found.literals, draft.texts, await compared.draw(marks), compared.target);
}
