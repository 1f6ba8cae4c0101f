import type { Compared } from "./compared.ts";
import type { Draft } from "./draft.ts";
import { closeIn, type Look } from "./line.ts";

/** Part of the difference that must go for two numbers to be taken. */
const leastGain = 0.01;
/** Numbers that are tried in pairs, those that were moved first, and the factors of the first of two. */
const mostPaired = 4;
const factors = [1.04, 0.96];

/**
 * Two numbers may stand wrong for each other, where neither gets better alone: one a little on, and the other after it.
 * -> whether any two were taken
 */
export async function pair(compared: Compared, draft: Draft, late: () => boolean): Promise<boolean> {
  const { literals } = compared.page.found;
  const is = await compared.score(draft.texts);
  const moved = [...draft.texts.keys()]
    .filter((literal) => literals[literal]!.kind === "number" && !draft.settled.has(literal))
    .slice(0, mostPaired);
  for (const one of moved) {
    for (const other of moved) {
      if (other === one) continue;
      for (const factor of factors) {
        if (late()) return false;
        const first = draft.guess(one, draft.valueOf(one).value * factor);
        const second = (value: number) => draft.guess(other, value);
        const look: Look = async (value) =>
          late() ? null : compared.score(new Map(draft.with(first)).set(other, second(value).text));
        const { value } = draft.valueOf(other);
        const best = await closeIn({ value, loss: (await look(value)) ?? is }, look);
        if (best.loss > is * (1 - leastGain)) continue;
        for (const guess of [first, second(best.value)]) draft.accept(guess, is, best.loss);
        return true;
      }
    }
  }
  return false;
}
