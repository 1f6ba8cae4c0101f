import { Matrix, solve } from "ml-matrix";

/** A distance in pixels that numbers are to explain, and what it counts. */
export interface Distance {
  pixels: number;
  weight: number;
  /** Pixels within which it is as good as none. */
  exact: number;
}

/** Pixels that each distance changes by where a number's factor changes by 1. */
export type Effect = Float64Array;

/** Numbers with the factors that explain distances together, and the distances that are left, weighed. */
export interface Explained {
  factors: ReadonlyMap<number, number>;
  left: number;
}

/** Factors within which a wrong number is looked for. */
const [least, most] = [0.45, 2.25];
/** Numbers that explain together, at most; ways that are begun with another first number. */
const mostNumbers = 5;
const ways = 3;
/** Numbers that are tried beside those which are there: those that explain most of what is left. */
const mostTried = 30;
/** Part of what is left that a further number must explain. */
const leastGain = 0.04;
const refits = 5;

/** Distances, and pixels beyond which one is told wrong: a piece of text that a trial sends to another line, or one mistaken for another. */
interface Asked {
  distances: readonly Distance[];
  effects: ReadonlyMap<number, Effect>;
  far: number;
}

/** Numbers by the change of their factors, and what is left then of each distance. */
interface Fitted {
  literals: readonly number[];
  changes: readonly number[];
  rest: Float64Array;
  left: number;
}

/**
 * Few numbers that together explain how far everything stands from its place: the one that explains most, then the one
 * beside which most is explained, all fitted anew, and so on. What is wrong or hidden in a few places does not count there
 * (least absolute distances).
 * @returns sets of numbers, each way one by one longer
 */
export function explain(distances: readonly Distance[], effects: ReadonlyMap<number, Effect>): Explained[] {
  const sizes = distances.map(({ pixels }) => Math.abs(pixels)).sort((a, b) => a - b);
  const asked: Asked = { distances, effects, far: Math.max(20, 1.5 * (sizes[Math.floor(0.95 * sizes.length)] ?? 0)) };
  const rest = Float64Array.from(distances, ({ pixels }) => pixels);
  const none: Fitted = { literals: [], changes: [], rest, left: leftOf(asked, rest) };
  const found: Explained[] = [];
  for (const begun of longer(none, asked).slice(0, ways)) {
    let fitted: Fitted | undefined = begun;
    let left = none.left;
    while (fitted !== undefined && fitted.left <= left * (1 - leastGain)) {
      const { literals, changes }: Fitted = fitted;
      found.push({ factors: new Map(literals.map((literal, n) => [literal, 1 + changes[n]!])), left: fitted.left });
      left = fitted.left;
      fitted = literals.length < mostNumbers ? longer(fitted, asked)[0] : undefined;
    }
  }
  return found;
}

/** How nearly two numbers must move the same for one to stand for the other. */
const alike = 0.97;

/** Another number, and its change for each change by 1 of the one that it stands for. */
export interface Substitute {
  literal: number;
  change: number;
}

/** Numbers that move the same as one: a margin, the padding beside it, the next box's. The most alike first. */
export function substitutes(literal: number, effects: ReadonlyMap<number, Effect>): Substitute[] {
  const own = effects.get(literal);
  if (own === undefined) return [];
  const times = (a: Effect, b: Effect) => a.reduce((sum, pixels, at) => sum + pixels * b[at]!, 0);
  const size = times(own, own);
  return [...effects]
    .flatMap(([other, effect]) => {
      if (other === literal) return [];
      const [both, square] = [times(own, effect), times(effect, effect)];
      const like = Math.abs(both) / Math.sqrt(size * square);
      return like < alike ? [] : [{ literal: other, change: both / square, like }];
    })
    .sort((a, b) => b.like - a.like);
}

function leftOf({ distances, far }: Asked, rest: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < rest.length; at++) {
    const { weight, exact } = distances[at]!;
    sum += weight * Math.max(0, Math.min(far, Math.abs(rest[at]!)) - exact);
  }
  return sum;
}

/** The same numbers with one more each, the set that leaves least first. */
function longer(from: Fitted, asked: Asked): Fitted[] {
  const { distances, effects, far } = asked;
  const size = (pixels: number) => Math.min(far, Math.abs(pixels));
  const gains: { literal: number; change: number; gain: number }[] = [];
  for (const [literal, effect] of effects) {
    if (from.literals.includes(literal)) continue;
    const change = median(asked, from.rest, effect);
    let gain = 0;
    for (let at = 0; at < effect.length; at++) {
      if (effect[at] === 0) continue;
      gain += distances[at]!.weight * (size(from.rest[at]!) - size(from.rest[at]! - change * effect[at]!));
    }
    if (gain > 0) gains.push({ literal, change, gain });
  }
  return gains
    .sort((a, b) => b.gain - a.gain)
    .slice(0, mostTried)
    .map(({ literal, change }) => fitted([...from.literals, literal], [...from.changes, change], asked))
    .sort((a, b) => a.left - b.left);
}

/** The change of one number that leaves least: the median of those that each distance asks for. */
function median({ distances, far }: Asked, rest: Float64Array, effect: Effect): number {
  const changes: { change: number; weight: number }[] = [];
  for (let at = 0; at < effect.length; at++) {
    const pixels = effect[at]!;
    if (pixels === 0) continue;
    changes.push({ change: rest[at]! / pixels, weight: distances[at]!.weight * Math.min(far, Math.abs(pixels)) });
  }
  changes.sort((a, b) => a.change - b.change);
  const half = changes.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let sum = 0;
  for (const { change, weight } of changes) {
    sum += weight;
    if (sum >= half) return clamped(change);
  }
  return 0;
}

const clamped = (change: number): number => Math.max(least - 1, Math.min(most - 1, change));

/** Changes of several numbers that leave least together: least squares, far distances counting less and less. */
function fitted(literals: readonly number[], begun: readonly number[], asked: Asked): Fitted {
  const { distances, effects, far } = asked;
  const columns = literals.map((literal) => effects.get(literal)!);
  const size = columns.length;
  const restOf = (changes: readonly number[]) =>
    Float64Array.from(distances, ({ pixels }, at) =>
      columns.reduce((left, column, n) => left - column[at]! * changes[n]!, pixels),
    );
  let best: Fitted = { literals, changes: begun, rest: restOf(begun), left: Number.POSITIVE_INFINITY };
  let rest = best.rest;
  best.left = leftOf(asked, rest);
  for (let n = 0; n < refits; n++) {
    const normal = Matrix.zeros(size, size);
    const right = Matrix.zeros(size, 1);
    for (let at = 0; at < rest.length; at++) {
      if (columns.every((column) => column[at] === 0)) continue;
      const { weight, pixels, exact } = distances[at]!;
      const off = Math.max(exact, Math.abs(rest[at]!));
      const counts = (weight / off) * Math.min(1, far / off);
      for (let a = 0; a < size; a++) {
        const pulled = counts * columns[a]![at]!;
        right.set(a, 0, right.get(a, 0) + pulled * pixels);
        for (let b = 0; b < size; b++) normal.set(a, b, normal.get(a, b) + pulled * columns[b]![at]!);
      }
    }
    // Numbers that do the same share it, rather than run away from one another.
    for (let a = 0; a < size; a++) normal.set(a, a, normal.get(a, a) * (1 + 1e-6) + 1e-9);
    const changes = solve(normal, right).to1DArray().map(clamped);
    rest = restOf(changes);
    const left = leftOf(asked, rest);
    if (left < best.left) best = { literals, changes, rest, left };
  }
  return best;
}
