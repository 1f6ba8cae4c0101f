import { backToAlike, lessAlikeThan, sharp } from "./alike.ts";
import type { Fitter } from "./fitter.ts";
import type { Look } from "./looks.ts";
import { difference } from "./pictures.ts";
import { at, type Problem } from "./problem.ts";
import type { Crossing, Masks } from "./sweeper.ts";
import { area, isHidden, knobsOf, type Thing, thingsOf } from "./things.ts";

/** A thing on a smaller share of the picture is not watched: a pixel more or less says nothing. */
const watched = 0.002;

/** What a thing may lose of what is seen of it, if the picture does not get better where it was and is. */
const mayLose = 0.3;

/** A size may change by this factor freely; beyond it the loss in the thing's old and new outline must fall by half. */
const freely = 2;

/** A thing that stays in its place and shows on less than this share of what it showed on was shrunk away. */
const away = 0.05;

/** Finding out what may stay takes so many times as long as looking at what there is. */
const manyLooks = 6;

/** Deeper than this share of the smaller one's size, things that stood apart must not cross. */
const touching = 0.01;

/** Unless the loss in the moved thing's old and new outline falls to this share: then it belongs there (a candle in its holder). */
const belongs = 0.15;

/** The things of a program, and every other object with a surface by itself; a thing's children are watched with it. */
export function watchedThings({ trace }: Problem): Thing[] {
  const things = thingsOf(trace);
  const known = new Set(things.flatMap(({ objects }) => objects));
  const isPart = (name: string | undefined): boolean =>
    name !== undefined && (known.has(name) || isPart(trace.scene.parents[name]));
  const others = Object.keys(trace.scene.sizes).filter((name) => !isPart(name));
  return [...things, ...others.map((name) => ({ name, objects: [name], axes: [], turns: [], sizes: [] }))];
}

interface Sight {
  readonly point: readonly number[];
  readonly masks: Masks;
  readonly look: Look;
  /** The same in the size in which shapes are compared. */
  readonly sharp: Look;
  readonly crossings: readonly Crossing[];
}

/** What a stage did that was not kept. */
export interface PutBack {
  /** Things it hid, shrank or grew. */
  readonly hidden: string[];
  /** Things it moved into others. */
  readonly crossed: string[];
  /** It lowered the loss and made shapes less alike. */
  readonly unlike: boolean;
}

/** What two stages did that was not kept. */
export function allPutBack(one: PutBack | null, two: PutBack): PutBack {
  if (one === null) return two;
  return {
    hidden: [...new Set([...one.hidden, ...two.hidden])],
    crossed: [...new Set([...one.crossed, ...two.crossed])],
    unlike: one.unlike || two.unlike,
  };
}

/**
 * Puts back what a stage bought pixels with: a thing that it hid, shrank, sank or moved into another goes back to where it
 * was before, and what made shapes less alike as far as it takes; if that does not help, what makes meshes does, then
 * everything that has a place or a form.
 * @param left seconds that are left; little of it, and no look is taken for what could stay
 */
export async function putBack(
  fitter: Fitter,
  before: readonly number[],
  left: () => number = () => Number.POSITIVE_INFINITY,
): Promise<PutBack> {
  const { problem } = fitter;
  const done: PutBack & { unlike: boolean } = { hidden: [], crossed: [], unlike: false };
  const changed = fitter.point.flatMap((u, k) => (u === before[k] ? [] : [k]));
  if (changed.length === 0) return done;
  const things = watchedThings(problem);
  const own = new Set(things.flatMap(knobsOf));
  /** Makes a mesh or its modifiers: nobody knows which things'. */
  const isShape = (k: number) => !own.has(k) && !isLook(problem, k);
  const moved = things.filter((thing) => knobsOf(thing).some((k) => changed.includes(k)));
  const asked = changed.some(isShape) ? things : moved;
  const began = performance.now();
  const [was, first] = await sights(problem, [before, fitter.point], things, asked);
  if (!was) return done;
  const isLessAlike = lessAlikeThan(problem, was.sharp);
  const back = (of: (k: number) => boolean) => {
    fitter.point = fitter.point.map((u, k) => (of(k) ? before[k]! : u));
  };
  const cost = (performance.now() - began) / 1000;
  let is = first ?? null;
  for (const way of ["things", "things", "alike", "shapes", "forms", "all"] as const) {
    const now = fitter.point;
    const isMoved = (thing: Thing) => knobsOf(thing).some((k) => now[k] !== before[k]);
    const hidden = things.filter((thing, i) => is === null || isHarmed(problem, thing, i, was, is, isMoved(thing)));
    const pairs = is === null ? [] : crossing(problem, things, was, is);
    const crossed = [...new Set(pairs.flat())];
    const unlike = is === null || isLessAlike(is.sharp);
    if (hidden.length === 0 && crossed.length === 0 && !unlike) break;
    done.hidden.push(...hidden.map(({ name }) => name).filter((name) => !done.hidden.includes(name)));
    done.crossed.push(...crossed.map(({ name }) => name).filter((name) => !done.crossed.includes(name)));
    done.unlike ||= unlike;
    const covering = is === null ? [] : hidden.flatMap((thing) => inFrontOf(things, thing, was, is!));
    // What crosses within one thing does so by its shape.
    const apart = pairs.filter((pair) => pair.length > 1).flat();
    const returned = [...hidden, ...apart, ...covering].filter(isMoved).flatMap(knobsOf);
    if (way === "things" && returned.length === 0) continue;
    if (way === "alike" && (!unlike || left() < manyLooks * cost || !(await backToAlike(fitter, before, isLessAlike))))
      continue;
    if (way === "shapes" && !fitter.point.some((u, k) => u !== before[k] && isShape(k))) continue;
    const goesBack = {
      things: (k: number) => returned.includes(k),
      alike: () => false,
      shapes: isShape,
      forms: (k: number) => !isLook(problem, k),
      all: () => true,
    };
    back(goesBack[way]);
    is = (await sights(problem, [fitter.point], things, asked))[0] ?? null;
  }
  if (done.hidden.length > 0 || done.crossed.length > 0 || done.unlike) fitter.tell("put back", { ...done });
  return done;
}

