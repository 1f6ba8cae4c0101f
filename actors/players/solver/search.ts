import { type Fitter, type Scan, sumSquares } from "./fitter.ts";
import type { Scale } from "./problem.ts";
import { criterion, supportOf, weightedSquares } from "./select.ts";

/** The knobs that place and turn one thing: components by axis. `slope`: metres or radians per unit of the number. */
export interface Placement {
  readonly name: string;
  readonly axes: { knob: number; axis: number; slope: number }[];
  readonly turns: { knob: number; slope: number }[];
  /** Its size in metres, within reason: what the rings of offsets are measured by. */
  readonly size: number;
}

/** Turns tried, in degrees: periodic and steep, so a gradient seldom finds them. */
const turns = [-8, 8, -16, 16, -30, 30, -60, 60, 90, 180];

/** Things whose location or rotation is set in place by knobs of their own. */
function placements(fitter: Fitter): Placement[] {
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

/** Numbers set to other values together, and whose they are: of one owner's tries at most one is taken. */
export interface Try {
  readonly owner: string;
  readonly moved: readonly (readonly [knob: number, units: number])[];
  /** What freeing its knobs costs, in units of the criterion (1: the textbook one for one parameter). */
  readonly cost: number;
}

/**
 * Looks for each thing at places a gradient cannot see: rings of offsets in the ground plane, and turns, everything else
 * held. `of`: the things looked for, all by default. Returns the knobs that moved.
 */
export async function searchPlaces(
  fitter: Fitter,
  scale: Scale,
  strictness: number,
  of: readonly Placement[] = placements(fitter),
): Promise<number[]> {
  const { problem } = fitter;
  const tries: Try[] = [];
  for (const { name, axes, turns: own, size } of of) {
    const add = (moved: [number, number][]) => tries.push({ owner: name, moved, cost: strictness * moved.length });
    // Turning a thing of revolution shows nothing.
    for (const { knob, slope } of own) {
      if (fitter.visible(knob) < 3e-4) continue;
      for (const degrees of turns) {
        add([[knob, fitter.point[knob]! + (degrees * Math.PI) / 180 / slope / problem.coordinates[knob]!.unit]]);
      }
    }
    const ground = [...axes].sort((a, b) => a.axis - b.axis).slice(0, 2);
    if (ground.length < 2) continue;
    // Where the program put it is always worth a look: a thing may have been moved for another's sake.
    const home = axes.map(({ knob }): [number, number] => [knob, problem.origin[knob]!]);
    if (home.some(([k, u]) => fitter.point[k] !== u)) tries.push({ owner: name, moved: home, cost: 0 });
    for (const ring of [0.2, 0.4, 0.65]) {
      for (let i = 0; i < 8; i++) {
        const angle = (i / 8 + (ring === 0.4 ? 1 / 16 : 0)) * 2 * Math.PI;
        const offset = [Math.cos(angle) * ring * size, Math.sin(angle) * ring * size];
        add(
          ground.map(({ knob, slope }, j): [number, number] => [
            knob,
            fitter.point[knob]! + offset[j]! / slope / problem.coordinates[knob]!.unit,
          ]),
        );
      }
    }
  }
  return takeBest(fitter, tries, scale);
}

/** Things looked for again at most, those with most left to explain where they show. */
const mostMisplaced = 5;

/** The things where most is left to explain; see `doubtful`. */
export async function misplaced(fitter: Fitter, scale: Scale): Promise<Placement[]> {
  const things = placements(fitter);
  const owners = new Map<number, Placement>();
  for (const thing of things) for (const { knob } of [...thing.axes, ...thing.turns]) owners.set(knob, thing);
  const members = [...owners.keys()].filter((k) => fitter.problem.isUsable(k));
  if (members.length === 0) return [];
  const suspects = await doubtful(fitter, await fitter.scan(members, scale, "all"), scale);
  return [...new Set(suspects.map((k) => owners.get(k)!))].slice(0, mostMisplaced);
}

/** Knobs tried at other values at most: a try is a rerun of the program. */
const mostSuspects = 32;

/** The scanned knobs where most is left to explain: more than a few times the noise, where a nudge of them shows. */
export async function doubtful(fitter: Fitter, scan: Scan, scale: Scale): Promise<number[]> {
  const noise = (await fitter.noise(scale)) / scan.residual.length;
  const excess = scan.columns.map((column) => {
    const { weights } = supportOf(column, scan.observations);
    const weight = weights.reduce((sum, w) => sum + w, 0);
    return weightedSquares(scan.residual, weights) / Math.max(1e-12, noise * weight);
  });
  return scan.members
    .map((k, i) => ({ k, excess: excess[i]! }))
    .filter((one) => one.excess > 3)
    .sort((a, b) => b.excess - a.excess)
    .slice(0, mostSuspects)
    .map(({ k }) => k);
}

/** Numbers of one call that belong to the same axis (the two ends of a bar): they move together as well as alone. */
function ends(fitter: Fitter, members: readonly number[]): number[][] {
  const { knobs } = fitter.problem;
  const found = new Map<string, number[]>();
  for (const k of members) {
    const { line, label, group, component } = knobs[k]!;
    const owner = /^(.*)\.[^.]+\[\d\]$/.exec(label)?.[1];
    if (group === null || owner === undefined) continue;
    const key = `${line}/${owner}/${component}`;
    found.set(key, [...(found.get(key) ?? []), k]);
  }
  return [...found.values()].filter((pair) => pair.length === 2);
}

/** How far a length is tried from its value, as factors; a place, in 0.4 of the scene's median size. */
const factors = [0.55, 0.67, 0.8, 1.25, 1.5, 1.8];
const offsets = [-0.6, -0.3, 0.3, 0.6];

/**
 * Looks for measurements (a width, a radius, the end of a bar, the weight of a shape key) at values too far for a gradient:
 * an edge that has moved by more than its blur tells nothing of where it should be. Returns the knobs that moved.
 */
export async function searchValues(fitter: Fitter, scale: Scale, members: readonly number[]): Promise<number[]> {
  const { problem } = fitter;
  const tries: Try[] = [];
  const metres = 0.4 * problem.trace.scene.median;
  for (const k of members) {
    const { value } = problem.knobs[k]!;
    const now = problem.value(k, fitter.point[k]!);
    const lengths = value > 0 && problem.knobs[k]!.group === null;
    const tried = problem.isShapeKey(k)
      ? [0, 0.2, 0.4, 0.6, 0.8, 1]
      : lengths
        ? factors.map((f) => f * now)
        : offsets.map((d) => now + d * metres);
    for (const v of tried) tries.push({ owner: `${k}`, moved: [[k, problem.units(k, v)]], cost: fitter.price(k) });
  }
  for (const pair of ends(fitter, members)) {
    for (const d of offsets) {
      const moved = pair.map((k): [number, number] => [
        k,
        problem.units(k, problem.value(k, fitter.point[k]!) + d * metres),
      ]);
      tries.push({ owner: pair.join(), moved, cost: fitter.price(pair[0]!) });
    }
  }
  return takeBest(fitter, tries, scale);
}

interface Rule {
  /** Pictures are compared with light and tint evened out: a far place must not be taken for its brightness. */
  readonly evened?: boolean;
  /** The least share of what is left, noise aside, that a first move must explain. */
  readonly least?: number;
  /** Tries that must not be taken, whatever they explain. */
  readonly refuses?: (tries: readonly Try[]) => Promise<boolean[]>;
}

/** Renders all tries; those that pay are then taken together, best first, as far as that helps. Returns the knobs moved. */
export async function takeBest(
  fitter: Fitter,
  tries: readonly Try[],
  scale: Scale,
  rule: Rule = {},
): Promise<number[]> {
  if (tries.length === 0) return [];
  const { problem } = fitter;
  const rendered = await problem.look([fitter.point, ...tries.map((t) => place(fitter.point, t.moved))], scale);
  const [here, ...looks] = rule.evened ? rendered.map((look) => look && problem.evened(look)) : rendered;
  if (!here) return [];
  const residual = problem.features(here, scale.sigma);
  const now = sumSquares(residual);
  const observations = problem.observations(here, scale.sigma);
  // A move frees its knobs, judged where it shows; going home frees none.
  const most = now - (rule.least ? rule.least * Math.max(0, now - (await fitter.noise(scale))) : 0);
  const paying: { value: number; one: Try }[] = [];
  looks.forEach((look, i) => {
    if (!look) return;
    const { cost } = tries[i]!;
    const support = supportOf(problem.features(look, scale.sigma, here), observations);
    const after = problem.features(look, scale.sigma);
    const score = criterion(
      weightedSquares(residual, support.weights),
      weightedSquares(after, support.weights),
      support.observations,
      cost,
    );
    const value = sumSquares(after);
    if (score < 0 && value < most) paying.push({ value, one: tries[i]! });
  });
  if (paying.length === 0) return [];
  const refused = (await rule.refuses?.(paying.map(({ one }) => one))) ?? [];
  const best = new Map<string, { value: number; moved: Try["moved"] }>();
  paying.forEach(({ value, one: { owner, moved } }, i) => {
    if (!refused[i] && value < (best.get(owner)?.value ?? Number.POSITIVE_INFINITY)) best.set(owner, { value, moved });
  });
  const ranked = [...best.values()].sort((a, b) => a.value - b.value);
  if (ranked.length === 0) return [];
  // Greedy: a move stays if it still helps after those before it; the next few candidates are judged in one batch.
  const taken = [...ranked[0]!.moved];
  let point = place(fitter.point, taken);
  let value = ranked[0]!.value;
  let rest = ranked.slice(1);
  while (rest.length > 0) {
    const next = rest.slice(0, 12);
    const judged = await fitter.judge(
      next.map((r) => place(point, r.moved)),
      scale,
      rule.evened,
    );
    let pick = -1;
    judged.forEach((v, i) => {
      if (v < 0.99 * value && (pick < 0 || v < judged[pick]!)) pick = i;
    });
    // Those that no longer help have been explained by what was taken.
    rest = rest.filter((_, i) => i >= next.length || (pick >= 0 && i !== pick && judged[i]! < value));
    if (pick < 0) continue;
    point = place(point, next[pick]!.moved);
    value = judged[pick]!;
    taken.push(...next[pick]!.moved);
  }
  fitter.point = point;
  return taken.map(([k]) => k);
}

export const place = (point: readonly number[], moved: readonly (readonly [number, number])[]): number[] => {
  const next = [...point];
  for (const [k, u] of moved) next[k] = u;
  return next;
};
