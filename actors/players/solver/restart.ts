import type { Fitter } from "./fitter.ts";
import { locate } from "./locate.ts";
import { measure } from "./measure.ts";
import { at } from "./problem.ts";
import { masksAt, survey } from "./survey.ts";
import { knobsOf, movable, type Thing, tunable } from "./things.ts";
import { widen } from "./widen.ts";

/** Things are looked for anew between these shares of the start's difference: with more left, it is structure that differs. */
const [little, mostly] = [0.025, 0.85];

/** A moved thing is doubted where it leaves more than this share of what would be amiss in its outline without it. */
const doubted = 0.1;

/** So many beginnings are tried. */
const mostTried = 4;

/** A beginning is kept if it ends with less than this share of what was left. */
const convincing = 0.8;

/** What is taken back to the program's own numbers, and the thing that is not looked for at once. */
interface Beginning {
  readonly home: readonly number[];
  readonly barred: string;
}

/**
 * Iterated local search: a thing that was moved and does not explain its place is taken back, with the colours and shapes that
 * may have been fitted to it, and the others are looked for before it is. What ends best is kept.
 */
export async function restart(fitter: Fitter): Promise<void> {
  const { problem } = fitter;
  const { share } = await measure(fitter, at(96, 16, 4, 1));
  let left = await share();
  const tried = new Set<string>();
  while (left > little && left < mostly && tried.size < mostTried) {
    const best = [...fitter.point];
    const next = (await beginnings(fitter)).find((one) => !tried.has(JSON.stringify(one)));
    if (next === undefined) break;
    tried.add(JSON.stringify(next));
    fitter.point = best.map((u, k) => (next.home.includes(k) ? problem.origin[k]! : u));
    await locate(fitter, { passes: 3, barred: [next.barred] });
    await settle(fitter);
    const then = await share();
    const kept = then < convincing * left;
    fitter.tell("restart", { without: next.barred, share: left, after: then, kept });
    if (kept) left = then;
    else fitter.point = best;
  }
}

/** Frees the light, colours and places that what was found asks for. */
async function settle(fitter: Fitter): Promise<void> {
  const wide = { reruns: false, reach: 4, strictness: 1.5, iterations: 4 } as const;
  await widen(fitter, at(64, 8, 4, 2.2), { ...wide, learn: "all", limit: 8 });
  await widen(fitter, at(64, 16, 4, 1.5), { ...wide, learn: "new", limit: 6 });
}

/** What may be taken back: all doubted things, with one at a time barred, those that leave most first; then each by itself. */
async function beginnings(fitter: Fitter): Promise<Beginning[]> {
  const { problem, point } = fitter;
  const all = tunable(problem);
  const masks = await masksAt(problem, point, all);
  const surveyed = masks && (await survey(fitter, all, movable(all, masks), masks, at(80, 4, 4, 1)));
  if (!surveyed) return [];
  const isMoved = (thing: Thing) => knobsOf(thing).some((k) => point[k] !== problem.origin[k]);
  const things = surveyed.things
    .filter(({ thing, left, bare }) => isMoved(thing) && left > doubted * bare)
    .sort((a, b) => b.left - a.left)
    .map(({ thing }) => thing);
  const looks = fitter.moved().filter((k) => problem.isMaterial(k) || problem.isShapeKey(k));
  const homeOf = (of: readonly Thing[]) => [...new Set([...of.flatMap(knobsOf), ...looks])].sort((a, b) => a - b);
  const together = things.map((thing) => ({ home: homeOf(things), barred: thing.name }));
  return [...together, ...things.map((thing) => ({ home: homeOf([thing]), barred: thing.name }))];
}
