import { backToAlike, lessAlikeThan } from "./alike.ts";
import type { Fitter } from "./fitter.ts";
import { amount, type Harm, harmOf, inFrontOf, isLook, isMoved, type Meeting, type Sight, sights } from "./harm.ts";
import type { Problem } from "./problem.ts";
import { groupsOf } from "./revert.ts";
import { type Find, putBackSparingly } from "./sparing.ts";
import { knobsOf, type Thing, thingsOf } from "./things.ts";

/** Finding out what may stay takes so many times as long as looking at what there is. */
const manyLooks = 6;

/** The things of a program, and every other object with a surface by itself; a thing's children are watched with it. */
export function watchedThings({ trace }: Problem): Thing[] {
  const things = thingsOf(trace);
  const known = new Set(things.flatMap(({ objects }) => objects));
  const isPart = (name: string | undefined): boolean =>
    name !== undefined && (known.has(name) || isPart(trace.scene.parents[name]));
  const others = Object.keys(trace.scene.sizes).filter((name) => !isPart(name));
  return [...things, ...others.map((name) => ({ name, objects: [name], axes: [], turns: [], sizes: [] }))];
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
 * was before, and what made shapes less alike as far as it takes. If that does not help, single numbers do as far as it
 * takes, then what makes meshes, then everything that has a place or a form.
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
  const seen = (points: readonly (readonly number[])[], clearly = true) =>
    sights(problem, points, things, asked, clearly);
  const began = performance.now();
  const [was, first] = await seen([before, fitter.point]);
  if (!was) return done;
  const isLessAlike = lessAlikeThan(problem, was.sharp!);
  const harm = (is: Sight) => harmOf(problem, things, was, is, isLessAlike);
  const find =
    (clearly: boolean): Find =>
    async (points) =>
      (await seen(points, clearly)).map((is) => is && { amiss: amount(harm(is)), loss: problem.loss(is.look) });
  const back = (of: (k: number) => boolean) => {
    fitter.point = fitter.point.map((u, k) => (of(k) ? before[k]! : u));
  };
  const cost = (performance.now() - began) / 1000;
  const canLook = () => left() >= manyLooks * cost;
  let is = first ?? null;
  for (const way of ["things", "things", "alike", "numbers", "shapes", "forms", "all"] as const) {
    const now: Harm = is === null ? { hidden: things, crossings: [], unlike: true } : harm(is);
    if (amount(now) === 0) break;
    const crossed = now.crossings.flatMap(({ pair }) => pair);
    done.hidden.push(...now.hidden.map(({ name }) => name).filter((name) => !done.hidden.includes(name)));
    done.crossed.push(...crossed.map(({ name }) => name).filter((name) => !done.crossed.includes(name)));
    done.unlike ||= now.unlike;
    if (way === "things") {
      if (is === null) continue;
      const sight = is;
      const covering = now.hidden.flatMap((thing) => inFrontOf(things, thing, was, sight));
      const wrong = [...now.hidden, ...covering].filter((thing) => isMoved(thing, was, sight));
      const returned = [...wrong, ...blamed(now.crossings, (thing) => isMoved(thing, was, sight))].flatMap(knobsOf);
      if (returned.length === 0) continue;
      back((k) => returned.includes(k));
    }
    if (way === "alike" && !(now.unlike && canLook() && (await backToAlike(fitter, before, isLessAlike)))) continue;
    if (way === "numbers") {
      const groups = groupsOf(fitter).map((group) => group.filter((k) => !isLook(problem, k)));
      const finds = { roughly: find(false), closely: find(true) };
      if (!canLook() || (await putBackSparingly(fitter, before, groups, finds)) === null) continue;
    }
    if (way === "shapes" && !fitter.point.some((u, k) => u !== before[k] && isShape(k))) continue;
    if (way === "shapes") back(isShape);
    if (way === "forms") back((k) => !isLook(problem, k));
    if (way === "all") back(() => true);
    is = (await seen([fitter.point]))[0] ?? null;
  }
  if (done.hidden.length > 0 || done.crossed.length > 0 || done.unlike) fitter.tell("put back", { ...done });
  return done;
}

/** Whose return undoes crossings: of moved things those in the most of them, until none is left. */
function blamed(crossings: readonly Meeting[], hasMoved: (thing: Thing) => boolean): Thing[] {
  // What crosses within one thing does so by its shape.
  let open = crossings.filter(({ pair }) => pair.length > 1).map(({ pair }) => pair.filter(hasMoved));
  const found: Thing[] = [];
  while (open.some((pair) => pair.length > 0)) {
    const count = (thing: Thing) => open.filter((pair) => pair.includes(thing)).length;
    const most = Math.max(...open.flat().map(count));
    const next = open.flat().filter((thing) => count(thing) === most);
    // Of two that meet nothing else either may have moved wrongly.
    found.push(...(most > 1 ? next.slice(0, 1) : next));
    open = open.filter((pair) => !pair.some((thing) => found.includes(thing)));
  }
  return found;
}
