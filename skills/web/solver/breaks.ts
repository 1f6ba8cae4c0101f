import { numberText } from "../../../bridge/text/page-literals.ts";
import { sizedTexts } from "./course.ts";
import type { Drawn } from "./letters.ts";
import { roundNear } from "./line.ts";
import type { Box, Trial } from "./live-page.ts";
import { type Place, places } from "./places.ts";

/** Pixels by which two neighbours may part and still stand together; from so many on they are wholly apart. */
const [together, apart] = [0.75, 4];
/** Numbers that are scanned, those by which most neighbours part or meet; those that are scanned again. */
const mostNumbers = 60;
const mostAgain = 16;
/** Factors that each is tried with, and parts by which the values of the best few are then closed in on. */
const factors = [0.45, 0.5, 0.56, 0.63, 0.7, 0.78, 0.86, 0.93, 1.07, 1.15, 1.26, 1.4, 1.56, 1.75, 1.95, 2.2];
const steps = [0.04, 0.02, 0.01];
const closedIn = 6;
/** What a number must change when it is nudged, in neighbours, to be scanned. */
const leastChange = 0.3;
/** Part of what a number moves that may be texts which it sizes though they have their size. */
const mostSized = 0.3;
/** Numbers that are taken one after the other. */
const mostTaken = 6;
/** Neighbours that must meet for a number to be taken, and the part of all that are apart. */
const [leastMet, leastShare] = [2.5, 0.08];
/** Neighbours by which a round value may be worse. */
const asGood = 0.05;
/** Texts that must be found for their neighbours to tell anything. */
const leastFound = 4;

/**
 * How many neighbours among the texts of a page would part on their way to where the target shows them. Texts that break as
 * the target's move together wherever they stand; a wrong gap parts two, a wrong width parts two in every line.
 * @param from boxes of the texts as they were found, by item
 * @param to boxes of those that stand otherwise now
 */
export function parted(found: readonly Place[], from: readonly Box[], to: ReadonlyMap<number, Box>): number {
  let sum = 0;
  let before: { dx: number; dy: number } | null = null;
  for (const { item, dx, dy } of found) {
    const [was, is] = [from[item]!, to.get(item) ?? from[item]!];
    // A text that is broken or sized anew stands nowhere.
    const same = Math.abs(is[2] - was[2]) < 1 && Math.abs(is[3] - was[3]) < 1;
    const now = same ? { dx: was[0] + dx - is[0], dy: was[1] + dy - is[1] } : null;
    if (now === null) sum += 1;
    else if (before !== null) {
      const far = Math.max(Math.abs(now.dx - before.dx), Math.abs(now.dy - before.dy)) - together;
      sum += Math.min(1, Math.max(0, far) / apart);
    }
    before = now ?? before;
  }
  return sum;
}

/** A number with a value, and the neighbours that are parted then. */
interface Tried {
  literal: number;
  value: number;
  count: number;
}

/** What the layouts of a page tell of its numbers, beside those that were taken. */
class Layouts {
  readonly #drawn: Drawn;
  readonly #found: readonly Place[];
  readonly taken = new Map<number, string>();

  constructor(drawn: Drawn, found: readonly Place[]) {
    this.#drawn = drawn;
    this.#found = found;
  }

