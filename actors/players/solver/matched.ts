import type { Fitter } from "./fitter.ts";
import type { Look } from "./looks.ts";
import { highest, matches, type Patch } from "./peaks.ts";
import { evening, type Picture } from "./pictures.ts";
import type { Problem, Scale } from "./problem.ts";
import { place, type Try } from "./score.ts";
import type { Sought, Tries } from "./tries.ts";

/** A pixel shows the thing where it differs from the picture without it by this share of the largest difference. */
const shows = 0.25;
/** And by so much at least (0 to 1): less is grain. */
const leastShown = 0.02;

/** Spots of a view where one turn or size of a thing is looked for, and how many of those placed are drawn to be compared. */
const [mostSpots, mostDrawn] = [2, 10];

/** Where turns are matched: every so many pixels. */
const step = 2;

interface Placed {
  readonly one: Try;
  readonly gain: number;
}

/**
 * Things that are looked for, turned or sized as `bases` says, each where it would match best. A thing that is turned away
 * matches at its right place no better than elsewhere, and turned right no better at a wrong place; so it is with sizes. Each
 * is drawn once, over the picture without any (`empty`), and moved over the target as a picture, which needs no renderer.
 */
export async function matchedTries(
  fitter: Fitter,
  sought: readonly Sought[],
  others: readonly string[],
  empty: Look,
  make: Tries,
  scale: Scale,
  bases: (one: Sought) => Try[],
): Promise<Try[]> {
  const { problem } = fitter;
  const asked = sought.flatMap((one) => bases(one).map((base) => ({ one, base })));
  if (asked.length === 0) return [];
  const looks = await problem.look(
    asked.map(({ base }) => place(fitter.point, base.moved)),
    scale,
    {
      boxes: asked.map(({ base }) => base.within?.boxes ?? null),
      under: asked.map(() => empty),
      hide: asked.map(({ one }) => others.filter((name) => !one.thing.objects.includes(name))),
    },
  );
  return sought.flatMap((one) => {
    const lights = lightsOf(problem, one);
    const placed = asked.flatMap(({ one: owner, base }, i) => {
      const look = owner === one ? looks[i] : null;
      return look ? placesOf(one, base, look, empty, lights, make) : [];
    });
    return placed
      .sort((a, b) => b.gain - a.gain)
      .slice(0, mostDrawn)
      .map((best) => best.one);
  });
}

type Light = ReturnType<typeof evening>;

/** In each view, what makes the picture without the thing fit the target best. */
function lightsOf(problem: Problem, { without }: Sought): Light[] {
  const targets = problem.targetsOf(without);
  return without.views.map((picture, v) => evening(picture, targets[v]!));
}

/** Where a thing turned or sized like this matches the target best, in each view. */
function placesOf(one: Sought, base: Try, look: Look, empty: Look, lights: readonly Light[], make: Tries): Placed[] {
  return one.seen.flatMap((seen, v) => {
    const { width, height } = seen.bare;
    const patch = patchOf(look.views[v]!, empty.views[v]!, lights[v]!);
    const gains = matches(seen, patch, step);
    const apart = Math.max(2, 0.5 * Math.sqrt(patch.length));
    return highest(gains, width, height, mostSpots, apart).flatMap(({ x, y }): Placed[] => {
      const spot = { view: v, x: (x + 0.5) / width, y: (y + 0.5) / height };
      const put = make.put(one, base, spot);
      return put === null ? [] : [{ one: put, gain: gains[y * width + x]! }];
    });
  });
}

/** What of a picture is the thing, in the light that fits the target best. */
function patchOf(shown: Picture, empty: Picture, by: Light): Patch[] {
  const { width, data } = shown;
  const differs = (p: number) => Math.max(...[0, 1, 2].map((c) => Math.abs(data[3 * p + c]! - empty.data[3 * p + c]!)));
  const deltas = Array.from({ length: data.length / 3 }, (_, p) => differs(p));
  const threshold = Math.max(leastShown, shows * deltas.reduce((most, d) => Math.max(most, d), 0));
  return deltas.flatMap((delta, p): Patch[] => {
    if (delta < threshold) return [];
    const rgb = by.map(({ gain, shift }, c) => gain * data[3 * p + c]! + shift) as [number, number, number];
    return [{ x: p % width, y: Math.floor(p / width), rgb }];
  });
}
