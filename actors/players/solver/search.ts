import { type Fitter, sumSquares } from "./fitter.ts";
import type { Scale } from "./problem.ts";
import { criterion, supportOf, weightedSquares } from "./select.ts";

/** The knobs that place and turn one thing: components by axis. `slope`: metres or radians per unit of the number. */
interface Placement {
  readonly name: string;
  readonly axes: { knob: number; axis: number; slope: number }[];
  readonly turns: { knob: number; slope: number }[];
  /** Its size in metres, within reason: what the rings of offsets are measured by. */
  readonly size: number;
}

/** Turns tried, in degrees: periodic and steep, so a gradient seldom finds them. */
const turns = [-8, 8, -16, 16, -30, 30, -60, 60, 90, 180];

/** Things whose location or rotation is set in place by knobs of their own. */
export function placements(fitter: Fitter): Placement[] {
  const { trace } = fitter.problem;
  const found = new Map<string, Placement>();
  for (const [k, places] of Object.entries(trace.in_place)) {
    const own = places.filter(([collection]) => collection === "objects");
    if (own.length !== 1) continue;
    const [, name, path, axis, slope] = own[0]!;
    const size = trace.scene.sizes[name];
    if (size === undefined || size > 5 * trace.scene.median) continue;
    const entry = found.get(name) ?? {
      name,
      axes: [],
      turns: [],
      size: Math.min(Math.max(size, trace.scene.median), 2 * trace.scene.median),
    };
    found.set(name, entry);
    if (path === "location") entry.axes.push({ knob: Number(k), axis, slope });
    else if (path === "rotation_euler") entry.turns.push({ knob: Number(k), slope });
  }
  return [...found.values()];
}

/**
 * Looks for each thing at places a gradient cannot see: rings of offsets in the ground plane, and turns, everything else
 * held. The offsets that help are then taken together, best first, as far as that helps. Returns the knobs that moved.
 */
export async function searchPlaces(fitter: Fitter, scale: Scale, strictness: number): Promise<number[]> {
  const things = placements(fitter);
  const { problem } = fitter;
  const tries: { thing: Placement; point: number[]; moved: [number, number][] }[] = [];
  for (const thing of things) {
    // Turning a thing of revolution shows nothing.
    for (const { knob, slope } of thing.turns) {
      if (fitter.visible(knob) < 3e-4) continue;
      for (const degrees of turns) {
        const turned = fitter.point[knob]! + (degrees * Math.PI) / 180 / slope / problem.coordinates[knob]!.unit;
        tries.push({ thing, point: place(fitter.point, [[knob, turned]]), moved: [[knob, turned]] });
      }
    }
    const ground = [...thing.axes].sort((a, b) => a.axis - b.axis).slice(0, 2);
    if (ground.length < 2) continue;
    // Where the program put it is always worth a look: a thing may have been moved for another's sake.
    const home = thing.axes.map(({ knob }): [number, number] => [knob, problem.origin[knob]!]);
    if (home.some(([k, u]) => fitter.point[k] !== u))
      tries.push({ thing, point: place(fitter.point, home), moved: home });
    for (const ring of [0.2, 0.4, 0.65]) {
      for (let i = 0; i < 8; i++) {
        const angle = (i / 8 + (ring === 0.4 ? 1 / 16 : 0)) * 2 * Math.PI;
        const offset = [Math.cos(angle) * ring * thing.size, Math.sin(angle) * ring * thing.size];
        const moved = ground.map(({ knob, slope }, j): [number, number] => [
          knob,
          fitter.point[knob]! + offset[j]! / slope / problem.coordinates[knob]!.unit,
        ]);
        tries.push({ thing, point: place(fitter.point, moved), moved });
      }
    }
  }
  if (tries.length === 0) return [];
  const [here, ...looks] = await problem.look([fitter.point, ...tries.map((t) => t.point)], scale);
  if (!here) return [];
  const residual = problem.features(here, scale.sigma);
  const now = sumSquares(residual);
  const observations = problem.observations(here, scale.sigma);
  // A move frees its knobs, judged where it shows; going home frees none.
  const best = new Map<string, { value: number; moved: [number, number][] }>();
  looks.forEach((look, i) => {
    if (!look) return;
    const { thing, moved } = tries[i]!;
    const support = supportOf(problem.features(look, scale.sigma, here), observations);
    const after = problem.features(look, scale.sigma);
    const home = moved.every(([k, u]) => u === problem.origin[k]);
    const score = criterion(
      weightedSquares(residual, support.weights),
      weightedSquares(after, support.weights),
      support.observations,
      home ? 0 : moved.length * strictness,
    );
    const value = sumSquares(after);
    if (score < 0 && value < now && value < (best.get(thing.name)?.value ?? Number.POSITIVE_INFINITY)) {
      best.set(thing.name, { value, moved });
    }
  });
  const ranked = [...best.values()].sort((a, b) => a.value - b.value);
  if (ranked.length === 0) return [];
  // Greedy: a move stays if it still helps after those before it; candidates of one pass are judged in one batch.
  const taken: [number, number][] = [];
  let point = fitter.point;
  let value = now;
  let rest = ranked;
  while (rest.length > 0) {
    const judged = await fitter.judge(
      rest.map((r) => place(point, r.moved)),
      scale,
    );
    let pick = -1;
    judged.forEach((v, i) => {
      if (v < 0.995 * value && (pick < 0 || v < judged[pick]!)) pick = i;
    });
    if (pick < 0) break;
    point = place(point, rest[pick]!.moved);
    value = judged[pick]!;
    taken.push(...rest[pick]!.moved);
    rest = rest.filter((_, i) => i !== pick && judged[i]! < 1.02 * value + 0.2 * now);
  }
  fitter.point = point;
  return taken.map(([k]) => k);
}

const place = (point: readonly number[], moved: readonly (readonly [number, number])[]): number[] => {
  const next = [...point];
  for (const [k, u] of moved) next[k] = u;
  return next;
};
