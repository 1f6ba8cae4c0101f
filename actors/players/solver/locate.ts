import type { Fitter } from "./fitter.ts";
import { outlined, peaks } from "./peaks.ts";
import { at, type Problem, type Scale } from "./problem.ts";
import { project, towards } from "./projection.ts";
import { place, type Try, takeBest } from "./search.ts";
import type { Masks, Point3 } from "./sweeper.ts";
import { isHidden, knobsOf, movable, type Thing, thingsOf } from "./things.ts";

/** Pixels of the masks that decide what is hidden. */
const maskPx = 64;

/** A thing is right where it stands if it leaves less than this share of what would be amiss in its outline without it. */
const settled = 0.1;

/** Factors a thing's size is tried at, alone; and together with a new place. */
const sizes = [0.25, 0.35, 0.5, 0.7, 1.4, 2, 2.8, 4];
const sizesElsewhere = [0.45, 2.2];

/** Factors of a thing's distance from the camera that are tried along the ray it is seen by. */
const depths = [0.6, 0.78, 1.28, 1.65];

/** A pass that explains less than this share of what is left is the last. */
const worthwhile = 0.03;

interface Spot {
  readonly view: number;
  readonly x: number;
  readonly y: number;
}

/**
 * Looks for things where no gradient leads, hide and locate: without a thing, what is left to explain peaks where it may
 * stand; its place knobs are solved so that it is seen there, and every such place is rendered. Then all turns, sizes and
 * depths of every thing. Of all, what explains most is taken, as long as something gains 3 %; what only hides a thing never
 * is. Returns the knobs that moved.
 */
