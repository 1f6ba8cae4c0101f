import { numberText } from "../../../bridge/text/page-literals.ts";
import { sizedTexts } from "./course.ts";
import type { Drawn } from "./letters.ts";
import { roundNear } from "./line.ts";
import type { Box, Trial } from "./live-page.ts";
import { type Place, places } from "./places.ts";

/** Pixels by which two neighbours may part and still stand together; from so many on they are wholly apart. */
const [together, apart] = [0.75, 4];
/** Numbers that are scanned, those by which most neighbours part; those that are scanned again. */
const mostNumbers = 60;
const mostAgain = 16;
/** Numbers that part most and are scanned densely at first: a width tells nothing until lines break as the target's. */
const mostDense = 12;
/** Factors that each is tried with, those that the others are tried with at first, and those of the densely scanned. */
const factors = [0.45, 0.5, 0.56, 0.63, 0.7, 0.78, 0.86, 0.93, 1.07, 1.15, 1.26, 1.4, 1.56, 1.75, 1.95, 2.2];
const sparse = factors.filter((_, n) => n % 2 === 1);
const dense = Array.from({ length: 34 }, (_, n) => 0.45 * 1.05 ** n);
/** Parts by which the values of the best few are then closed in on. */
const steps = [0.04, 0.02, 0.01, 0.005];
const closedIn = 6;
/** Neighbours that a number must part when it is nudged to be scanned. */
const leastChange = 0.3;
/** Part of what a number moves that may be texts which it sizes though they have their size. */
const mostSized = 0.3;
/** Numbers that are taken one after the other, the same ones again once others are right. */
const mostTaken = 8;
/** Neighbours that must meet for a number to be taken, and the part of all that are apart; those for one that was taken. */
const [leastMet, leastShare] = [2.5, 0.08];
const leastAgain = 0.02;
/** What texts count that stand to one side of their places, as a neighbour if all do, and the pixels that are far: it tells apart what breaks alike. */
const [asideWorth, farAside] = [0.9, 8];
/** Part of the neighbours that were apart from which on two numbers are tried together, and how many must have been. */
const muchLeft = 0.2;
const leastPaired = 20;
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

/** How far to one side texts stand from where the target shows them, on average, 0 to 1. */
function asideOf(found: readonly Place[], from: readonly Box[], to: ReadonlyMap<number, Box>): number {
  const far = found.map(({ item, dx }) => Math.abs(from[item]![0] + dx - (to.get(item) ?? from[item]!)[0]) / farAside);
  return far.reduce((sum, one) => sum + Math.min(1, one), 0) / Math.max(1, far.length);
}

/** A number with a value, and the neighbours that are parted then. */
interface Tried {
  literal: number;
  value: number;
  count: number;
}

const boxesOf = ({ changed }: Trial): Map<number, Box> => new Map(changed.map(([item, ...box]) => [item, box]));

/** What the layouts of a page tell of its numbers, beside those that were taken. */
class Layouts {
  readonly #drawn: Drawn;
  readonly #found: readonly Place[];
  taken: ReadonlyMap<number, string> = new Map();

  constructor(drawn: Drawn, found: readonly Place[]) {
    this.#drawn = drawn;
    this.#found = found;
  }

  get now(): number {
    return this.#count(new Map());
  }

  #count(to: ReadonlyMap<number, Box>): number {
    const { boxes } = this.#drawn.sampled.measured;
    return parted(this.#found, boxes, to) + asideWorth * asideOf(this.#found, boxes, to);
  }

  valueOf(literal: number): number {
    return this.#drawn.draft.valueOf(literal).value;
  }

