import type { Picture } from "./picture.ts";

/**
 * Pillow's antialiased resampling of 8-bit pictures, bit for bit: two one-dimensional passes, horizontal first, each
 * rounded to bytes; weights in fixed point with 22 fractional bits. Verified against Pillow 12.3 output.
 * libvips' own kernels differ by a few levels, which moves PL in its fourth digit; that is why this exists.
 */
export type Resampling = "bicubic" | "lanczos";

interface Kernel {
  support: number;
  weight(x: number): number;
}

function bicubic(x: number): number {
  const a = -0.5;
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return (((d - 5) * d + 8) * d - 4) * a;
  return 0;
}

function sinc(x: number): number {
  if (x === 0) return 1;
  const px = x * Math.PI;
  return Math.sin(px) / px;
}

const kernels: Record<Resampling, Kernel> = {
  bicubic: { support: 2, weight: bicubic },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

const precisionBits = 22;
const half = 1 << (precisionBits - 1);

interface Taps {
  /** Most taps any output pixel has; the stride of `weights`. */
  size: number;
  first: Int32Array;
  count: Int32Array;
  weights: Int32Array;
}

/** Which input pixels make each output pixel, and their fixed-point weights. */
function tapsOf(kernel: Kernel, from: number, to: number): Taps {
  const scale = from / to;
  const filterScale = Math.max(scale, 1);
  const support = kernel.support * filterScale;
  const size = Math.ceil(support) * 2 + 1;
  const taps: Taps = {
    size,
    first: new Int32Array(to),
    count: new Int32Array(to),
    weights: new Int32Array(to * size),
  };
  const raw = new Float64Array(size);
  for (let out = 0; out < to; out++) {
    const centre = (out + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(from, Math.trunc(centre + support + 0.5)) - first;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const w = kernel.weight((i + first - centre + 0.5) * (1 / filterScale));
      raw[i] = w;
      sum += w;
    }
    for (let i = 0; i < count; i++) {
      const w = (sum === 0 ? raw[i]! : raw[i]! / sum) * (1 << precisionBits);
      taps.weights[out * size + i] = Math.trunc(w < 0 ? w - 0.5 : w + 0.5);
    }
    taps.first[out] = first;
    taps.count[out] = count;
  }
  return taps;
}

function toByte(sum: number): number {
  const value = sum >> precisionBits;
  return Math.max(0, Math.min(255, value));
}

function horizontal(source: Uint8Array, width: number, height: number, channels: number, taps: Taps, to: number) {
  const out = new Uint8Array(to * height * channels);
  for (let y = 0; y < height; y++) {
    const row = y * width * channels;
    let at = y * to * channels;
    for (let x = 0; x < to; x++) {
      const count = taps.count[x]!;
      const weightAt = x * taps.size;
      const start = row + taps.first[x]! * channels;
      for (let c = 0; c < channels; c++) {
        let sum = half;
        for (let i = 0, p = start + c; i < count; i++, p += channels) sum += source[p]! * taps.weights[weightAt + i]!;
        out[at++] = toByte(sum);
      }
    }
  }
  return out;
}

function vertical(source: Uint8Array, stride: number, taps: Taps, to: number) {
  const out = new Uint8Array(stride * to);
  const sums = new Int32Array(stride);
  for (let y = 0; y < to; y++) {
    sums.fill(half);
    const count = taps.count[y]!;
    for (let i = 0; i < count; i++) {
      const weight = taps.weights[y * taps.size + i]!;
      const row = (taps.first[y]! + i) * stride;
      for (let x = 0; x < stride; x++) sums[x]! += source[row + x]! * weight;
    }
    const at = y * stride;
    for (let x = 0; x < stride; x++) out[at + x] = toByte(sums[x]!);
  }
  return out;
}

function resample(data: Uint8Array, w: number, h: number, channels: number, tw: number, th: number, kernel: Kernel) {
  const wide = tw === w ? data : horizontal(data, w, h, channels, tapsOf(kernel, w, tw), tw);
  return th === h ? wide : vertical(wide, tw * channels, tapsOf(kernel, h, th), th);
}

/**
 * Resizes to `width` x `height` px. A picture with real transparency is resampled with premultiplied alpha, as Pillow
 * does for RGBA. The same size gives the same picture.
 */
export function resize(picture: Picture, width: number, height: number, kind: Resampling = "bicubic"): Picture {
  if (width === picture.width && height === picture.height) return picture;
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new RangeError(`cannot resize to ${width} x ${height}`);
  }
  const kernel = kernels[kind];
  const { alpha } = picture;
  if (alpha === null) {
    const rgb = resample(picture.rgb, picture.width, picture.height, 3, width, height, kernel);
    return { width, height, rgb, alpha: null };
  }
  const rgba = resample(premultiplied(picture.rgb, alpha), picture.width, picture.height, 4, width, height, kernel);
  return { width, height, ...unpremultiplied(rgba) };
}

function premultiplied(rgb: Uint8Array, alpha: Uint8Array): Uint8Array {
  const out = new Uint8Array(alpha.length * 4);
  for (let i = 0; i < alpha.length; i++) {
    const a = alpha[i]!;
    for (let c = 0; c < 3; c++) {
      const t = rgb[i * 3 + c]! * a + 128;
      out[i * 4 + c] = ((t >> 8) + t) >> 8;
    }
    out[i * 4 + 3] = a;
  }
  return out;
}

function unpremultiplied(rgba: Uint8Array): { rgb: Uint8Array; alpha: Uint8Array } {
  const count = rgba.length / 4;
  const rgb = new Uint8Array(count * 3);
  const alpha = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const a = rgba[i * 4 + 3]!;
    alpha[i] = a;
    for (let c = 0; c < 3; c++) {
      const v = rgba[i * 4 + c]!;
      rgb[i * 3 + c] = a === 0 || a === 255 ? v : Math.min(255, Math.trunc((255 * v) / a));
    }
  }
  return { rgb, alpha };
}
