import type { SlideFault, SlideShape, SlideSummary } from "../tools/deck/summary.ts";
import { nameOf } from "./shape-name.ts";

/** Inches by which a text may be too large for its box, and a shape may reach over the edge. */
const slack = { text: 0.06, edge: 0.02 } as const;
/** Part of a text that something else may cover. */
const mostCovered = 0.04;

export type Rect = readonly [left: number, top: number, width: number, height: number];

const inches = (value: number) => `${Number(value.toFixed(2))} in`;
export const area = ([, , width, height]: Rect) => Math.max(0, width) * Math.max(0, height);
export const common = ([l, t, w, h]: Rect, [l2, t2, w2, h2]: Rect): Rect => {
  const [left, top] = [Math.max(l, l2), Math.max(t, t2)];
  return [left, top, Math.min(l + w, l2 + w2) - left, Math.min(t + h, t2 + h2) - top];
};

/** A fault in words, and its size in a unit that its kind shares. */
interface Found {
  text: string;
  amount: number;
}

/** Faults of one kind, each as its part of the whole that it is a part of. */
function parts(check: SlideFault["check"], found: readonly Found[], whole: number): SlideFault[] {
  return found.map(({ text, amount }) => ({ check, text, part: whole > 0 ? Math.min(1, amount / whole) : 1 }));
}

/** Where texts and shapes of a slide are in each other's way, find no room or leave it, as the office has laid them out. */
export function placeFaults({ size: [width, height], shapes }: SlideSummary): SlideFault[] {
  const texts = shapes.flatMap((shape) => (shape.room == null ? [] : [shape.room]));
  const needed = texts.reduce((sum, { needs }) => sum + needs[0] * needs[1], 0);
  const letters = shapes.reduce(
    (sum, shape) => sum + (shape.turned === undefined ? area(lettersOf(shape) ?? none) : 0),
    0,
  );
  const kept = shapes.filter(mustStay);
  const whole = kept.reduce((sum, shape) => sum + area(placeOf(shape)), 0);
  return [
    ...parts("overflow", shapes.flatMap(overflow), needed),
    ...parts("overlap", overlaps(shapes), letters),
    ...parts(
      "leaves_slide",
      kept.flatMap((shape) => leaving(shape, width, height)),
      whole,
    ),
  ];
}

const none: Rect = [0, 0, 0, 0];

function overflow(shape: SlideShape): Found[] {
  const { room, box } = shape;
  if (room === undefined || room === null || room.fits) return [];
  const over = [room.needs[0] - box[2], room.needs[1] - box[3]] as const;
  const has = Math.min(room.needs[0], Math.max(0, box[2])) * Math.min(room.needs[1], Math.max(0, box[3]));
  const amount = room.needs[0] * room.needs[1] - has;
  if (over[1] > slack.text) {
    return [
      { text: `text ${nameOf(shape)} needs ${inches(room.needs[1])} of height and has ${inches(box[3])}`, amount },
    ];
  }
  return over[0] > slack.text
    ? [{ text: `text ${nameOf(shape)} needs ${inches(room.needs[0])} of width and has ${inches(box[2])}`, amount }]
    : [];
}

/** Where a shape paints: a text its letters, what is filled its whole box. */
const lettersOf = ({ room, box, text = "" }: SlideShape): Rect | null =>
  text.trim() === "" ? null : (room?.letters ?? box);

function overlaps(shapes: readonly SlideShape[]): Found[] {
  const found: Found[] = [];
  for (const [index, one] of shapes.entries()) {
    const letters = lettersOf(one);
    if (letters === null || one.turned !== undefined || area(letters) === 0) continue;
    for (const other of shapes.slice(index + 1)) {
      if (other.turned !== undefined) continue;
      const covers =
        other.kind === "picture" || other.kind === "table" || other.kind === "chart" || other.fill !== null;
      const theirs = covers ? other.box : lettersOf(other);
      if (theirs === null) continue;
      const amount = area(common(letters, theirs));
      const part = amount / area(letters);
      if (part <= mostCovered) continue;
      const percent = Math.round(part * 100);
      const text = covers
        ? `text ${nameOf(one)} is covered by ${other.kind} ${nameOf(other)} that comes after it (${percent} %)`
        : `text ${nameOf(one)} overlaps with text ${nameOf(other)} (${percent} % of it)`;
      found.push({ text, amount });
    }
  }
  return found;
}

/** A coloured shape may run over the edge by intent; what is to be read or looked at may not. */
const mustStay = ({ kind, turned }: SlideShape) => kind !== "shape" && kind !== "line" && turned === undefined;

const placeOf = (shape: SlideShape): Rect => (shape.kind === "text" ? (lettersOf(shape) ?? shape.box) : shape.box);

function leaving(shape: SlideShape, width: number, height: number): Found[] {
  const place = placeOf(shape);
  const [left, top, wide, high] = place;
  const past = { left: -left, top: -top, right: left + wide - width, bottom: top + high - height };
  const sides = Object.entries(past).filter(([, by]) => by > slack.edge);
  if (sides.length === 0) return [];
  const where = sides.map(([side, by]) => `${inches(by)} at the ${side}`).join(", ");
  const amount = area(place) - area(common(place, [0, 0, width, height]));
  return [{ text: `${shape.kind} ${nameOf(shape)} leaves the slide: ${where}`, amount }];
}
