import type { Fitter } from "./fitter.ts";
import type { Scale } from "./problem.ts";

/** The knobs that place one thing: components by axis, and the thing's size in metres. */
interface Placement {
  readonly name: string;
  readonly axes: { knob: number; axis: number; slope: number }[];
  readonly size: number;
}

/** Things whose location is set in place by knobs of their own. */
export function placements(fitter: Fitter): Placement[] {
  const { trace } = fitter.problem;
  const found = new Map<string, Placement>();
  for (const [k, places] of Object.entries(trace.in_place)) {
    const own = places.filter(([collection, , path]) => collection === "objects" && path === "location");
    if (own.length !== 1) continue;
    const [, name, , axis, slope] = own[0]!;
    const size = trace.scene.sizes[name];
    if (size === undefined || size > 5 * trace.scene.median) continue;
    const entry = found.get(name) ?? { name, axes: [], size };
    entry.axes.push({ knob: Number(k), axis, slope });
    found.set(name, entry);
  }
  return [...found.values()];
}

/**
 * Looks for each thing at places a gradient cannot see: rings of offsets in the ground plane, everything else held. The
 * offsets that help are then taken together, best first, as far as that helps. Returns the knobs that moved.
 */
export async function searchPlaces(fitter: Fitter, scale: Scale, strictness: number): Promise<number[]> {
  const things = placements(fitter);
  const { problem } = fitter;
  const median = problem.trace.scene.median;
  const tries: { thing: Placement; point: number[]; moved: [number, number][] }[] = [];
  for (const thing of things) {
    const ground = [...thing.axes].sort((a, b) => a.axis - b.axis).slice(0, 2);
    if (ground.length < 2) continue;
    // Where the program put it is always worth a look: a thing may have been moved for another's sake.
    const home = thing.axes.map(({ knob }): [number, number] => [knob, problem.origin[knob]!]);
    if (home.some(([k, u]) => fitter.point[k] !== u))
      tries.push({ thing, point: place(fitter.point, home), moved: home });
    for (const ring of [0.2, 0.4, 0.65]) {
      for (let i = 0; i < 8; i++) {
        const angle = (i / 8 + (ring === 0.4 ? 1 / 16 : 0)) * 2 * Math.PI;
        const offset = [Math.cos(angle) * ring * median, Math.sin(angle) * ring * median];
        const moved = ground.map(({ knob, slope }, j): [number, number] => [
          knob,
          fitter.point[knob]! + offset[j]! / slope / problem.coordinates[knob]!.unit,
        ]);
        tries.push({ thing, point: place(fitter.point, moved), moved });
      }
    }
  }
  if (tries.length === 0) return [];
  const [now, ...values] = await fitter.judge([fitter.point, ...tries.map((t) => t.point)], scale);
  // A move frees two knobs; going home frees none.
  const pixels = problem.views.length * scale.px ** 2 * 3;
  const observations = Math.max(40, pixels / Math.max(1, 4 * Math.PI * scale.sigma ** 2));
  const fee = Math.exp((2 * strictness * Math.log(observations)) / observations);
  const worth = (moved: [number, number][]) => (moved.every(([k, u]) => u === problem.origin[k]) ? 1 : 1 / fee);
  const best = new Map<string, { value: number; moved: [number, number][] }>();
  values.forEach((value, i) => {
    const { thing, moved } = tries[i]!;
    if (value < worth(moved) * now! && value < (best.get(thing.name)?.value ?? Number.POSITIVE_INFINITY)) {
      best.set(thing.name, { value, moved });
    }
  });
  const ranked = [...best.values()].sort((a, b) => a.value - b.value);
  if (ranked.length === 0) return [];
  // Greedy: a move stays if it still helps after those before it; candidates of one pass are judged in one batch.
  const taken: [number, number][] = [];
  let point = fitter.point;
  let value = now!;
  let rest = ranked;
  while (rest.length > 0) {
    const judged = await fitter.judge(
      rest.map((r) => place(point, r.moved)),
      scale,
    );
    let pick = -1;
    judged.forEach((v, i) => {
      if (v < worth(rest[i]!.moved) * value && (pick < 0 || v < judged[pick]!)) pick = i;
    });
    if (pick < 0) break;
    point = place(point, rest[pick]!.moved);
    value = judged[pick]!;
    taken.push(...rest[pick]!.moved);
    rest = rest.filter((_, i) => i !== pick && judged[i]! < 1.02 * value + 0.2 * now!);
  }
  fitter.point = point;
  return taken.map(([k]) => k);
}

const place = (point: readonly number[], moved: readonly (readonly [number, number])[]): number[] => {
  const next = [...point];
  for (const [k, u] of moved) next[k] = u;
  return next;
};
