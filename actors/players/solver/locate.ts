import { type Fitter, sumSquares } from "./fitter.ts";
import { outlined, peaks, type Seen } from "./peaks.ts";
import { blur, difference, extent } from "./pictures.ts";
import { at, type Look, type Problem, type Scale } from "./problem.ts";
import { project, towards } from "./projection.ts";
import { inOrder, place, type Rule, type Scored, score, type Try, take } from "./search.ts";
import type { Masks, Point3, ViewMasks } from "./sweeper.ts";
import { isHidden, knobsOf, movable, type Thing, thingsOf } from "./things.ts";
import { type Sought, Tries } from "./tries.ts";

/** Pixels of the masks that decide what is hidden. */
const maskPx = 64;

/**
 * A thing is right where it stands if it leaves less than this share of what would be amiss in its outline without it; more
 * is allowed once things have been looked for, because then it is the look of it that is wrong rather than the place.
 */
const settled = { first: 0.1, later: 0.3 };

/** Nor is it looked for if its outline holds less than these shares of all that is left to explain, and was at first. */
const noticeable = { now: 0.01, first: 0.003 };

/** Things looked for in a pass at most, those with most left in their outline. */
const mostSought = 6;

/** A thing stands where it leaves less than this share of what is unexplained there without it; else it stands in for another. */
const standsThere = 0.6;

/** A size, a depth or a wall is taken if it explains this many times what a place and a turn do. */
const makeshift = 1.5;

/** A pass that explains less than this share of what is left is the last. */
const worthwhile = 0.03;

/**
 * Looks for things where no gradient leads, hide and locate: without a thing, what is left to explain peaks where it may
 * stand; its place knobs are solved so that it is seen there. The best places and the present one are tried at all turns, the
 * best of those at other sizes and depths. Of all, what explains most is taken, as long as something gains 3 %; what only
 * hides a thing never is. Returns the knobs that moved.
 */
