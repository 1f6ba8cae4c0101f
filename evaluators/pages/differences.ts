import type { Difference } from "../../machines/domain/index.ts";
import { ciede2000, type Rgb } from "../matching/ciede2000.ts";
import { areaOf, type PageBlock } from "./block.ts";
import { distanceOf, type PageScore } from "./page-score.ts";

/** What is said at most of one picture. */
const most = 10;
/** Below these a difference is not worth a word: pixels, CIEDE2000, likeness of texts, ratio of heights. */
const least = { pixels: 2, colour: 3, text: 0.9, height: 1.15 } as const;

export interface Size {
  width: number;
  height: number;
}

/** What kind of thing a text is, "heading" or "link"; "text" where nobody knows. */
export type KindOf = (text: string) => string;

const quoted = (text: string) => {
  const short = text.length > 40 ? `${text.slice(0, 37).trimEnd()}...` : text;
  return `'${short}'`;
};
export const hexOf = (rgb: Rgb) =>
  `#${rgb
    .map((value) =>
      Math.max(0, Math.min(255, Math.round(value)))
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;

interface Sizes {
  render: Size;
  target: Size;
}

/** The middle of a block in the pixels of its picture. */
const middle = ({ box: [left, top, width, height] }: PageBlock, size: Size) => [
  (left + width / 2) * size.width,
  (top + height / 2) * size.height,
];

function pairWords(one: PageBlock, other: PageBlock, text: number, { render, target }: Sizes): string[] {
  const [[x1, y1], [x2, y2]] = [middle(one, render), middle(other, target)] as [[number, number], [number, number]];
  const [across, down] = [Math.round(x1 - x2), Math.round(y1 - y2)];
  const taller = (one.box[3] * render.height) / Math.max(1, other.box[3] * target.height);
  const tint = ciede2000(one.colour, other.colour);
  return [
    ...(Math.abs(down) >= least.pixels ? [`is ${Math.abs(down)} px too ${down > 0 ? "low" : "high"}`] : []),
    ...(Math.abs(across) >= least.pixels ? [`is ${Math.abs(across)} px too far ${across > 0 ? "right" : "left"}`] : []),
    ...(taller >= least.height ? [`is ${taller.toFixed(1)} times as tall as it should be`] : []),
    ...(taller <= 1 / least.height ? [`has ${Math.round(100 * taller)} % of its height`] : []),
    ...(tint >= least.colour
      ? [`its colour is off by dE ${tint.toFixed(0)} (${hexOf(one.colour)}, should be ${hexOf(other.colour)})`]
      : []),
    ...(text < least.text ? [`should read ${quoted(other.text)}`] : []),
  ];
}

/**
 * What differs between two pictures of text, block by block, the weightiest first: "heading 'about us' is 24 px too low, its
 * colour is off by dE 12". `loss` is about what the block's differences add to the mean of the parts.
 */
export function blockDifferences({ matched }: PageScore, sizes: Sizes, kindOf: KindOf): Difference[] {
  const { prediction, reference, pairs } = matched;
  const area = [...prediction, ...reference].reduce((sum, block) => sum + areaOf(block), 0) || 1;
  const found: Difference[] = [];
  for (const { prediction: i, reference: j, text } of pairs) {
    const [one, other] = [prediction[i]!, reference[j]!];
    const words = pairWords(one, other, text, sizes);
    if (words.length === 0) continue;
    const off = 1 - text + distanceOf(one, other) + Math.min(1, ciede2000(one.colour, other.colour) / 100);
    found.push({ text: `${kindOf(one.text)} ${quoted(one.text)} ${words.join(", ")}`, loss: off / pairs.length / 4 });
  }
  const [drawn, wanted] = [new Set(pairs.map((p) => p.prediction)), new Set(pairs.map((p) => p.reference))];
  for (const [j, block] of reference.entries()) {
    if (wanted.has(j)) continue;
    const [x, y] = middle(block, sizes.target).map(Math.round);
    const text = `text ${quoted(block.text)} is missing (around ${x}, ${y} px, ${hexOf(block.colour)})`;
    found.push({ text, loss: areaOf(block) / area / 4 });
  }
  for (const [i, block] of prediction.entries()) {
    if (drawn.has(i)) continue;
    found.push({
      text: `${kindOf(block.text)} ${quoted(block.text)} is not in the target`,
      loss: areaOf(block) / area / 4,
    });
  }
  return found.sort((a, b) => b.loss - a.loss).slice(0, most);
}
