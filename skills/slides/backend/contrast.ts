import sharp from "sharp";
import type { SlideFault, SlideShape, SlideSummary } from "../tools/deck/summary.ts";
import { nameOf } from "./shape-name.ts";

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
  return texts.flatMap((shape): SlideFault[] => {
    const ground = groundOf(shape, { data, width: info.width, height: info.height }, scale);
    const found = ground === null ? [] : faint(shape, ground);
    if (found.length === 0) return [];
    return [{ check: "contrast", text: found[0]!.text, part: lettersIn(found) / all }];
  });
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
  const counts = new Map<number, { count: number; sum: [number, number, number] }>();
  const step = Math.max(1, Math.floor(Math.min(wide, high) / 60));
  for (let y = Math.max(0, top); y < Math.min(height, top + high); y += step) {
    for (let x = Math.max(0, left); x < Math.min(width, left + wide); x += step) {
      const at = (y * width + x) * 3;
      const [r, g, b] = [data[at]!, data[at + 1]!, data[at + 2]!];
      const key = ((r >> 4) << 8) | ((g >> 4) << 4) | (b >> 4);
      const found = counts.get(key) ?? { count: 0, sum: [0, 0, 0] };
      found.count += 1;
      found.sum[0] += r;
      found.sum[1] += g;
      found.sum[2] += b;
      counts.set(key, found);
    }
  }
  const inks = styles.map(({ color }) => rgbOf(color)).filter((ink) => ink !== null);
  const most = [...counts.values()].sort((a, b) => b.count - a.count).slice(0, 2);
  const means = most.map(({ count, sum }): Rgb => [sum[0] / count, sum[1] / count, sum[2] / count]);
  const [first, second] = means;
  if (first === undefined) return null;
  // Large heavy letters can cover more of their place than the ground does.
  const isInk = inks.some((ink) => ink.every((value, index) => Math.abs(value - first[index]!) < 10));
  return isInk && second !== undefined && most[1]!.count > 0.25 * most[0]!.count ? second : first;
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
