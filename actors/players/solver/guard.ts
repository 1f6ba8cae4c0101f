import type { Fitter } from "./fitter.ts";
import { difference } from "./pictures.ts";
import { at, type Look, type Problem } from "./problem.ts";
import type { Masks } from "./sweeper.ts";
import { area, isHidden, knobsOf, type Thing, thingsOf } from "./things.ts";

/** A thing on a smaller share of the picture is not watched: a pixel more or less says nothing. */
const watched = 0.002;

/** What a thing may lose of what is seen of it, if the picture does not get better where it was and is. */
const mayLose = 0.3;

/** A size may change by this factor freely; beyond it the loss in the thing's old and new outline must fall by half. */
const freely = 2;

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
}

/**
 * Puts back what a stage bought pixels with: a thing that it hid, shrank or sank rather than placed goes back to where it
 * was before; if that does not bring it into view, everything that has a place or a form does. Returns those things' names.
 */
export async function keepSeen(fitter: Fitter, before: readonly number[]): Promise<string[]> {
  const { problem } = fitter;
  if (fitter.point.every((u, k) => u === before[k])) return [];
  const things = watchedThings(problem);
  const was = await sight(problem, before, things);
  if (was === null) return [];
  const names = new Set<string>();
  const back = (k: number) => {
    fitter.point = fitter.point.map((u, j) => (j === k ? before[k]! : u));
  };
  const ways = [
    (harmed: readonly Thing[]) => {
      for (const thing of harmed) for (const k of knobsOf(thing)) back(k);
    },
    () => {
      for (const k of fitter.point.keys()) if (!isLook(problem, k)) back(k);
    },
    () => {
      for (const k of fitter.point.keys()) back(k);
    },
  ];
  for (const way of ways) {
    const is = await sight(problem, fitter.point, things);
    const harmed = is === null ? things : things.filter((_, i) => isHarmed(problem, things, i, was, is));
    if (harmed.length === 0) break;
    for (const { name } of harmed) names.add(name);
    way(harmed);
  }
  if (names.size > 0) fitter.tell("put back", { things: [...names] });
  return [...names];
}

async function sight(problem: Problem, point: readonly number[], things: readonly Thing[]): Promise<Sight | null> {
  const scale = at(96, 16, 4, 0);
  const objects = things.map((thing) => thing.objects);
  const [masks] = await problem.masks([point], scale.px, objects);
  const [look] = await problem.look([point], scale);
  return masks && look ? { point, masks, look } : null;
}

/** Sets light or colour: nothing that could hide a thing. */
function isLook(problem: Problem, k: number): boolean {
  const places = problem.trace.in_place[String(k)];
  return places?.every(([kind]) => ["lights", "materials", "worlds", "node_groups", "scenes"].includes(kind)) ?? false;
}

function isHarmed(problem: Problem, things: readonly Thing[], i: number, was: Sight, is: Sight): boolean {
  const [before, after] = [area(was.masks, i), area(is.masks, i)];
  const pixels = was.masks.views.reduce((sum, { width, height }) => sum + width * height, 0);
  if (before.seen < watched * pixels) return false;
  const { sizes } = things[i]!;
  const factors = sizes.map((k) => problem.value(k, is.point[k]!) / problem.value(k, was.point[k]!));
  const far = factors.some((f) => !(f <= freely && f >= 1 / freely));
  const better = amiss(problem, is, was, i) / Math.max(1e-9, amiss(problem, was, is, i));
  if (far && better > 0.5) return true;
  const resized = factors.some((f) => f !== 1);
  if (isHidden(was.masks, is.masks, i, resized)) return true;
  return after.seen < (1 - mayLose) * before.seen && better >= 1;
}

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