export async function locate(fitter: Fitter, passes: number): Promise<number[]> {
  const { problem } = fitter;
  const all = thingsOf(problem.trace).filter((thing) => knobsOf(thing).some((k) => problem.isUsable(k)));
  if (all.length === 0) return [];
  const scale = at(80, 4, 4, 1);
  const found = new Set<number>();
  for (let pass = 0; pass < passes; pass++) {
    const from = [...fitter.point];
    const masks = await masksAt(problem, from, all);
    if (masks === null) break;
    const { here, noise, sought } = await survey(fitter, all, masks, scale, pass === 0 ? settled.first : settled.later);
    if (here === null || sought.length === 0) break;
    const { now, scored: graded } = await search(fitter, sought, masks, scale, here, noise);
    const least = worthwhile * Math.max(0, now - noise);
    // What explains no more than the thing's absence hides it.
    const bare = new Map(sought.map(({ thing, unexplained }) => [thing.name, unexplained]));
    const scored = graded.filter(
      ({ one, value, left }) => left < standsThere && value < bare.get(one.owner)! - least / 2,
    );
    const rule = {
      evened: true,
      alone: 0.5,
      least,
      refuses: hiding(problem, all, masks, from),
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
    if (stayed.length === 0) break;
    for (const k of stayed) found.add(k);
    for (const k of found) if (fitter.point[k] === problem.origin[k]) found.delete(k);
    // With the light: under a wrong one places settle beside the right ones.
    await fitter.fit(fitter.moved(), at(64, 8, 4, 1.5), 3, 3);
  }
  return [...found];
}

/** Places, then turns at the best of them and at the present one, then sizes and depths at the best of those: all scored. */
async function search(
  fitter: Fitter,
  sought: readonly Sought[],
  masks: Masks,
  scale: Scale,
  here: Look,
  noise: number,
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
  await grade(
    sought.flatMap((one) => [
      ...[make.stay(one), ...best(one, 2)].flatMap((base) => make.turns(one, base)),
      ...make.turnsOfTwo(one, best(one, 1)[0] ?? make.stay(one)),
    ]),
  );
  // Another size, or a wall, makes up for a wrong place or turn: it must explain much more than those do.
  const known = new Map(sought.map((one) => [one.thing.name, Math.max(0, now - (of(one)[0]?.value ?? now))]));
  const last: Scored[] = [];
  await grade(
    sought.flatMap((one) => [
      ...[make.stay(one), ...best(one, 1)].flatMap((base) => make.sizes(one, base)),
      ...make.walls(one),
    ]),
    last,
  );
  scored.push(...last.filter(({ one, value }) => now - value > makeshift * known.get(one.owner)!));
  return { now, scored };
}

async function masksAt(problem: Problem, point: readonly number[], things: readonly Thing[]): Promise<Masks | null> {
  const objects = things.map((thing) => thing.objects);
  return (await problem.masks([point], maskPx, objects))[0] ?? null;
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

/** The things that do not explain what is seen where they stand, those that leave most first, and where each may be. */
async function survey(
  fitter: Fitter,
  all: readonly Thing[],
  masks: Masks,
  scale: Scale,
  tolerated: number,
): Promise<{ here: Look | null; noise: number; sought: Sought[] }> {
  const { problem } = fitter;
  const things = movable(all, masks).map((i) => all[i]!);
  const hide = [null, ...things.map(({ objects }) => objects)];
  const points = [problem.origin, ...hide.map(() => fitter.point)];
  const [origin, ...looks] = await problem.look(points, scale, undefined, undefined, [null, ...hide]);
  const here = looks[0] ?? null;
  if (here === null || !origin) return { here: null, noise: 0, sought: [] };
  const noise = await fitter.noise(scale, here);
  const evened = problem.evened(here);
  const grain = (await fitter.noise({ ...scale, sigma: 0 }, here)) / problem.features(here, 0).length;
  const whole = (look: Look) => {
    const residual = problem.features(look, 0);
    return sumSquares(residual) - grain * residual.length;
  };
  const least = Math.max(noticeable.now * whole(evened), noticeable.first * whole(problem.evened(origin)));
  const graded: { left: number; one: Sought }[] = [];
  things.forEach((thing, t) => {
    const without = looks[t + 1];
    const index = all.indexOf(thing);
    const box = masks.boxes[index];
    if (!without || !box) return;
    const centre = box[0].map((low, i) => (low + box[1][i]!) / 2) as unknown as Point3;
    const targets = problem.targetsOf(without);
    const bare = problem.evened(without);
    const seen = masks.views.map((view, v): Seen => {
      const picture = evened.views[v]!;
      const now = project(view, centre) ?? { x: 0.5, y: 0.5, depth: 1 };
      return {
        shown: picture,
        bare: bare.views[v]!,
        target: targets[v]!,
        view,
        index,
        middle: { x: now.x * picture.width, y: now.y * picture.height },
        scales: scalesBy(thing, centre, view, picture.height),
      };
    });
    const amiss = seen.map(outlined);
    const sum = (of: "with" | "without" | "values") => amiss.reduce((total, one) => total + one[of], 0);
    const left = sum("with") - grain * sum("values");
    if (left < tolerated * (sum("without") - grain * sum("values")) || left < least) return;
    const spots = thing.axes.length === 0 ? [] : seen.flatMap((one, v) => peaks(one).map((s) => ({ ...s, view: v })));
    const region = without.views.map(({ width, height, data }, v) => {
      const delta = blur(difference(data, here.views[v]!.data), width, height, 1);
      const peak = delta.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      return extent(delta, width, height, Math.max(0.01, 0.12 * peak), 1);
    });
    const unexplained = sumSquares(problem.features(bare, scale.sigma));
    const size = Math.max(box[1][0] - box[0][0], box[1][1] - box[0][1]);
    graded.push({ left, one: { thing, centre, size, spots, without, region, unexplained } });
  });
  const sought = graded.sort((a, b) => b.left - a.left).slice(0, mostSought);
  return { here, noise, sought: sought.map(({ one }) => one) };
}

/** By row of a view, how much larger a thing would look were its middle there, on the ground it stands on; null: nowhere. */
function scalesBy(thing: Thing, centre: Point3, view: ViewMasks, rows: number): (number | null)[] {
  const now = project(view, centre);
  const free = thing.axes.slice(0, 2);
  if (now === null || free.length === 0) return Array.from({ length: rows }, () => 1);
  return Array.from({ length: rows }, (_, row) => {
    const moves = towards(free, centre, view, { x: now.x, y: (row + 0.5) / rows });
    if (moves === null) return free.length < 2 ? 1 : null;
    const to = [...centre] as [number, number, number];
    free.forEach(({ axis }, i) => {
      to[axis]! += moves[i]!;
    });
    const there = project(view, to);
    // Nearer than a third or farther than three times as far is taken for no place at all.
    return there === null || there.depth > 3 * now.depth || there.depth < now.depth / 3
      ? null
      : now.depth / there.depth;
  });
}
