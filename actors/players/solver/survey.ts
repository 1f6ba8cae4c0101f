import { type Fitter, sumSquares } from "./fitter.ts";
import type { Look } from "./looks.ts";
import { idsOf, outlined, type Seen } from "./peaks.ts";
import { type Box, blur, difference, extent } from "./pictures.ts";
import type { Problem, Scale } from "./problem.ts";
import { project, towards } from "./projection.ts";
import type { Masks, Point3, ViewMasks } from "./sweeper.ts";
import type { Thing } from "./things.ts";

/** Pixels of the masks that decide what is hidden. */
export const maskPx = 64;

/** A thing is left alone if its outline holds less than these shares of all that is left to explain, and was at first. */
const noticeable = { now: 0.01, first: 0.003 };

/** So many times the noise is much. */
const muchLeft = 4;

/** Without a thing this share of what it leaves must be left: else there is nothing where it stands. */
const somethingThere = 0.1;

/** What leaves less than this share of what would be left without it stands right: others may be behind it. */
const standsRight = 0.3;

/** A thing that another tint would bring below this share, of what it leaves and of what would be left without it, stands right. */
const tintExplains = 0.25;

/** A thing as it is seen, and how well it explains what is seen of the target there. */
export interface Surveyed {
  readonly thing: Thing;
  /** Its place in the list that the masks were asked about. */
  readonly index: number;
  /** The middle of its world box. */
  readonly centre: Point3;
  /** The longer side of its ground plan. */
  readonly size: number;
  readonly seen: readonly Seen[];
  /** Squared differences in its outline beyond noise: as it is, were it not there, and had it the tint that fits best. */
  readonly left: number;
  readonly bare: number;
  readonly tinted: number;
  /** The picture without it, the part of each view that changes then, and |r|^2 of that picture, light evened out. */
  readonly without: Look;
  readonly region: readonly (Box | null)[];
  readonly unexplained: number;
}

export interface Survey {
  readonly here: Look;
  readonly noise: number;
  /** What a thing must leave to be worth a look. */
  readonly least: number;
  /** Whether much more than noise is left to explain. */
  readonly isOpen: boolean;
  readonly things: readonly Surveyed[];
}

export async function masksAt(
  problem: Problem,
  point: readonly number[],
  things: readonly Thing[],
): Promise<Masks | null> {
  const objects = things.map((thing) => thing.objects);
  return (await problem.masks([point], maskPx, objects))[0] ?? null;
}

/** It stands where the target shows something of its shape in another colour; `least`: less than this is nothing. */
export const wronglyColoured = ({ left, bare, tinted }: Surveyed, least: number): boolean =>
  bare > Math.max(least, somethingThere * left) && tinted < tintExplains * Math.min(left, bare);

/** Looks at the picture with all things and without each of `some` (places in `all`); null where the program fails. */
export async function survey(
  fitter: Fitter,
  all: readonly Thing[],
  some: readonly number[],
  masks: Masks,
  scale: Scale,
): Promise<Survey | null> {
  const { problem } = fitter;
  const hide = [null, ...some.map((i) => all[i]!.objects)];
  const { seed } = scale;
  // The last is what noise is told by, drawn in the same job.
  const points = [problem.origin, ...hide.map(() => fitter.point), fitter.point];
  const [origin, ...looks] = await problem.look(points, scale, {
    hide: [null, ...hide, null],
    seeds: [seed, ...hide.map(() => seed), seed + 1],
  });
  const here = looks[0] ?? null;
  if (here === null || !origin) return null;
  const noise = await fitter.noise(scale, here);
  const evened = problem.evened(here);
  const grain = (await fitter.noise({ ...scale, sigma: 0 }, here)) / problem.features(here, 0).length;
  const whole = (look: Look) => {
    const residual = problem.features(look, 0);
    return sumSquares(residual) - grain * residual.length;
  };
  const least = Math.max(noticeable.now * whole(evened), noticeable.first * whole(problem.evened(origin)));
  const things = some.flatMap((index, t): Surveyed[] => {
    const thing = all[index]!;
    const without = looks[t + 1];
    const box = masks.boxes[index];
    if (!without || !box) return [];
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
        depth: now.depth,
      };
    });
    const amiss = seen.map(outlined);
    const sum = (of: "with" | "without" | "tinted") =>
      amiss.reduce((total, one) => total + one[of] - grain * one.values, 0);
    const region = without.views.map(({ width, height, data }, v) => {
      const delta = blur(difference(data, here.views[v]!.data), width, height, 1);
      const peak = delta.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      return extent(delta, width, height, Math.max(0.01, 0.12 * peak), 1);
    });
    const unexplained = sumSquares(problem.features(bare, scale.sigma));
    const size = Math.max(box[1][0] - box[0][0], box[1][1] - box[0][1]);
    const [left, empty, tinted] = [sum("with"), sum("without"), sum("tinted")];
    return [{ thing, index, centre, size, seen, left, bare: empty, tinted, without, region, unexplained }];
  });
  const isOpen = sumSquares(problem.features(evened, scale.sigma)) > muchLeft * noise;
  return { here, noise, least, isOpen, things: things.map((one) => ({ ...one, seen: behind(one, things) })) };
}

/** A thing as it is seen, with what stands right before others. */
function behind(one: Surveyed, things: readonly Surveyed[]): Seen[] {
  const right = things.filter((other) => other !== one && other.left < standsRight * other.bare);
  return one.seen.map((seen, v) => {
    const depths = new Map(right.map(({ index, seen }) => [index + 1, seen[v]!.depth]));
    const front = Float32Array.from(idsOf(seen.bare, seen.view), (id) => depths.get(id) ?? Number.POSITIVE_INFINITY);
    return { ...seen, front };
  });
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
