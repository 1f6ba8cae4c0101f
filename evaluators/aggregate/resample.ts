/** Uniform draws in [0, 1), the same for the same seed: the splitmix32 generator. */
export function drawsOf(seed: number): () => number {
  let at = seed | 0;
  return () => {
    at = (at + 0x9e3779b9) | 0;
    let mixed = at ^ (at >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4294967296;
  };
}

/** A value and the task that it was measured on. */
export interface OfTask {
  task: string;
  value: number;
}

export interface Interval {
  mean: number;
  low: number;
  high: number;
}

const resamples = 2000;

/** Sum and number of the values of each task. */
function clusters(values: readonly OfTask[]): { sum: number; count: number }[] {
  const found = new Map<string, { sum: number; count: number }>();
  for (const { task, value } of values) {
    const cluster = found.get(task) ?? { sum: 0, count: 0 };
    found.set(task, { sum: cluster.sum + value, count: cluster.count + 1 });
  }
  return [...found.values()];
}

/**
 * The mean with its 95 % interval: percentiles of 2,000 draws of whole tasks, because several runs of one task tell less
 * than as many tasks. null without a value; with one task the interval is the mean itself.
 */
export function clusteredInterval(values: readonly OfTask[], seed: number): Interval | null {
  if (values.length === 0) return null;
  const tasks = clusters(values);
  const mean = values.reduce((sum, { value }) => sum + value, 0) / values.length;
  const draw = drawsOf(seed);
  const means = Float64Array.from({ length: resamples }, () => {
    let [sum, count] = [0, 0];
    for (let n = 0; n < tasks.length; n++) {
      const picked = tasks[Math.floor(draw() * tasks.length)]!;
      sum += picked.sum;
      count += picked.count;
    }
    return sum / count;
  }).sort();
  return { mean, low: means[Math.floor(0.025 * resamples)]!, high: means[Math.ceil(0.975 * resamples) - 1]! };
}

/** Up to this many tasks every assignment of signs is counted; beyond, so many are drawn. */
const exactUpTo = 14;
const drawnSigns = 20_000;

/**
 * Two-sided p-value of a sign-flip permutation test: how often the mean of the tasks' differences would be as far from 0 if
 * each task's difference were as likely to have the other sign. null without a difference.
 */
export function signFlip(differences: readonly number[], seed: number): number | null {
  const count = differences.length;
  if (count === 0) return null;
  const observed = Math.abs(differences.reduce((sum, value) => sum + value, 0));
  // Sums of the same numbers in another order differ in their last bits.
  const least = observed - 1e-12 * differences.reduce((sum, value) => sum + Math.abs(value), 0);
  if (count <= exactUpTo) {
    let far = 0;
    for (let signs = 0; signs < 2 ** count; signs++) {
      let sum = 0;
      for (let n = 0; n < count; n++) sum += (signs >> n) & 1 ? differences[n]! : -differences[n]!;
      if (Math.abs(sum) >= least) far++;
    }
    return far / 2 ** count;
  }
  const draw = drawsOf(seed);
  let far = 1;
  for (let drawn = 0; drawn < drawnSigns; drawn++) {
    let sum = 0;
    for (const value of differences) sum += draw() < 0.5 ? value : -value;
    if (Math.abs(sum) >= least) far++;
  }
  return far / (drawnSigns + 1);
}
