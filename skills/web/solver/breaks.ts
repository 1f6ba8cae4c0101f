import { numberText } from "../../../bridge/text/page-literals.ts";
import type { Drawn } from "./letters.ts";
import { roundNear } from "./line.ts";
import type { Box, Trial } from "./live-page.ts";
import { type Place, places } from "./places.ts";

/** Pixels by which two neighbours may part and still stand together; from so many on they are wholly apart. */
const [together, apart] = [0.75, 4];
/** Numbers that are scanned, those by which most neighbours part or meet; factors that each is tried with. */
const mostNumbers = 24;
const factors = [0.45, 0.5, 0.56, 0.63, 0.7, 0.78, 0.86, 0.93, 1.07, 1.15, 1.26, 1.4, 1.56, 1.75, 1.95, 2.2];
/** Numbers that are taken one after the other. */
const mostTaken = 6;
/** Neighbours that must meet for a number to be taken, and the part of all that are apart. */
const [leastMet, leastShare] = [2.5, 0.08];

/**
 * How many neighbours among the texts of a page would part on their way to where the target shows them. Texts that break as
 * the target's move together wherever they stand; a wrong gap parts two, a wrong width parts two in every line.
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

const boxesOf = ({ changed }: Trial): Map<number, Box> => new Map(changed.map(([item, ...box]) => [item, box]));

/**
 * Numbers, above all widths, with which the page's texts break as the target's do, one after the other. Layouts alone tell:
 * nothing is drawn for a trial.
 * @returns the texts of the numbers that were taken
 */
export async function breaking({ compared, draft, sampled, now, late }: Drawn): Promise<Map<number, string>> {
  const { page, target } = compared;
  const taken = new Map<number, string>();
  const { found } = places(now, target, sampled.measured);
  if (found.length < 4) return taken;
  const { boxes } = sampled.measured;
  const countOf = (trial: Trial) => parted(found, boxes, boxesOf(trial));
  let is = parted(found, boxes, new Map());
  const numbers = [...sampled.samples]
    .map(([literal, [first]]) => ({ literal, changes: Math.abs(countOf(first!.trial) - is) }))
    .filter(({ literal, changes }) => changes > 1 && !draft.settled.has(literal))
    .sort((a, b) => b.changes - a.changes)
    .slice(0, mostNumbers)
    .map(({ literal }) => literal);
  await page.put(draft.texts);
  while (taken.size < mostTaken && !late()) {
    const open = numbers.filter((literal) => !taken.has(literal));
    const textAt = (literal: number, value: number) => numberText(value, draft.valueOf(literal).unit, 4);
    const look = async (tries: readonly (readonly [number, string])[]) => {
      const beside = ([literal, text]: readonly [number, string]) =>
        new Map([...draft.texts, ...taken]).set(literal, text);
      const { moved } = await page.measureWith(tries.map(beside), late);
      return tries.slice(0, moved.length).map(([literal, text], at) => ({ literal, text, count: countOf(moved[at]!) }));
    };
    const least = async (tries: readonly (readonly [number, string])[]) =>
      (await look(tries)).reduce((a, b) => (b.count < a.count ? b : a), { literal: -1, text: "", count: is });
    const wide = open.flatMap((literal) =>
      factors.map((f) => [literal, textAt(literal, draft.valueOf(literal).value * f)] as const),
    );
    let best = await least(wide);
    for (const step of [0.04, 0.02, 0.01]) {
      if (best.literal < 0) break;
      const value = Number.parseFloat(best.text);
      const near = await least(
        [-2, -1, 1, 2].map((n) => [best.literal, textAt(best.literal, value * (1 + n * step))] as const),
      );
      if (near.count < best.count) best = near;
    }
    if (best.literal < 0 || is - best.count < Math.max(leastMet, leastShare * is)) break;
    // Many values break texts alike: people write round ones.
    const value = Number.parseFloat(best.text);
    const round = await look(roundNear(value).map((near) => [best.literal, textAt(best.literal, near)] as const));
    const chosen = round.find(({ count }) => count <= best.count + 0.05) ?? best;
    taken.set(chosen.literal, chosen.text);
    is = chosen.count;
  }
  return taken;
}
