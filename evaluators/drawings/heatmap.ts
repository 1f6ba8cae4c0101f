import sharp from "sharp";
import type { Picture } from "../pictures/picture.ts";
import { alignedGoal } from "../pictures/pl.ts";
import { heatColours } from "./colourmap.ts";
import { lettering, letteringWidth } from "./stroke-font.ts";

/** Ends of the scale a heat map may have, as error 0..1. A few fixed steps keep maps of neighbouring rounds comparable. */
const tops = [0.05, 0.1, 0.25, 0.5, 1] as const;

export interface HeatMap {
  /** PNG, as wide as the proposal; a legend strip is added below. */
  png: Buffer;
  /** Absolute error (0..1) that gets the brightest colour. */
  top: number;
  /** Height in px of the legend strip below the map. */
  legend: number;
}

/** Mean absolute difference of the three channels per pixel, in sums of bytes 0..765. */
function absoluteError(proposal: Picture, goal: Picture): Uint16Array {
  const a = proposal.rgb;
  const b = goal.rgb;
  const out = new Uint16Array(a.length / 3);
  for (let i = 0, p = 0; i < out.length; i++, p += 3) {
    out[i] = Math.abs(a[p]! - b[p]!) + Math.abs(a[p + 1]! - b[p + 1]!) + Math.abs(a[p + 2]! - b[p + 2]!);
  }
  return out;
}

/** The smallest end of scale that leaves at most 1 in 200 pixels beyond it. */
function scaleOf(errors: Uint16Array): number {
  const counts = new Uint32Array(766);
  for (const e of errors) counts[e]!++;
  let beyond = 0;
  let level = 765;
  while (level > 0 && beyond + counts[level]! <= errors.length / 200) beyond += counts[level--]!;
  return tops.find((top) => level <= top * 765) ?? 1;
}

/**
 * Picture of where a proposal differs from its goal: absolute error, mean of the three channels, 0..1, as colour, with
 * a legend that names the end of the scale. The goal is resized as for PL.
 *
 * @param options.top fixes the end of the scale (0..1); else the smallest of 0.05, 0.1, 0.25, 0.5, 1 that fits
 */
export async function heatMap(proposal: Picture, goal: Picture, options: { top?: number } = {}): Promise<HeatMap> {
  const { width, height } = proposal;
  const errors = absoluteError(proposal, alignedGoal(proposal, goal));
  const top = options.top ?? scaleOf(errors);
  const legend = width < 48 ? 0 : Math.max(14, Math.min(36, Math.round(width / 18)));
  const rgb = Buffer.alloc(width * (height + legend) * 3);
  const perLevel = 255 / (top * 765);
  for (let i = 0; i < errors.length; i++) paint(rgb, i, Math.min(255, Math.round(errors[i]! * perLevel)));
  const raw = { width, height: height + legend, channels: 3 } as const;
  if (legend === 0) return { png: await sharp(rgb, { raw }).png().toBuffer(), top, legend };

  const bar = Math.max(3, Math.round(legend * 0.3));
  for (let y = height + 1; y < height + 1 + bar; y++) {
    for (let x = 0; x < width; x++) paint(rgb, y * width + x, Math.round((x / (width - 1)) * 255));
  }
  const labels = legendSvg(width, legend, bar, top);
  const png = await sharp(rgb, { raw })
    .composite([{ input: Buffer.from(labels), top: height, left: 0 }])
    .removeAlpha()
    .png({ compressionLevel: 6 })
    .toBuffer();
  return { png, top, legend };
}

function paint(rgb: Buffer, pixel: number, level: number): void {
  rgb[pixel * 3] = heatColours[level * 3]!;
  rgb[pixel * 3 + 1] = heatColours[level * 3 + 1]!;
  rgb[pixel * 3 + 2] = heatColours[level * 3 + 2]!;
}

function legendSvg(width: number, height: number, bar: number, top: number): string {
  const cap = Math.max(6, Math.round(height * 0.36));
  const y = bar + (height - bar - cap) / 2 + 1;
  const margin = Math.max(2, cap / 3);
  const end = top === 1 ? "1" : `>=${top}`;
  const title = "absolute error";
  const room = width - 2 * margin - letteringWidth(`0${end}`, cap) - 4 * cap;
  const parts = [
    lettering("0", margin, y, cap, "#ddd"),
    lettering(end, width - margin - letteringWidth(end, cap), y, cap, "#ddd"),
    ...(letteringWidth(title, cap) <= room
      ? [lettering(title, (width - letteringWidth(title, cap)) / 2, y, cap, "#999")]
      : []),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${parts.join("")}</svg>`;
}