/** What is seen at each point; null where the program failed. `moved`: the things asked about whether they cross others. */
async function sights(
  problem: Problem,
  points: readonly (readonly number[])[],
  things: readonly Thing[],
  moved: readonly Thing[],
): Promise<(Sight | null)[]> {
  const scale = at(96, 8, 4, 0);
  const objects = things.map((thing) => thing.objects);
  const masks = await problem.masks(points, scale.px, objects);
  const looks = await problem.look(points, scale);
  const clear = await problem.look(points, sharp);
  const of = moved.flatMap((thing) => thing.objects);
  const crossings = of.length === 0 ? points.map(() => []) : await problem.crossings(points, of);
  return points.map((point, i) => {
    const [mask, look, fine, crossing] = [masks[i], looks[i], clear[i], crossings[i]];
    return mask && look && fine && crossing ? { point, masks: mask, look, sharp: fine, crossings: crossing } : null;
  });
}

/** Sets light or colour: nothing that could hide a thing. */
function isLook(problem: Problem, k: number): boolean {
  const places = problem.trace.in_place[String(k)];
  return places?.every(([kind]) => ["lights", "materials", "worlds", "node_groups", "scenes"].includes(kind)) ?? false;
}

function isHarmed(problem: Problem, thing: Thing, i: number, was: Sight, is: Sight, moved: boolean): boolean {
  const [before, after] = [area(was.masks, i), area(is.masks, i)];
  const pixels = was.masks.views.reduce((sum, { width, height }) => sum + width * height, 0);
  if (before.seen < watched * pixels) return false;
  const factors = thing.sizes.map((k) => problem.value(k, is.point[k]!) / problem.value(k, was.point[k]!));
  const far = factors.some((f) => !(f <= freely && f >= 1 / freely));
  const better = improved(problem, i, was, is);
  if (far && better > 0.5) return true;
  // A number that makes the mesh can shrink a thing as well; a speck gains only because it stood in a wrong place.
  const placed = thing.axes.some(({ knob }) => is.point[knob] !== was.point[knob]);
  if (!placed && after.alone < away * before.alone) return true;
  const resized = factors.some((f) => f !== 1);
  // Another thing may rightly have come to stand before it, but nothing may be moved behind another.
  if (moved && isHidden(was.masks, is.masks, i, resized)) return true;
  return after.seen < (1 - mayLose) * before.seen && better >= 1;
}

/** Things seen where another was: what may hide it. */
function inFrontOf(things: readonly Thing[], thing: Thing, was: Sight, is: Sight): Thing[] {
  const own = things.indexOf(thing) + 1;
  const ids = was.masks.views.flatMap(({ ids }, v) => {
    const now = is.masks.views[v]!.ids;
    return Array.from(now).filter((id, p) => ids[p] === own && id !== own && id > 0);
  });
  return things.filter((_, i) => ids.includes(i + 1));
}

/**
 * Pairs of things that cross and stood apart before or only touched (or one thing, whose parts do), so that no row of
 * stages moves them into each other little by little; unless one of the two has come to where it belongs.
 */
function crossing(problem: Problem, things: readonly Thing[], was: Sight, is: Sight): Thing[][] {
  const { parents } = problem.trace.scene;
  const isOf = (thing: Thing, name: string | undefined): boolean =>
    name !== undefined && (thing.objects.includes(name) || isOf(thing, parents[name]));
  const pairOf = ({ one, other }: Crossing) => [one, other].sort().join("\n");
  const isDeep = ({ depth, size }: Crossing) => depth > touching * size;
  const known = new Set(was.crossings.filter(isDeep).map(pairOf));
  return is.crossings.flatMap((now) => {
    const { one, other } = now;
    if (!isDeep(now) || known.has(pairOf(now))) return [];
    const pair = things.filter((thing) => isOf(thing, one) || isOf(thing, other));
    const fits = pair.some((thing) => improved(problem, things.indexOf(thing), was, is) <= belongs);
    return pair.length === 0 || fits ? [] : [pair];
  });
}

/** The loss in the union of a thing's old and new outlines, as a share of what it was. */
const improved = (problem: Problem, i: number, was: Sight, is: Sight): number =>
  amiss(problem, is, was, i) / Math.max(1e-9, amiss(problem, was, is, i));

/** Squared differences from the targets in the union of a thing's outlines in two sights, as one of them shows it. */
function amiss(problem: Problem, shown: Sight, other: Sight, i: number): number {
  const targets = problem.targetsOf(shown.look);
  return shown.look.views.reduce((sum, picture, v) => {
    const [one, two] = [shown.masks.views[v]!.ids, other.masks.views[v]!.ids];
    const delta = difference(picture.data, targets[v]!.data);
    for (let p = 0; p < one.length; p++) {
      if (one[p] !== i + 1 && two[p] !== i + 1) continue;
      for (let c = 3 * p; c < 3 * p + 3; c++) sum += delta[c]! * delta[c]!;
    }
    return sum;
  }, 0);
}
