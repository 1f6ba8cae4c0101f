import sharp from "sharp";
import type { SlideFault, SlideShape, SlideSummary } from "../tools/deck/summary.ts";
import { nameOf } from "./shape-name.ts";

// No picture comes twice, so none is worth keeping.
sharp.cache(false);

type Rgb = readonly [number, number, number];

/** WCAG's least contrast for text, and for text of at least 18 points or bold text of 14. */
const enough = { small: 4.5, large: 3 } as const;

/** Texts that stand out too little from what is really behind them in the slide's picture, each by its part of all letters. */
export async function contrastFaults({ shapes, size }: SlideSummary, picture: Buffer): Promise<SlideFault[]> {
  const texts = shapes.filter(({ styles, turned }) => styles?.some(({ color }) => color !== null) && !turned);
  if (texts.length === 0) return [];
  const { data, info } = await sharp(picture)
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const scale = info.width / size[0];
  const all = texts.reduce((sum, { styles = [] }) => sum + lettersIn(styles), 0);
  const faults = texts.flatMap((shape): SlideFault[] => {
    const ground = groundOf(shape, { data, width: info.width, height: info.height }, scale);
    const found = ground === null ? [] : faint(shape, ground);
    if (found.length === 0) return [];
    return [{ check: "contrast", text: found[0]!.text, part: lettersIn(found) / all }];
  });
  // Given back at once: the garbage collector would let dozens of pictures pile up first, as they lie outside its heap.
  (data.buffer as ArrayBuffer).transfer(0);
  return faults;
}

const lettersIn = (styles: readonly { letters: number }[]) => styles.reduce((sum, { letters }) => sum + letters, 0);

function faint(shape: SlideShape, ground: Rgb): { letters: number; text: string }[] {
  return (shape.styles ?? []).flatMap(({ color, points, bold, letters }) => {
    const ink = rgbOf(color);
    if (ink === null) return [];
    const wanted = points >= 18 || (bold && points >= 14) ? enough.large : enough.small;
    const ratio = contrastOf(ink, ground);
    if (ratio >= wanted) return [];
    const text = `text ${nameOf(shape)} stands out too little: contrast ${ratio.toFixed(1)} of ${color} on ${hexOf(ground)}, at least ${wanted} is readable`;
    return [{ letters, text }];
  });
}

interface Raster {
  data: Buffer;
  width: number;
  height: number;
}

/** The colour that most of a text's place has which is not its own: letters cover less of it than what is behind them. */
function groundOf({ room, box, styles = [] }: SlideShape, { data, width, height }: Raster, scale: number): Rgb | null {
  const [left, top, wide, high] = (room?.letters ?? box).map((value) => Math.round(value * scale)) as [
    number,
    number,
    number,
    number,
  ];
  // One count for each sixteenth of red, of green and of blue.
  const counts = new Uint32Array(4096);
  const sums = new Float64Array(3 * counts.length);
  const seen: number[] = [];
  const step = Math.max(1, Math.floor(Math.min(wide, high) / 60));
  for (let y = Math.max(0, top); y < Math.min(height, top + high); y += step) {
    for (let x = Math.max(0, left); x < Math.min(width, left + wide); x += step) {
      const at = (y * width + x) * 3;
      const key = ((data[at]! >> 4) << 8) | ((data[at + 1]! >> 4) << 4) | (data[at + 2]! >> 4);
      if (counts[key]! === 0) seen.push(key);
      counts[key]! += 1;
      for (let part = 0; part < 3; part++) sums[3 * key + part]! += data[at + part]!;
    }
  }
  const inks = styles.map(({ color }) => rgbOf(color)).filter((ink) => ink !== null);
  const most = seen.sort((a, b) => counts[b]! - counts[a]!).slice(0, 2);
  const means = most.map((key): Rgb => {
    const [r, g, b] = sums.subarray(3 * key, 3 * key + 3);
    return [r! / counts[key]!, g! / counts[key]!, b! / counts[key]!];
  });
  const [first, second] = means;
  if (first === undefined) return null;
  // Large heavy letters can cover more of their place than the ground does.
  const isInk = inks.some((ink) => ink.every((value, index) => Math.abs(value - first[index]!) < 10));
  return isInk && second !== undefined && counts[most[1]!]! > 0.25 * counts[most[0]!]! ? second : first;
}

function rgbOf(hex: string | null): Rgb | null {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex ?? "");
  return found === null
    ? null
    : [Number.parseInt(found[1]!, 16), Number.parseInt(found[2]!, 16), Number.parseInt(found[3]!, 16)];
}

const hexOf = (rgb: Rgb) => `#${rgb.map((value) => Math.round(value).toString(16).padStart(2, "0")).join("")}`;

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((byte) => {
    const part = byte / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG's contrast of two colours, 1 to 21. */
export function contrastOf(one: Rgb, other: Rgb): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}
