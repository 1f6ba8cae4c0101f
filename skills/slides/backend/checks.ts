import type { StateCheck } from "../../../machines/domain/index.ts";
import type { SlideShape, SlideSummary } from "../tools/deck/summary.ts";
import { area, common, type Rect } from "./place-faults.ts";

/** Part of the slide that one picture may cover before it counts as a picture of a slide. */
const mostPicture = 0.6;
/** This many characters of text make a slide more than its picture. */
const leastText = 80;
/** Findings of one kind that are told of one slide. */
const most = 3;

/** Fonts that are there, and what stands for others without changing a letter's width. */
const ownFonts = /^(Liberation|DejaVu)|^(Arial|Helvetica|Times New Roman|Times|Courier New|Courier)$/;

/** What is wrong with the slides of a deck that is told without a target: measured in the office's own layout. */
export function deckChecks(slides: readonly SlideSummary[]): StateCheck[] {
  const found: StateCheck[] = [];
  for (const [index, slide] of slides.entries()) {
    const where = slides.length > 1 ? `slide ${index + 1}: ` : "";
    const counts = new Map<string, number>();
    for (const { check, text } of slideChecks(slide)) {
      const before = counts.get(check) ?? 0;
      counts.set(check, before + 1);
      if (before < most) found.push({ check, text: `${where}${text}` });
    }
    for (const [check, count] of counts) {
      if (count > most) found.push({ check, text: `${where}${count - most} more like it` });
    }
  }
  const fonts = strangeFonts(slides);
  if (fonts.length > 0) {
    const names = fonts.slice(0, 4).join(", ");
    found.push({ check: "font", text: `not installed here, so drawn with another font of other widths: ${names}` });
  }
  return found;
}

function strangeFonts(slides: readonly SlideSummary[]): string[] {
  const used = slides.flatMap(({ shapes }) => shapes.flatMap(({ styles = [] }) => styles.map(({ font }) => font)));
  return [...new Set(used)].filter((font) => !ownFonts.test(font));
}

function slideChecks({ size: [width, height], shapes, background, faults = [] }: SlideSummary): StateCheck[] {
  const seen = shapes.filter(({ kind, fill, text = "" }) => kind !== "shape" || fill !== null || text.trim() !== "");
  if (seen.length === 0) return [{ check: "empty_slide", text: "nothing is to be seen on it" }];
  return [...onePicture(shapes, [0, 0, width, height], background), ...faults];
}

function onePicture(shapes: readonly SlideShape[], slide: Rect, background: string): StateCheck[] {
  const letters = shapes.reduce((sum, { text = "" }) => sum + text.length, 0);
  const shares = shapes
    .filter(({ kind, fill }) => kind === "picture" || fill === "picture")
    .map(({ box }) => area(common(box, slide)) / area(slide));
  const share = Math.max(0, ...shares, background === "picture" ? 1 : 0);
  if (share <= mostPicture || letters >= leastText) return [];
  const text = `the slide is mostly one picture (it covers ${Math.round(share * 100)} %): write its texts and shapes`;
  return [{ check: "one_picture", text }];
}
