import type { Compared } from "./compared.ts";
import type { Draft } from "./draft.ts";
import { closeIn, type Look, type Tried } from "./line.ts";

/** Part of the difference that must go for a number to be taken. */
const leastGain = 0.01;
/** The same for it to be taken before the others are tried. */
const muchGain = 0.15;
/** Factors that say whether a number is worth a look, and those that it is then tried with. */
const probes = [0.7, 1.4];
const factors = [0.5, 0.6, 0.8, 0.9, 1.12, 1.25, 1.67, 2];
/** Part of the difference by which probes may be worse for a number to be tried on. */
const worse = 0.05;

/**
 * Numbers by trying, for what no trial without a picture foretells (how texts are sized or break): the one that helps
 * most is taken, and closed in on. -> whether any was
 * @param numbers the most promising first
 */
export async function search(
  compared: Compared,
  draft: Draft,
  numbers: readonly number[],
  late: () => boolean,
): Promise<boolean> {
  const is = await compared.score(draft.texts);
  let best: (Tried & { literal: number }) | null = null;
  for (const literal of numbers) {
    if (late()) break;
    const look: Look = async (value) => (late() ? null : compared.score(draft.with(draft.guess(literal, value))));
    const found = await tryOut(draft.valueOf(literal).value, is, look);
    if (found !== null && found.loss < (best?.loss ?? is * (1 - leastGain))) best = { ...found, literal };
    if (best !== null && best.loss < is * (1 - muchGain)) break;
  }
  if (best === null) return false;
  draft.accept(draft.guess(best.literal, best.value), is, best.loss);
  return true;
}

async function tryOut(value: number, is: number, look: Look): Promise<Tried | null> {
  let best: Tried = { value, loss: is };
  const told: number[] = [];
  for (const factor of [...probes, ...factors]) {
    const loss = (await look(value * factor)) ?? is;
    if (loss < best.loss) best = { value: value * factor, loss };
    if (told.push(loss) !== probes.length) continue;
    if (told.every((loss) => loss === is) || Math.min(...told) > is * (1 + worse)) return null;
  }
  return best.loss < is ? closeIn(best, look) : null;
}
