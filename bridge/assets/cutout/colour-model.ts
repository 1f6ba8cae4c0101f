/** Colours of one side as a mixture of Gaussians, learned from its pixels. RGB, 0..255. */
export interface ColourModel {
  /** -log of a colour's probability density. */
  cost(r: number, g: number, b: number): number;
}

const components = 5;
const rounds = 6;
/** Added to every variance: one colour alone would have none. */
const least = 12;

interface Gaussian {
  weight: number;
  mean: number[];
  inverse: number[];
  /** log(weight / sqrt(det)). */
  log: number;
}

/** Learns a mixture by k-means, begun at colours that lie far apart. @param pixels RGB triples */
export function learnColours(pixels: Float64Array): ColourModel {
  const count = pixels.length / 3;
  const centres = apart(pixels, Math.min(components, count));
  const of = new Uint8Array(count);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < count; i++) of[i] = nearest(pixels, i, centres).index;
    for (const [index, centre] of centres.entries()) {
      const sum = [0, 0, 0];
      let n = 0;
      for (let i = 0; i < count; i++) {
        if (of[i] !== index) continue;
        n += 1;
        for (let c = 0; c < 3; c++) sum[c]! += pixels[3 * i + c]!;
      }
      if (n > 0) for (let c = 0; c < 3; c++) centre[c] = sum[c]! / n;
    }
  }
  const gaussians = centres.map((mean, index) => gaussian(pixels, of, index, mean)).filter(({ weight }) => weight > 0);
  return {
    cost(r, g, b) {
      let density = 0;
      for (const { mean, inverse: m, log } of gaussians) {
        const [x, y, z] = [r - mean[0]!, g - mean[1]!, b - mean[2]!];
        const far = x * x * m[0]! + y * y * m[3]! + z * z * m[5]! + 2 * (x * y * m[1]! + x * z * m[2]! + y * z * m[4]!);
        density += Math.exp(log - far / 2);
      }
      return -Math.log(density + 1e-30);
    },
  };
}

function apart(pixels: Float64Array, wanted: number): number[][] {
  const count = pixels.length / 3;
  const at = (i: number): number[] => [pixels[3 * i]!, pixels[3 * i + 1]!, pixels[3 * i + 2]!];
  const centres = [at(Math.floor(count / 2))];
  while (centres.length < wanted) {
    let [far, best] = [-1, 0];
    // Every so many pixels: the farthest of all is noise as often as a colour.
    for (let i = 0; i < count; i += Math.max(1, Math.floor(count / 2000))) {
      const { distance } = nearest(pixels, i, centres);
      if (distance > far) [far, best] = [distance, i];
    }
    centres.push(at(best));
  }
  return centres;
}

function nearest(pixels: Float64Array, i: number, centres: readonly number[][]): { index: number; distance: number } {
  let [index, distance] = [0, Number.POSITIVE_INFINITY];
  for (let k = 0; k < centres.length; k++) {
    const centre = centres[k]!;
    let far = 0;
    for (let c = 0; c < 3; c++) far += (pixels[3 * i + c]! - centre[c]!) ** 2;
    if (far < distance) [index, distance] = [k, far];
  }
  return { index, distance };
}

function gaussian(pixels: Float64Array, of: Uint8Array, index: number, mean: number[]): Gaussian {
  const s = [0, 0, 0, 0, 0, 0];
  let n = 0;
  for (let i = 0; i < of.length; i++) {
    if (of[i] !== index) continue;
    n += 1;
    const [x, y, z] = [pixels[3 * i]! - mean[0]!, pixels[3 * i + 1]! - mean[1]!, pixels[3 * i + 2]! - mean[2]!];
    for (const [k, value] of [x * x, x * y, x * z, y * y, y * z, z * z].entries()) s[k]! += value;
  }
  const part = Math.max(1, n);
  const [a, b, c, d, e, f] = s.map((sum, k) => sum / part + (k === 0 || k === 3 || k === 5 ? least : 0)) as number[];
  const minors = [d! * f! - e! * e!, c! * e! - b! * f!, b! * e! - c! * d!];
  const det = a! * minors[0]! + b! * minors[1]! + c! * minors[2]!;
  const inverse = [...minors, a! * f! - c! * c!, b! * c! - a! * e!, a! * d! - b! * b!].map((value) => value / det);
  const weight = n / of.length;
  return { weight, mean, inverse, log: Math.log(weight + 1e-12) - Math.log(det) / 2 };
}
