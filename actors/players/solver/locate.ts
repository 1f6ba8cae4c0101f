import type { Fitter } from "./fitter.ts";
import type { Look } from "./looks.ts";
import { matchedTries } from "./matched.ts";
import { peaks } from "./peaks.ts";
import { at, type Problem, type Scale } from "./problem.ts";
import { inOrder, perRemains, place, type Rule, type Scored, score, type Try } from "./score.ts";
import { maskPx, masksAt, type Survey, type Surveyed, survey, wronglyColoured } from "./survey.ts";
import type { Masks } from "./sweeper.ts";
import { take } from "./take.ts";
import { areaOf, isHidden, knobsOf, movable, type Thing, tunable } from "./things.ts";
import { type Sought, Tries } from "./tries.ts";

/**
 * A thing is right where it stands if it leaves less than this share of what would be amiss in its outline without it; more
 * is allowed once things have been looked for, because then it is the look of it that is wrong rather than the place.
 */
const settled = { first: 0.1, later: 0.3 };

/** A thing of which less is in front is looked for wherever much is left to explain. */
const unseen = 0.6;

/** Things looked for in a pass at most, those with most left in their outline. */
const mostSought = 6;

/** A thing stands where it leaves less than this share of what is unexplained there without it; else it stands in for another. */
const standsThere = 0.6;

/** A size, a depth or a wall is taken if it explains this many times what a place and a turn do. */
const makeshift = 1.5;

/** Or this many times, if it leaves less than this share of what they leave there: a depth may leave nothing as well. */
const [aLittle, completer] = [1.05, 0.6];

/** The best turn of each thing is tried this much further each way, degrees: half a step. */
const further = 15;

/** A place must explain so much more than hiding the thing, as a share of what hiding it explains. */
const nothing = 0.1;

/** A pass that explains less than this share of what is left is the last. */
const worthwhile = 0.03;

export interface Search {
  readonly passes: number;
  /** Also nearer to the camera and farther, which makes up for a size that only a rerun sets. Default: yes. */
  readonly depths?: boolean;
  /**
   * Names of things that are not looked for in the first pass, because others may belong where they were put; those that
   * explain what is seen where they stand are looked for in their stead: they may have to be larger.
   */
  readonly barred?: readonly string[];
}

/**
 * Looks for things where no gradient leads, hide and locate: without a thing, what is left to explain peaks where it may
 * stand; its place knobs are solved so that it is seen there. Turns are tried where it stands and, matched as pictures, everywhere;
 * the best of those at other sizes and depths. Of all, what explains most is taken, as long as something gains 3 %; what only
 * hides a thing never is. Returns the knobs that moved.
 */
export async function locate(fitter: Fitter, how: Search): Promise<number[]> {
  const { passes, depths = true, barred = [] } = how;
  const { problem } = fitter;
  const all = tunable(problem);
  if (all.length === 0) return [];
  const scale = at(80, 4, 4, 1);
  const found = new Set<number>();
  for (let pass = 0; pass < passes; pass++) {
    const from = [...fitter.point];
    const masks = await masksAt(problem, from, all);
    if (masks === null) break;
    const placed = movable(all, masks);
    const inTheWay = placed.flatMap((i) => all[i]!.objects);
    const surveyed = await survey(fitter, all, placed, masks, scale);
    if (surveyed === null) break;
    const { here, noise } = surveyed;
    const tolerated = pass === 0 ? settled.first : settled.later;
    const isFirst = pass === 0 && barred.length > 0;
    const sought = soughtOf(surveyed, tolerated, isFirst).filter(
      ({ thing }) => !isFirst || !barred.includes(thing.name),
    );
    if (sought.length === 0 && isFirst) continue;
    if (sought.length === 0) break;
    const { now, scored: graded } = await search(fitter, sought, masks, scale, here, noise, inTheWay, depths);
    const least = worthwhile * Math.max(0, now - noise);
    // What explains no more than the thing's absence hides it.
    const bare = new Map(sought.map(({ thing, unexplained }) => [thing.name, unexplained]));
    const stays = new Map(sought.map(({ thing, left }) => [thing.name, left]));
    const scored = graded.filter(
      ({ one, value, left, remains }) =>
        left < standsThere &&
        value < bare.get(one.owner)! - least / 2 &&
        now - value > perRemains * (remains - stays.get(one.owner)!),
    );
    const rule = {
      evened: true,
      alone: 0.5,
      least,
      // What hides it may be out of place itself: then it is seen afterwards whether it came to light.
      ...(sought.length === 1 ? { refuses: hiding(problem, all, masks, from) } : {}),
    };
    const moved = await take(fitter, { now, scored }, scale, rule);
    const hidden = moved.length === 0 ? [] : await uncover(fitter, all, masks, from);
    const stayed = moved.filter((k) => fitter.point[k] !== from[k]);
    fitter.tell("locate", {
      pass,
      things: sought.map(({ thing }) => thing.name),
      tries: scored.length,
      hidden,
      knobs: stayed.map((k) => problem.knobs[k]!.label),
    });
    if (stayed.length === 0 && !isFirst) break;
    for (const k of stayed) found.add(k);
    for (const k of found) if (fitter.point[k] === problem.origin[k]) found.delete(k);
    // With the light: under a wrong one places settle beside the right ones.
    await fitter.fit(fitter.moved(), at(64, 8, 4, 1.5), 3, 3);
  }
  return [...found];
}

