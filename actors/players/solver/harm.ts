import { sharp } from "./alike.ts";
import type { Look } from "./looks.ts";
import { difference } from "./pictures.ts";
import { at, type Problem } from "./problem.ts";
import type { Crossing, Masks } from "./sweeper.ts";
import { area, isHidden, knobsOf, type Thing } from "./things.ts";

/** A thing on a smaller share of the picture is not watched: a pixel more or less says nothing. */
const watched = 0.002;

/** What a thing may lose of what is seen of it, if the picture does not get better where it was and is. */
const mayLose = 0.3;

/** A size may change by this factor freely; beyond it the loss in the thing's old and new outline must fall by half. */
const freely = 2;

/** A thing that stays in its place and shows on less than this share of what it showed on was shrunk away. */
const away = 0.05;

/** Deeper than this share of the smaller one's size, things that stood apart must not cross. */
const touching = 0.01;

/** Things that cross no deeper than this share stood apart, or only touched. */
const apart = 0.0025;

/** Unless the loss in the moved thing's old and new outline falls to this share: then it belongs there (a candle in its holder). */
const belongs = 0.15;

export interface Sight {
  readonly point: readonly number[];
  readonly masks: Masks;
  readonly look: Look;
  /** The same in the size in which shapes are compared, where that was asked for. */
  readonly sharp: Look | null;
  readonly crossings: readonly Crossing[];
}

/** What a stage did that may not stay. */
export interface Harm {
  readonly hidden: readonly Thing[];
  readonly crossings: readonly Meeting[];
  readonly unlike: boolean;
}

/** Things that cross: two, or one whose own parts do; depth: in shares of what may be. */
export interface Meeting {
  readonly pair: readonly Thing[];
  readonly depth: number;
}

/** 0: none. */
export const amount = ({ hidden, crossings, unlike }: Harm): number =>
  hidden.length + crossings.reduce((sum, { depth }) => sum + depth, 0) + (unlike ? 1 : 0);

/** Whether one of its own numbers is another now. */
export const isMoved = (thing: Thing, was: Sight, is: Sight): boolean =>
  knobsOf(thing).some((k) => is.point[k] !== was.point[k]);

/** What is seen at each point; null where the program failed. `moved`: the things asked about whether they cross others. */
export async function sights(
  problem: Problem,
  points: readonly (readonly number[])[],
  things: readonly Thing[],
  moved: readonly Thing[],
  clearly: boolean,
): Promise<(Sight | null)[]> {
  const scale = at(96, 8, 4, 0);
  const objects = things.map((thing) => thing.objects);
  const masks = await problem.masks(points, scale.px, objects);
  const looks = await problem.look(points, scale);
  const clear = clearly ? await problem.look(points, sharp) : points.map(() => null);
  const of = moved.flatMap((thing) => thing.objects);
  const crossings = of.length === 0 ? points.map(() => []) : await problem.crossings(points, of);
  return points.map((point, i) => {
    const [mask, look, fine, crossing] = [masks[i], looks[i], clear[i], crossings[i]];
    if (!mask || !look || !crossing || (clearly && !fine)) return null;
    return { point, masks: mask, look, sharp: fine ?? null, crossings: crossing };
  });
}

/** Sets light or colour: nothing that could hide a thing. */
export function isLook(problem: Problem, k: number): boolean {
  const places = problem.trace.in_place[String(k)];
  return places?.every(([kind]) => ["lights", "materials", "worlds", "node_groups", "scenes"].includes(kind)) ?? false;
}

/** What is amiss in a sight, by the one before. isLessAlike: tells a sharp look whose shapes are. */
export function harmOf(
  problem: Problem,
  things: readonly Thing[],
  was: Sight,
  is: Sight,
  isLessAlike: (look: Look) => boolean,
): Harm {
  return {
    hidden: things.filter((thing, i) => isHarmed(problem, thing, i, was, is, isMoved(thing, was, is))),
    crossings: crossing(problem, things, was, is),
    unlike: is.sharp !== null && isLessAlike(is.sharp),
  };
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
export function inFrontOf(things: readonly Thing[], thing: Thing, was: Sight, is: Sight): Thing[] {
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
function crossing(problem: Problem, things: readonly Thing[], was: Sight, is: Sight): Meeting[] {
  const { parents } = problem.trace.scene;
  const isOf = (thing: Thing, name: string | undefined): boolean =>
    name !== undefined && (thing.objects.includes(name) || isOf(thing, parents[name]));
  const pairOf = ({ one, other }: Crossing) => [one, other].sort().join("\n");
  const isDeep = ({ depth, size }: Crossing) => depth > touching * size;
  const known = new Set(was.crossings.filter(({ depth, size }) => depth > apart * size).map(pairOf));
  return is.crossings.flatMap((now) => {
    const { one, other } = now;
    if (!isDeep(now) || known.has(pairOf(now))) return [];
    const pair = things.filter((thing) => isOf(thing, one) || isOf(thing, other));
    const fits = pair.some((thing) => improved(problem, things.indexOf(thing), was, is) <= belongs);
    return pair.length === 0 || fits ? [] : [{ pair, depth: now.depth / (touching * now.size) }];
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
