import type { Trace } from "./knobs.ts";
import type { Masks } from "./sweeper.ts";

/** What is placed, turned or sized as one by knobs that are edited in place: one object, or several that share a place. */
export interface Thing {
  readonly name: string;
  readonly objects: readonly string[];
  /** Knobs that move all of it along an axis of the world; `slope`: metres per unit of the number. */
  readonly axes: readonly { readonly knob: number; readonly axis: number; readonly slope: number }[];
  /** Knobs that turn it about an axis; `slope`: radians per unit of the number. */
  readonly turns: readonly { readonly knob: number; readonly axis: number; readonly slope: number }[];
  /** Knobs that scale it. */
  readonly sizes: readonly number[];
}

/** The knobs of a thing. */
export const knobsOf = ({ axes, turns, sizes }: Thing): number[] => [
  ...axes.map(({ knob }) => knob),
  ...turns.map(({ knob }) => knob),
  ...sizes,
];

interface Drive {
  readonly knob: number;
  readonly path: string;
  readonly axis: number;
  readonly slope: number;
  readonly objects: readonly string[];
}

/** Knobs that do one thing to some objects: the same property of each, by the same factor. */
function drives(trace: Trace): Drive[] {
  return Object.entries(trace.in_place).flatMap(([knob, places]): Drive[] => {
    const [, , path, axis, slope] = places[0]!;
    const alike = places.every(
      ([kind, , p, a, s]) => kind === "objects" && p === path && (path === "scale" || a === axis) && s === slope,
    );
    const objects = [...new Set(places.map(([, name]) => name))];
    return alike ? [{ knob: Number(knob), path, axis, slope, objects }] : [];
  });
}

/** Objects that belong together: they share two knobs of place, or all that they have. One knob may be a common height. */
function together(placed: readonly Drive[]): Set<string>[] {
  const knobsBy = new Map<string, Set<number>>();
  for (const { knob, objects } of placed) {
    for (const name of objects) knobsBy.set(name, (knobsBy.get(name) ?? new Set()).add(knob));
  }
  const groups: { names: Set<string>; knobs: Set<number> }[] = [];
  for (const [name, knobs] of knobsBy) {
    const kin = groups.find((group) => {
      const shared = [...knobs].filter((k) => group.knobs.has(k)).length;
      return shared >= 2 || (shared === knobs.size && shared === group.knobs.size);
    });
    if (kin) kin.names.add(name);
    else groups.push({ names: new Set([name]), knobs });
  }
  return groups.map(({ names }) => names);
}

/** The things of a program: objects that knobs of place move together are one. */
export function thingsOf(trace: Trace): Thing[] {
  const all = drives(trace).filter(({ path }) => ["location", "rotation_euler", "scale"].includes(path));
  const sets = together(all.filter(({ path }) => path === "location"));
  const placed = new Set(sets.flatMap((set) => [...set]));
  // What is only turned or sized alike (a row of posts) stays apart.
  for (const name of new Set(all.flatMap(({ objects }) => objects))) if (!placed.has(name)) sets.push(new Set([name]));
  return sets.flatMap((set): Thing[] => {
    const objects = [...set];
    if (objects.some((name) => trace.scene.cameras.includes(name))) return [];
    const own = all.filter(
      (drive) => drive.objects.length === set.size && drive.objects.every((name) => set.has(name)),
    );
    const of = (path: string) => own.filter((drive) => drive.path === path);
    return [
      {
        name: objects[0]!,
        objects,
        axes: of("location").sort((a, b) => a.axis - b.axis),
        turns: of("rotation_euler").sort((a, b) => a.axis - b.axis),
        sizes: of("scale").map(({ knob }) => knob),
      },
    ];
  });
}

/** The things of a program that have a knob which may be moved. */
export const tunable = (problem: { readonly trace: Trace; isUsable(k: number): boolean }): Thing[] =>
  thingsOf(problem.trace).filter((thing) => knobsOf(thing).some((k) => problem.isUsable(k)));

/** A share of the picture above which what is seen is ground or backdrop, nothing that is looked for elsewhere. */
const backdrop = 0.35;

/** Of the things with a surface, those that could stand elsewhere: by their place in the list that `masks` was asked about. */
export function movable(things: readonly Thing[], masks: Masks): number[] {
  return things.flatMap((_, i) => {
    if (masks.boxes[i] === null) return [];
    const share = Math.max(...masks.views.map((view) => view.things[i]!.alone / (view.width * view.height)));
    return share < backdrop ? [i] : [];
  });
}

/** Of one thing in all views: pixels in front, and were nothing before it. */
export const area = (masks: Masks, i: number): { seen: number; alone: number } => areaOf(masks.views, i);

/** The same of some views. */
export function areaOf(of: Masks["views"], i: number): { seen: number; alone: number } {
  const views = of.map((view) => view.things[i]!);
  return {
    seen: views.reduce((sum, { seen }) => sum + seen, 0),
    alone: views.reduce((sum, { alone }) => sum + alone, 0),
  };
}

/** At least this share of a thing is in front where it stands in view; less, and less than before, and it is hidden. */
const inFront = 0.5;

/** A thing on fewer pixels than this is too small to be told. */
const fewest = 3;

/**
 * Whether a thing was hidden rather than placed: sunk into another, moved behind one or out of the picture. What was in
 * view must stay so; `shrinks`: its size was changed, so that fewer pixels say nothing.
 */
export function isHidden(before: Masks, after: Masks, i: number, shrinks: boolean): boolean {
  const [was, is] = [area(before, i), area(after, i)];
  if (is.alone < fewest) return was.alone >= fewest || is.seen < was.seen;
  const share = is.seen / is.alone;
  if (share < inFront && share < (0.9 * was.seen) / Math.max(1, was.alone)) return true;
  return !shrinks && is.seen < 0.2 * was.seen;
}