  get now(): number {
    return parted(this.#found, this.#drawn.sampled.measured.boxes, new Map());
  }

  count({ changed }: Trial): number {
    const boxes = new Map(changed.map(([item, ...box]): [number, Box] => [item, box]));
    return parted(this.#found, this.#drawn.sampled.measured.boxes, boxes);
  }

  valueOf(literal: number): number {
    return this.#drawn.draft.valueOf(literal).value;
  }

  text(literal: number, value: number): string {
    return numberText(value, this.#drawn.draft.valueOf(literal).unit, 4);
  }

  /** Numbers that part or bring together neighbours, and do not only size texts that have their size; what changes most first. */
  numbers(): number[] {
    const { sampled, draft } = this.#drawn;
    const standing = new Set(this.#found.map(({ item }) => item));
    const now = this.now;
    return [...sampled.samples]
      .filter(([literal, [first]]) => {
        const sized = sizedTexts(first!.trial, sampled.measured).filter((item) => standing.has(item));
        return !draft.settled.has(literal) && sized.length <= mostSized * first!.trial.changed.length;
      })
      .map(([literal, [first]]) => ({ literal, change: Math.abs(this.count(first!.trial) - now) }))
      .filter(({ change }) => change > leastChange)
      .sort((a, b) => b.change - a.change)
      .slice(0, mostNumbers)
      .map(({ literal }) => literal);
  }

  /** As many of some values as there is time for, each beside what was taken. */
  async look(tries: readonly Omit<Tried, "count">[]): Promise<Tried[]> {
    const { compared, draft, late } = this.#drawn;
    const beside = ({ literal, value }: Omit<Tried, "count">) =>
      new Map([...draft.texts, ...this.taken]).set(literal, this.text(literal, value));
    const { moved } = await compared.page.measureWith(tries.map(beside), late);
    return moved.map((trial, at) => ({ ...tries[at]!, count: this.count(trial) }));
  }

  /** Values around one, in steps that halve. */
  async closeIn(from: Tried): Promise<Tried> {
    let best = from;
    for (const step of steps) {
      const { literal, value } = best;
      best = leastOf(await this.look([-2, -1, 1, 2].map((n) => ({ literal, value: value * (1 + n * step) }))), best);
    }
    return best;
  }
}

const leastOf = (tries: readonly Tried[], first: Tried): Tried =>
  tries.reduce((a, b) => (b.count < a.count ? b : a), first);

/** The best value of each number, the best number first. */
function bestOfEach(tries: readonly Tried[]): Tried[] {
  const best = new Map<number, Tried>();
  for (const one of tries) {
    if (one.count < (best.get(one.literal)?.count ?? Number.POSITIVE_INFINITY)) best.set(one.literal, one);
  }
  return [...best.values()].sort((a, b) => a.count - b.count);
}

/**
 * Numbers, above all widths, with which the page's texts break as the target's do, one after the other. Layouts alone tell:
 * nothing is drawn for a trial.
 * @returns the texts of the numbers that were taken
 */
export async function breaking(drawn: Drawn): Promise<ReadonlyMap<number, string>> {
  const { compared, draft, sampled, now, late } = drawn;
  const { found } = places(now, compared.target, sampled.measured);
  const layouts = new Layouts(drawn, found);
  if (found.length < leastFound) return layouts.taken;
  await compared.page.put(draft.texts);
  let numbers = layouts.numbers();
  let is = layouts.now;
  while (layouts.taken.size < mostTaken && numbers.length > 0 && !late()) {
    const wide = numbers.flatMap((literal) =>
      factors.map((factor) => ({ literal, value: layouts.valueOf(literal) * factor })),
    );
    const ranked = bestOfEach(await layouts.look(wide));
    const closed: Tried[] = [];
    for (const one of ranked.slice(0, closedIn)) if (one.count < is) closed.push(await layouts.closeIn(one));
    const best = bestOfEach(closed)[0];
    if (best === undefined || is - best.count < Math.max(leastMet, leastShare * is)) break;
    // Many values break texts alike: people write round ones.
    const { literal } = best;
    const round = await layouts.look(roundNear(best.value).map((value) => ({ literal, value })));
    const chosen = round.find(({ count }) => count <= best.count + asGood) ?? best;
    layouts.taken.set(literal, layouts.text(literal, chosen.value));
    is = chosen.count;
    numbers = ranked.flatMap((one) => (one.literal === literal ? [] : [one.literal])).slice(0, mostAgain);
  }
  return layouts.taken;
}
