import sharp from "sharp";

/**
 * Pictures as the solver computes with them: sRGB values in 0..1, three channels interleaved, rows top-down.
 */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** A box of whole pixels, right and bottom exclusive. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const toLinear = Float32Array.from({ length: 256 }, (_, byte) => {
  const c = byte / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
});

const toSrgb = (c: number): number => (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055);

/** Weights of the source pixels that one target pixel covers, for a box filter at any ratio. */
function coverage(source: number, target: number): { from: number; weights: number[] }[] {
  const ratio = source / target;
  return Array.from({ length: target }, (_, i) => {
    const low = i * ratio;
    const high = (i + 1) * ratio;
    const from = Math.floor(low);
    const weights: number[] = [];
    for (let s = from; s < Math.min(source, Math.ceil(high - 1e-9)); s++) {
      weights.push((Math.min(high, s + 1) - Math.max(low, s)) / ratio);
    }
    return { from, weights };
  });
}

/** An encoded picture's sRGB bytes without alpha. */
export interface Bytes {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export async function decode(encoded: Buffer): Promise<Bytes> {
  const { data, info } = await sharp(encoded)
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels === 3) return { width: info.width, height: info.height, data };
  const rgb = new Uint8Array(info.width * info.height * 3);
  for (let i = 0; i < info.width * info.height; i++) rgb.fill(data[i * info.channels] ?? 0, i * 3, i * 3 + 3);
  return { width: info.width, height: info.height, data: rgb };
}

/**
 * The picture a renderer would have made at another size: averaged by area in linear light, as a camera does, because
 * averaging sRGB values would darken every edge by more than a fitted parameter moves it.
 */
export function resample(source: Bytes, width: number, height: number): Picture {
  const across = coverage(source.width, width);
  const down = coverage(source.height, height);
  const rows = new Float32Array(source.height * width * 3);
  for (let y = 0; y < source.height; y++) {
    for (let x = 0; x < width; x++) {
      const { from, weights } = across[x]!;
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++) {
          sum += weights[i]! * toLinear[source.data[(y * source.width + from + i) * 3 + c]!]!;
        }
        rows[(y * width + x) * 3 + c] = sum;
      }
    }
  }
  const data = new Float32Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const { from, weights } = down[y]!;
    for (let i = 0; i < width * 3; i++) {
      let sum = 0;
      for (let r = 0; r < weights.length; r++) sum += weights[r]! * rows[(from + r) * width * 3 + i]!;
      data[y * width * 3 + i] = toSrgb(sum);
    }
  }
  return { width, height, data };
}

/** Gaussian blur of interleaved RGB values; beyond the edges the picture is taken to repeat its border. */
export function blur(data: Float32Array, width: number, height: number, sigma: number): Float32Array {
  if (sigma <= 0) return data;
  const radius = Math.ceil(sigma * 2.5);
  const kernel = Float32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const total = kernel.reduce((a, b) => a + b, 0);
  for (let i = 0; i < kernel.length; i++) kernel[i]! /= total;
  const rows = new Float32Array(data.length);
  const out = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    const row = y * width * 3;
    for (let x = 0; x < width; x++) {
      let r = 0;
      let g = 0;
      let b = 0;
      for (let k = -radius; k <= radius; k++) {
        const at = row + Math.min(width - 1, Math.max(0, x + k)) * 3;
        const w = kernel[k + radius]!;
        r += w * data[at]!;
        g += w * data[at + 1]!;
        b += w * data[at + 2]!;
      }
      rows[row + x * 3] = r;
      rows[row + x * 3 + 1] = g;
      rows[row + x * 3 + 2] = b;
    }
  }
  const stride = width * 3;
  for (let y = 0; y < height; y++) {
    for (let k = -radius; k <= radius; k++) {
      const from = Math.min(height - 1, Math.max(0, y + k)) * stride;
      const w = kernel[k + radius]!;
      for (let i = 0; i < stride; i++) out[y * stride + i]! += w * rows[from + i]!;
    }
  }
  return out;
}

/** Mean square of a vector. */
export function meanSquare(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return values.length === 0 ? 0 : sum / values.length;
}

export function difference(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length);
  for (let i = 0; i < a.length; i++) out[i] = a[i]! - b[i]!;
  return out;
}

/** The least and the most that `evened` scales by: beyond that it is another picture, not another light. */
const gains = [0.5, 2] as const;

/** Per channel, what scales and shifts a picture so that it comes closest to the target. */
export function evening({ width, height, data }: Picture, target: Picture): { gain: number; shift: number }[] {
  const n = width * height;
  return [0, 1, 2].map((c) => {
    let [a, b, aa, ab] = [0, 0, 0, 0];
    for (let i = c; i < data.length; i += 3) {
      const [x, y] = [data[i]!, target.data[i]!];
      a += x;
      b += y;
      aa += x * x;
      ab += x * y;
    }
    const spread = aa - (a * a) / n;
    const gain = spread > 1e-6 ? Math.min(gains[1], Math.max(gains[0], (ab - (a * b) / n) / spread)) : 1;
    return { gain, shift: (b - gain * a) / n };
  });
}

/** A picture with every channel scaled and shifted so that it comes closest to the target. */
export function evened(picture: Picture, target: Picture): Picture {
  const { width, height, data } = picture;
  const by = evening(picture, target);
  return { width, height, data: data.map((value, i) => by[i % 3]!.gain * value + by[i % 3]!.shift) };
}

/**
 * The smallest box outside of which a difference of pictures stays below `threshold`, grown by `margin` pixels;
 * null when nothing reaches it.
 */
export function extent(
  data: Float32Array,
  width: number,
  height: number,
  threshold: number,
  margin: number,
): Box | null {
  let left = width;
  let right = -1;
  let top = height;
  let bottom = -1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      const peak = Math.max(Math.abs(data[at]!), Math.abs(data[at + 1]!), Math.abs(data[at + 2]!));
      if (peak < threshold) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  if (right < 0) return null;
  return {
    left: Math.max(0, left - margin),
    top: Math.max(0, top - margin),
    right: Math.min(width, right + 1 + margin),
    bottom: Math.min(height, bottom + 1 + margin),
  };
}