  text(literal: number, value: number): string {
    return numberText(value, this.#drawn.draft.valueOf(literal).unit, 4);
  }

  /** Numbers that part neighbours as they stand now, and do not only size texts that have their size; what parts most first. */
  numbers(): number[] {
    const { sampled, draft } = this.#drawn;
    const standing = new Set(this.#found.map(({ item }) => item));
    const still = this.#found.map((place) => ({ ...place, dx: 0, dy: 0 }));
    const breaks = (trial: Trial) => parted(still, sampled.measured.boxes, boxesOf(trial));
    return [...sampled.samples]
      .filter(([literal, [first]]) => {
        const sized = sizedTexts(first!.trial, sampled.measured).filter((item) => standing.has(item));
        return !draft.settled.has(literal) && sized.length <= mostSized * first!.trial.changed.length;
      })
      .map(([literal, [first]]) => ({ literal, change: breaks(first!.trial) }))
      .filter(({ change }) => change > leastChange)
      .sort((a, b) => b.change - a.change)
      .slice(0, mostNumbers)
      .map(({ literal }) => literal);
  }

  /** What was taken, with another value of a number. */
  with({ literal, value }: Omit<Tried, "count">): Map<number, string> {
    return new Map(this.taken).set(literal, this.text(literal, value));
  }

  /** As many of some values as there is time for, each beside what was taken. */
  async look(tries: readonly Omit<Tried, "count">[]): Promise<Tried[]> {
    const counts = await this.counts(tries.map((one) => this.with(one)));
    return counts.map((count, at) => ({ ...tries[at]!, count }));
  }

  /** How many neighbours part with each of some texts, as far as there is time. */
  async counts(some: readonly ReadonlyMap<number, string>[]): Promise<number[]> {
    const { compared, draft, late } = this.#drawn;
    const { moved } = await compared.page.measureWith(
      some.map((texts) => new Map([...draft.texts, ...texts])),
      late,
    );
    return moved.map((trial) => this.#count(boxesOf(trial)));
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

/** Takes one number after the other, as long as enough neighbours meet. -> how many are parted then, and the best numbers at first */
async function greedy(layouts: Layouts, first: readonly number[], from: number, late: () => boolean) {
  let [numbers, is] = [first, from];
  let ranking: readonly number[] = [];
  for (let n = 0; n < mostTaken && numbers.length > 0 && !late(); n++) {
    const by = (at: number) => (n > 0 ? factors : at < mostDense ? dense : sparse);
    const wide = numbers.flatMap((literal, at) =>
      by(at).map((factor) => ({ literal, value: layouts.valueOf(literal) * factor })),
    );
    const ranked = bestOfEach(await layouts.look(wide));
    numbers = ranked.map(({ literal }) => literal).slice(0, mostAgain);
    if (n === 0) ranking = numbers;
    const closed: Tried[] = [];
    for (const one of ranked.slice(0, closedIn)) if (one.count < is) closed.push(await layouts.closeIn(one));
    for (const [literal, text] of layouts.taken) {
      closed.push(await layouts.closeIn({ literal, value: Number.parseFloat(text), count: is }));
    }
    const best = bestOfEach(closed)[0];
    if (best === undefined) break;
    const { literal } = best;
    const least = layouts.taken.has(literal) ? leastAgain : Math.max(leastMet, leastShare * is);
    if (is - best.count < least) break;
    // Many values break texts alike: people write round ones.
    const round = await layouts.look(roundNear(best.value).map((value) => ({ literal, value })));
    const chosen = round.find(({ count }) => count <= best.count + asGood) ?? best;
    layouts.taken = layouts.with(chosen);
    is = chosen.count;
  }
  return { ranking, count: is };
}

/** Two numbers together with which fewest neighbours part: one that is nearly right for a wrong other leads away from both. */
async function pairOf(layouts: Layouts, [one, two]: readonly [number, number]) {
  layouts.taken = new Map();
  const texts = factors.flatMap((a) =>
    factors.map(
      (b) =>
        new Map(
          [[one, a] as const, [two, b] as const].map(([literal, factor]) => {
            return [literal, layouts.text(literal, layouts.valueOf(literal) * factor)];
          }),
        ),
    ),
  );
  const counts = await layouts.counts(texts);
  const count = Math.min(...counts);
  return { taken: texts[counts.indexOf(count)]!, count };
}

/**
 * Numbers, above all widths, with which the page's texts break as the target's do, one after the other; where that leaves
 * much, two together first. Layouts alone tell: nothing is drawn for a trial.
 * @returns the texts of the numbers that were taken
 */
export async function breaking(drawn: Drawn): Promise<ReadonlyMap<number, string>> {
  const { compared, draft, sampled, now, late } = drawn;
  const { found } = places(now, compared.target, sampled.measured);
  const layouts = new Layouts(drawn, found);
  if (found.length < leastFound) return layouts.taken;
  await compared.page.put(draft.texts);
  const first = layouts.numbers();
  const start = layouts.now;
  const alone = await greedy(layouts, first, start, late);
  let best = { taken: layouts.taken, count: alone.count };
  const [a, b, c] = alone.ranking;
  const pairs = [
    [a, b],
    [a, c],
    [b, c],
  ] as const;
  for (const [one, two] of pairs) {
    if (one === undefined || two === undefined || best.count < muchLeft * start || start < leastPaired || late())
      continue;
    const pair = await pairOf(layouts, [one, two]);
    if (pair.count >= best.count) continue;
    layouts.taken = pair.taken;
    const { count } = await greedy(layouts, alone.ranking, pair.count, late);
    if (count < best.count) best = { taken: layouts.taken, count };
  }
  return best.taken;
}
