import type { StateCheck } from "../../../machines/domain/index.ts";
import type { SlideShape, SlideSummary } from "../tools/deck/summary.ts";
import { faintTexts } from "./contrast.ts";
import { nameOf } from "./shape-name.ts";

/** Part of the slide that one picture may cover before it counts as a picture of a slide. */
const mostPicture = 0.6;
/** This many characters of text make a slide more than its picture. */
const leastText = 80;
/** Inches by which a text may be too large for its box, and a shape may reach over the edge. */
const slack = { text: 0.06, edge: 0.02 } as const;
/** Part of a text that something else may cover. */
const mostCovered = 0.04;
/** Findings of one kind that are told of one slide. */
const most = 3;

type Rect = readonly [left: number, top: number, width: number, height: number];

/** Fonts that are there, and what stands for others without changing a letter's width. */
const ownFonts = /^(Liberation|DejaVu)|^(Arial|Helvetica|Times New Roman|Times|Courier New|Courier)$/;

const inches = (value: number) => `${Number(value.toFixed(2))} in`;
const area = ([, , width, height]: Rect) => Math.max(0, width) * Math.max(0, height);
const common = ([l, t, w, h]: Rect, [l2, t2, w2, h2]: Rect): Rect => {
  const [left, top] = [Math.max(l, l2), Math.max(t, t2)];
  return [left, top, Math.min(l + w, l2 + w2) - left, Math.min(t + h, t2 + h2) - top];
};

/** What is wrong with the slides of a deck that is told without a target: measured in the office's own layout. */
export async function deckChecks(slides: readonly SlideSummary[], pictures: readonly Buffer[]): Promise<StateCheck[]> {
  const found: StateCheck[] = [];
  for (const [index, slide] of slides.entries()) {
    const where = slides.length > 1 ? `slide ${index + 1}: ` : "";
    const said = [...slideChecks(slide), ...(await faintTexts(slide, pictures[index]!)).map(told("contrast"))];
    const counts = new Map<string, number>();
    for (const { check, text } of said) {
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

const told = (check: string) => (text: string) => ({ check, text });

function strangeFonts(slides: readonly SlideSummary[]): string[] {
  const used = slides.flatMap(({ shapes }) => shapes.flatMap(({ styles = [] }) => styles.map(({ font }) => font)));
  return [...new Set(used)].filter((font) => !ownFonts.test(font));
}

export function slideChecks({ size: [width, height], shapes, background }: SlideSummary): StateCheck[] {
  const texts = shapes.filter(({ text = "" }) => text.trim() !== "");
  const seen = shapes.filter(({ kind, fill }) => kind !== "shape" || fill !== null);
  if (texts.length === 0 && seen.length === 0) return [{ check: "empty_slide", text: "nothing is to be seen on it" }];
  return [
    ...onePicture(shapes, [0, 0, width, height], background),
    ...texts.flatMap(overflow).map(told("overflow")),
    ...overlaps(shapes).map(told("overlap")),
    ...shapes.flatMap((shape) => leaving(shape, width, height)).map(told("leaves_slide")),
  ];
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

function overflow(shape: SlideShape): string[] {
  const { room, box } = shape;
  if (room === undefined || room === null || room.fits) return [];
  const over = [room.needs[0] - box[2], room.needs[1] - box[3]] as const;
  if (over[1] > slack.text) {
    return [`text ${nameOf(shape)} needs ${inches(room.needs[1])} of height and has ${inches(box[3])}`];
  }
  return over[0] > slack.text
    ? [`text ${nameOf(shape)} needs ${inches(room.needs[0])} of width and has ${inches(box[2])}`]
    : [];
}

/** Where a shape paints: a text its letters, what is filled its whole box. */
const lettersOf = ({ room, box, text = "" }: SlideShape): Rect | null =>
  text.trim() === "" ? null : (room?.letters ?? box);

function overlaps(shapes: readonly SlideShape[]): string[] {
  const found: string[] = [];
  for (const [index, one] of shapes.entries()) {
    const letters = lettersOf(one);
    if (letters === null || one.turned !== undefined || area(letters) === 0) continue;
    for (const other of shapes.slice(index + 1)) {
      if (other.turned !== undefined) continue;
      const covers =
        other.kind === "picture" || other.kind === "table" || other.kind === "chart" || other.fill !== null;
      const theirs = covers ? other.box : lettersOf(other);
      if (theirs === null) continue;
      const part = area(common(letters, theirs)) / area(letters);
      if (part > mostCovered) {
        const how = covers ? "is covered" : "overlaps";
        const percent = Math.round(part * 100);
        found.push(
          covers
            ? `text ${nameOf(one)} ${how} by ${other.kind} ${nameOf(other)} that comes after it (${percent} %)`
            : `text ${nameOf(one)} ${how} with text ${nameOf(other)} (${percent} % of it)`,
        );
      }
    }
  }
  return found;
}

function leaving(shape: SlideShape, width: number, height: number): string[] {
  // A coloured shape may run over the edge by intent; what is to be read or looked at may not.
  if (shape.kind === "shape" || shape.kind === "line" || shape.turned !== undefined) return [];
  const letters = lettersOf(shape);
  const [left, top, wide, high] = shape.kind === "text" && letters !== null ? letters : shape.box;
  const past = { left: -left, top: -top, right: left + wide - width, bottom: top + high - height };
  const sides = Object.entries(past).filter(([, by]) => by > slack.edge);
  if (sides.length === 0) return [];
  return [
    `${shape.kind} ${nameOf(shape)} leaves the slide: ${sides.map(([side, by]) => `${inches(by)} at the ${side}`).join(", ")}`,
  ];
}