/** The things that do not explain what is seen where they stand, those that leave most first, and where each may be. */
function soughtOf({ things, least, isOpen }: Survey, tolerated: number, everything: boolean): Sought[] {
  const share = ({ seen, index }: Surveyed) => {
    const { seen: shown, alone } = areaOf(
      seen.map(({ view }) => view),
      index,
    );
    return shown / Math.max(1, alone);
  };
  const wrong = things.filter(
    (one) => one.left > 0 && one.left >= tolerated * one.bare && !wronglyColoured(one, least),
  );
  const amiss = wrong.filter(({ left }) => left >= least);
  const first = amiss.sort((a, b) => b.left - a.left);
  // What is covered or a speck leaves little where it is: wherever much is left to explain it may belong.
  const lost = isOpen
    ? things.filter((one) => !amiss.includes(one) && (everything || wrong.includes(one) || share(one) < unseen))
    : [];
  return [...first, ...lost].slice(0, everything ? 2 * mostSought : mostSought).map((one) => ({
    ...one,
    stands: !wrong.includes(one) && share(one) >= unseen,
    spots:
      one.thing.axes.length === 0
        ? []
        : one.seen.flatMap((seen, v) => peaks(seen, lost.includes(one)).map((spot) => ({ ...spot, view: v }))),
  }));
}

/** Places, then turns at the best of them and at the present one, then sizes and depths at the best of those: all scored. */
async function search(
  fitter: Fitter,
  sought: readonly Sought[],
  masks: Masks,
  scale: Scale,
  here: Look,
  noise: number,
  others: readonly string[],
  depths: boolean,
) {
  const make = new Tries(fitter.problem, fitter.point, masks);
  const rule: Rule = { evened: true, noise };
  const scored: Scored[] = [];
  let now = 0;
  const grade = async (tries: readonly Try[], to: Scored[] = scored) => {
    const graded = await score(fitter, tries, scale, rule, here);
    if (tries.length > 0) now = graded.now;
    to.push(...graded.scored);
  };
  const of = ({ thing }: Sought) => inOrder(scored, now).filter(({ one }) => one.owner === thing.name);
  const best = (one: Sought, most: number): Try[] =>
    of(one)
      .slice(0, most)
      .map((found) => found.one);
  await grade(sought.flatMap((one) => make.places(one)));
  await grade(sought.flatMap((one) => make.turns(one)));
  const astray = sought.filter(({ stands }) => !stands);
  // Turns and sizes are drawn over the same picture.
  const [empty] = astray.length === 0 ? [] : await fitter.problem.look([fitter.point], scale, { hide: [others] });
  const matched = async (bases: (one: Sought) => Try[]) =>
    empty ? matchedTries(fitter, astray, others, empty, make, scale, bases) : [];
  await grade(astray.flatMap((one) => make.turnsAmiss(one)));
  await grade(await matched((one) => make.allTurns(one)));
  await grade(sought.flatMap((one) => best(one, 1).flatMap((base) => make.turnedABit(one, base, further))));
  await grade(sought.flatMap((one) => sought.flatMap((other) => (one === other ? [] : make.instead(one, other)))));
  // Another size, or a wall, makes up for a wrong place or turn: it must explain much more than those do.
  // What explains no more than the thing's absence is no place.
  const placed = (one: Sought) =>
    of(one).find(({ value }) => value < one.unexplained - nothing * Math.max(0, now - one.unexplained));
  const known = new Map(sought.map((one) => [one.thing.name, Math.max(0, now - (placed(one)?.value ?? now))]));
  const last: Scored[] = [];
  const deep = new Set(depths ? sought.flatMap((one) => make.depths(one)) : []);
  await grade(
    [
      ...sought.flatMap((one) => [
        ...[make.stay(one), ...best(one, 1)].flatMap((base) => make.sizes(one, base)),
        ...make.walls(one),
      ]),
      ...(await matched((one) => make.sizes(one, make.stay(one)))),
      ...deep,
    ],
    last,
  );
  const leaves = new Map(sought.map((one) => [one.thing.name, placed(one)?.left ?? 1]));
  const pays = ({ one, value, left }: Scored) => {
    const better = left < completer * leaves.get(one.owner)! && !deep.has(one);
    return now - value > (better ? aLittle : makeshift) * known.get(one.owner)!;
  };
  scored.push(...last.filter(pays));
  return { now, scored };
}

/** Of things that were moved together one may have come to hide another: that one goes back, to be looked for again. */
async function uncover(
  fitter: Fitter,
  all: readonly Thing[],
  before: Masks,
  from: readonly number[],
): Promise<string[]> {
  const now = await masksAt(fitter.problem, fitter.point, all);
  if (now === null) return [];
  const hidden = all.filter((thing, i) => {
    const moved = (k: number) => fitter.point[k] !== from[k];
    return knobsOf(thing).some(moved) && isHidden(before, now, i, thing.sizes.some(moved));
  });
  for (const thing of hidden) for (const k of knobsOf(thing)) fitter.point[k] = from[k]!;
  return hidden.map(({ name }) => name);
}

/** Says of tries which would hide the thing they move. */
function hiding(problem: Problem, all: readonly Thing[], before: Masks, from: readonly number[]) {
  return async (tries: readonly Try[]): Promise<boolean[]> => {
    const objects = all.map((thing) => thing.objects);
    const points = tries.map(({ moved }) => place(from, moved));
    const after = await problem.masks(points, maskPx, objects);
    return tries.map(({ owner, moved }, t) => {
      const i = all.findIndex(({ name }) => name === owner);
      const now = after[t] ?? null;
      const sized = moved.some(([k]) => all[i]!.sizes.includes(k));
      return now === null || isHidden(before, now, i, sized);
    });
  };
}
