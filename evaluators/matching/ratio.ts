/** Strings of at least this many characters leave out what is frequent in them, as Python's difflib does. */
const junkFrom = 200;

/** A text as code points, with the places of each that may start a match. */
interface Indexed {
  points: number[];
  places: Map<number, number[]>;
}

/** Code points: Python counts characters so, where JavaScript counts halves of them. */
export const pointsOf = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0)!);

function indexed(text: string): Indexed {
  const points = pointsOf(text);
  const places = new Map<number, number[]>();
  points.forEach((point, index) => {
    const list = places.get(point);
    if (list === undefined) places.set(point, [index]);
    else list.push(index);
  });
  if (points.length >= junkFrom) {
    const most = Math.floor(points.length / 100) + 1;
    for (const [point, list] of places) if (list.length > most) places.delete(point);
  }
  return { points, places };
}

/** For each place in the second text, how long the run is that ends there, and which step wrote that; every other step its own. */
interface Runs {
  lengths: [Int32Array, Int32Array];
  steps: [Int32Array, Int32Array];
  step: number;
}

const runsOf = (length: number): Runs => ({
  lengths: [new Int32Array(length), new Int32Array(length)],
  steps: [new Int32Array(length), new Int32Array(length)],
  step: 0,
});

/** Length and starts of the longest common run within a[aLow, aHigh) and b[bLow, bHigh); the earliest of equals. */
function longestRun(a: number[], b: Indexed, runs: Runs, aLow: number, aHigh: number, bLow: number, bHigh: number) {
  let [aStart, bStart, size] = [aLow, bLow, 0];
  // Of another range's last step no run goes on.
  runs.step++;
  for (let i = aLow; i < aHigh; i++) {
    const step = ++runs.step;
    const [lengths, steps] = [runs.lengths[step & 1]!, runs.steps[step & 1]!];
    const [before, stepsBefore] = [runs.lengths[1 - (step & 1)]!, runs.steps[1 - (step & 1)]!];
    for (const j of b.places.get(a[i]!) ?? []) {
      if (j < bLow) continue;
      if (j >= bHigh) break;
      const length = j > 0 && stepsBefore[j - 1] === step - 1 ? before[j - 1]! + 1 : 1;
      lengths[j] = length;
      steps[j] = step;
      if (length > size) [aStart, bStart, size] = [i - length + 1, j - length + 1, length];
    }
  }
  // Frequent characters start no match, and still lengthen one.
  while (aStart > aLow && bStart > bLow && a[aStart - 1] === b.points[bStart - 1]) {
    aStart--;
    bStart--;
    size++;
  }
  while (aStart + size < aHigh && bStart + size < bHigh && a[aStart + size] === b.points[bStart + size]) size++;
  return { aStart, bStart, size };
}

function matched(a: number[], b: Indexed): number {
  let sum = 0;
  const runs = runsOf(b.points.length);
  const open: [number, number, number, number][] = [[0, a.length, 0, b.points.length]];
  for (let range = open.pop(); range !== undefined; range = open.pop()) {
    const [aLow, aHigh, bLow, bHigh] = range;
    const { aStart, bStart, size } = longestRun(a, b, runs, aLow, aHigh, bLow, bHigh);
    if (size === 0) continue;
    sum += size;
    if (aLow < aStart && bLow < bStart) open.push([aLow, aStart, bLow, bStart]);
    if (aStart + size < aHigh && bStart + size < bHigh) open.push([aStart + size, aHigh, bStart + size, bHigh]);
  }
  return sum;
}

/**
 * How alike two texts are, 0..1: `difflib.SequenceMatcher(None, a, b).ratio()` of Python, which both benchmarks use. Not
 * quite symmetric, and 1 for two empty texts.
 */
export function textRatio(a: string, b: string): number {
  return ratioOf(pointsOf(a), indexed(b));
}

function ratioOf(a: number[], b: Indexed): number {
  const length = a.length + b.points.length;
  return length === 0 ? 1 : (2 * matched(a, b)) / length;
}

/** `textRatio` that remembers, for matchings that ask for the same pairs again and again. */
export function rememberedRatio(): (a: string, b: string) => number {
  const points = new Map<string, number[]>();
  const right = new Map<string, { text: Indexed; ratios: Map<string, number> }>();
  return (a, b) => {
    let known = right.get(b);
    if (known === undefined) {
      known = { text: indexed(b), ratios: new Map() };
      right.set(b, known);
    }
    let ratio = known.ratios.get(a);
    if (ratio === undefined) {
      let left = points.get(a);
      if (left === undefined) {
        left = pointsOf(a);
        points.set(a, left);
      }
      ratio = a === b ? ratioOfSelf(known.text) : ratioOf(left, known.text);
      known.ratios.set(a, ratio);
    }
    return ratio;
  };
}

/** A text against itself is 1, except where every character of it is too frequent to start a match. */
function ratioOfSelf(text: Indexed): number {
  return text.points.length === 0 || text.places.size > 0 ? 1 : 0;
}