export async function locate(fitter: Fitter, passes: number, strictness = 1.5): Promise<number[]> {
  const { problem } = fitter;
  const all = thingsOf(problem.trace).filter((thing) => knobsOf(thing).some((k) => problem.isUsable(k)));
  if (all.length === 0) return [];
  const scale = at(96, 8, 4, 1.2);
  const found = new Set<number>();
  for (let pass = 0; pass < passes; pass++) {
    const from = [...fitter.point];
    const masks = await masksAt(problem, from, all);
    if (masks === null) break;
    const things = movable(all, masks).map((i) => all[i]!);
    const { suspects, tries, further } = await elsewhere(fitter, things, all, masks, scale);
    const rule = { evened: true, least: worthwhile, refuses: hiding(problem, all, masks, fitter.point) };
    const moved = await takeBest(fitter, tries, scale, rule);
    const now = moved.length > 0 ? ((await masksAt(problem, fitter.point, all)) ?? masks) : masks;
    const next = { ...rule, refuses: hiding(problem, all, now, fitter.point) };
    moved.push(...(await takeBest(fitter, turns(fitter, suspects, strictness), scale, next)));
    // Another size, or a wall, makes up for a wrong place or turn: it is asked when those have nothing to say.
    if (moved.length === 0) moved.push(...(await takeBest(fitter, further, scale, rule)));
    if (moved.length === 0) {
      moved.push(...(await takeBest(fitter, sizesAndDepths(fitter, suspects, all, masks, strictness), scale, rule)));
    }
    const hidden = await uncover(fitter, all, masks, from);
    const stayed = moved.filter((k) => fitter.point[k] !== from[k]);
    fitter.tell("locate", {
      pass,
      things: suspects.map(({ name }) => name),
      tries: tries.length,
      hidden,
      knobs: stayed.map((k) => problem.knobs[k]!.label),
    });
    if (stayed.length === 0) break;
    for (const k of stayed) found.add(k);
    for (const k of found) if (fitter.point[k] === problem.origin[k]) found.delete(k);
    await fitter.fit([...found], at(64, 8, 4, 1.5), 3, 3);
  }
  return [...found];
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

/**
 * The things that do not explain what is seen where they stand, and where each may stand instead, as tries: on the
 * ground, and further ones: larger and smaller where a knob says its size, and on a wall.
 */
async function elsewhere(
  fitter: Fitter,
  things: readonly Thing[],
  all: readonly Thing[],
  masks: Masks,
  scale: Scale,
): Promise<{ suspects: Thing[]; tries: Try[]; further: Try[] }> {
  const { problem } = fitter;
  const suspects: Thing[] = [];
  const tries: Try[] = [];
  const further: Try[] = [];
  const hide = [null, ...things.map(({ objects }) => objects)];
  const looks = await problem.look(
    hide.map(() => fitter.point),
    { ...scale, samples: scale.probe },
    undefined,
    undefined,
    hide,
  );
  const here = looks[0];
  if (!here) return { suspects, tries, further };
  const shown = problem.evened(here).views;
  things.forEach((thing, t) => {
    const without = looks[t + 1];
    const index = all.indexOf(thing);
    const box = masks.boxes[index];
    if (!without || !box) return;
    const targets = problem.targetsOf(without);
    const bare = problem.evened(without).views;
    const wrong = masks.views.map((view, v) => outlined(shown[v]!, bare[v]!, targets[v]!, view, index));
    if (wrong.every(({ with: is, without: was }) => is < settled * was)) return;
    suspects.push(thing);
    if (thing.axes.length === 0) return;
    const centre = box[0].map((low, i) => (low + box[1][i]!) / 2) as unknown as Point3;
    for (const [v, view] of masks.views.entries()) {
      const spots = peaks(here.views[v]!, without.views[v]!, bare[v]!, targets[v]!, view, index).map((spot) => ({
        ...spot,
        view: v,
      }));
      for (const spot of spots) {
        const [first, ...others] = standing(fitter, thing, centre, masks, spot);
        if (first) tries.push(first);
        further.push(...others);
      }
    }
    // A thing may have been moved for another's sake: where the program put it is worth a look.
    const home = thing.axes.map(({ knob }): [number, number] => [knob, problem.origin[knob]!]);
    if (home.some(([k, u]) => fitter.point[k] !== u)) tries.push({ owner: thing.name, moved: home, cost: 0 });
  });
  return { suspects, tries, further };
}

/** The tries that put a thing's centre at a spot of the picture, the likeliest first. */
function standing(fitter: Fitter, thing: Thing, centre: Point3, masks: Masks, spot: Spot): Try[] {
  const { axes, sizes: scales, name } = thing;
  const view = masks.views[spot.view]!;
  // On the ground first, then on a wall that faces the camera.
  const choices =
    axes.length === 3
      ? [
          [0, 1],
          [0, 2],
        ].map((two) => two.map((i) => axes[i]!))
      : [axes];
  return choices.flatMap((free) => {
    const moves = towards(free, centre, view, spot);
    if (moves === null) return [];
    const moved = free.map(({ knob, slope }, i) => shifted(fitter, knob, moves[i]! / slope));
    const tries: Try[] = [{ owner: name, moved, cost: moved.length }];
    if (scales.length > 0) {
      for (const factor of sizesElsewhere) {
        const grown = scales.map((k) => scaled(fitter, k, factor));
        tries.push({ owner: name, moved: [...moved, ...grown], cost: moved.length + grown.length });
      }
    }
    return tries;
  });
}

const shifted = (fitter: Fitter, k: number, by: number): [number, number] => {
  const { problem } = fitter;
  return [k, problem.units(k, problem.value(k, fitter.point[k]!) + by)];
};

const scaled = (fitter: Fitter, k: number, by: number): [number, number] => {
  const { problem } = fitter;
  return [k, problem.units(k, problem.value(k, fitter.point[k]!) * by)];
};

/** Twelve turns about each axis that has a knob. */
function turns(fitter: Fitter, things: readonly Thing[], strictness: number): Try[] {
  return things.flatMap((thing) =>
    thing.turns.flatMap(({ knob, slope }) =>
      Array.from({ length: 11 }, (_, step): Try => {
        const moved = shifted(fitter, knob, ((step + 1) * Math.PI) / 6 / slope);
        return { owner: thing.name, moved: [moved], cost: strictness };
      }),
    ),
  );
}

/** Sizes from a quarter to four times, and depths along the ray. */
function sizesAndDepths(
  fitter: Fitter,
  things: readonly Thing[],
  all: readonly Thing[],
  masks: Masks,
  strictness: number,
): Try[] {
  return things.flatMap((thing) => {
    const tries: Try[] = [];
    const add = (moved: [number, number][]) =>
      tries.push({ owner: thing.name, moved, cost: strictness * moved.length });
    for (const factor of thing.sizes.length > 0 ? sizes : []) {
      add(thing.sizes.map((k) => scaled(fitter, k, factor)));
      if (thing.sizes.length > 1) for (const k of thing.sizes) add([scaled(fitter, k, factor)]);
    }
    const box = masks.boxes[all.indexOf(thing)];
    if (thing.axes.length === 3 && box) {
      const centre = box[0].map((low, i) => (low + box[1][i]!) / 2) as unknown as Point3;
      const view = masks.views[0]!;
      const seen = project(view, centre);
      for (const factor of seen === null ? [] : depths) {
        const moves = towards(thing.axes, centre, view, { ...seen!, depth: factor * seen!.depth });
        if (moves !== null) add(thing.axes.map(({ knob, slope }, i) => shifted(fitter, knob, moves[i]! / slope)));
      }
    }
    return tries;
  });
}
