import type { Difference } from "../../machines/domain/index.ts";
import type { Rgb } from "../matching/ciede2000.ts";
import { hexOf } from "../pages/differences.ts";
import type { Deck, DeckShape, DeckSlide } from "./deck.ts";
import { type StyledParagraph, styledParagraphs } from "./text-style.ts";
import { groundColour, plainColour } from "./theme.ts";
import { below, numberOf } from "./xml.ts";

/** What can be told of a slide without a target, each 0 (nothing wrong) to 1. */
export interface SlideChecks {
  /** Part of the texts' height that their boxes have no room for, by estimate. */
  overflow: number;
  /** Part of the texts' area that other texts or later pictures cover. */
  overlap: number;
  /** Part of the characters that stand out too little from what is behind them. */
  contrast: number;
  /** Part of the shapes' area that lies beyond the slide's edges. */
  leaving: number;
}

export interface CheckedSlide {
  checks: SlideChecks;
  /** 1 - the mean of what is right; 1 for an empty slide. */
  loss: number;
  differences: Difference[];
}

const inch = 914_400;
const point = 12_700;
/** Width of a letter and height of a line, in letter heights: means of usual sans-serif fonts. */
const letter = { width: 0.5, line: 1.2 } as const;
/** Insets of a text frame where it names none. */
const inset = { across: 91_440, down: 45_720 } as const;
/** WCAG's least contrast for text, and for text of at least 18 points. */
const enough = { small: 4.5, large: 3, largeFrom: 18 } as const;

interface Rect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const rectOf = ({ box: [left, top, width, height] }: DeckShape): Rect => ({
  left,
  top,
  right: left + width,
  bottom: top + height,
});
const areaOf = ({ left, top, right, bottom }: Rect) => Math.max(0, right - left) * Math.max(0, bottom - top);
const common = (a: Rect, b: Rect): Rect => ({
  left: Math.max(a.left, b.left),
  top: Math.max(a.top, b.top),
  right: Math.min(a.right, b.right),
  bottom: Math.min(a.bottom, b.bottom),
});

interface Text {
  shape: DeckShape;
  order: number;
  paragraphs: StyledParagraph[];
  /** Height the text needs, EMU, by estimate. */
  needs: number;
  room: number;
  /** Where its letters are, by estimate: the box, as high as the text. */
  rect: Rect;
}

function textOf(shape: DeckShape, order: number, slide: DeckSlide): Text {
  const paragraphs = styledParagraphs(shape, slide.ancestors);
  const frame = below(shape.element, "txBody", "bodyPr");
  const margin = (name: string, usual: number) => numberOf(frame?.attributes[name]) ?? usual;
  const wide = shape.box[2] - margin("lIns", inset.across) - margin("rIns", inset.across);
  const room = shape.box[3] - margin("tIns", inset.down) - margin("bIns", inset.down);
  const wraps = frame?.attributes.wrap !== "none";
  const needs = paragraphs.reduce((sum, { text, points }) => {
    const perLine = Math.max(1, Math.floor(wide / (points * point * letter.width)));
    const lines = text
      .split("\v")
      .reduce((n, line) => n + (wraps ? Math.max(1, Math.ceil(line.length / perLine)) : 1), 0);
    return sum + lines * points * point * letter.line;
  }, 0);
  const box = rectOf(shape);
  const height = Math.min(needs, Math.max(room, 0));
  const anchor = frame?.attributes.anchor ?? "t";
  const spare = anchor === "ctr" ? (room - height) / 2 : anchor === "b" ? room - height : 0;
  const top = box.top + margin("tIns", inset.down) + Math.max(0, spare);
  return { shape, order, paragraphs, needs, room, rect: { ...box, top, bottom: top + height } };
}

const luminance = (rgb: Rgb) => {
  const [r, g, b] = rgb.map((byte) => {
    const part = byte / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

/** WCAG's contrast of two colours, 1..21. */
export function contrastOf(one: Rgb, other: Rgb): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** What is right behind a text: its own fill, the topmost filled shape under its middle, or the slide; null where unknown. */
function behind({ shape, order, rect }: Text, slide: DeckSlide): Rgb | null {
  const [x, y] = [(rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2];
  for (let index = order; index >= 0; index--) {
    const under = slide.shapes[index]!;
    const box = rectOf(under);
    if (under !== shape && (x < box.left || x > box.right || y < box.top || y > box.bottom)) continue;
    // A shape's style may fill it where its own properties say nothing.
    if (under.fill.kind === "inherited" && below(under.element, "style", "fillRef") === undefined) continue;
    if (under.fill.kind !== "none") return plainColour(under.fill, slide.ancestors);
  }
  return groundColour(slide.background, slide.ancestors);
}

const named = ({ name, text }: DeckShape) => {
  const said = (text ?? "").replace(/\s+/g, " ").trim();
  return said === "" ? `'${name.slice(0, 40)}'` : `'${said.length > 40 ? `${said.slice(0, 37)}...` : said}'`;
};
const inches = (emu: number) => `${(emu / inch).toFixed(2)} in`;

/** Checks one slide by its shapes alone; how high a text stands is estimated from its letters, not drawn. */
export function checkSlide({ width, height }: Deck, slide: DeckSlide): CheckedSlide {
  const found: Difference[] = [];
  const texts = slide.shapes.flatMap((shape, order) =>
    (shape.text ?? "").trim() === "" ? [] : [textOf(shape, order, slide)],
  );
  const pictures = slide.shapes.flatMap((shape, order) => (shape.kind === "picture" ? [{ shape, order }] : []));
  if (texts.length === 0 && pictures.length === 0) {
    const checks = { overflow: 1, overlap: 1, contrast: 1, leaving: 1 };
    return { checks, loss: 1, differences: [{ text: "the slide shows no text and no picture", loss: 1 }] };
  }
  const say = (text: string, loss: number) => found.push({ text, loss: loss / 4 });

  const needed = texts.reduce((sum, { needs }) => sum + needs, 0) || 1;
  let over = 0;
  for (const { shape, needs, room } of texts) {
    const fits = below(shape.element, "txBody", "bodyPr")?.children.some(({ name }) =>
      /^(sp|norm)AutoFit$/i.test(name),
    );
    const lacking = fits ? 0 : Math.min(needs, needs - Math.max(0, room));
    if (lacking < 0.1 * needs) continue;
    over += lacking;
    say(
      `text ${named(shape)} needs about ${inches(needs)} of height and has ${inches(Math.max(0, room))}`,
      lacking / needed,
    );
  }

  const area = texts.reduce((sum, { rect }) => sum + areaOf(rect), 0) || 1;
  let covered = 0;
  for (const [index, one] of texts.entries()) {
    const later = pictures
      .filter(({ order }) => order > one.order)
      .map(({ shape }) => ({ shape, rect: rectOf(shape) }));
    for (const other of [...texts.slice(index + 1), ...later]) {
      const both = areaOf(common(one.rect, other.rect));
      if (both < 0.02 * areaOf(one.rect)) continue;
      covered += both;
      say(
        `text ${named(one.shape)} and ${named(other.shape)} overlap by ${Math.round((100 * both) / areaOf(one.rect))} % of the first`,
        both / area,
      );
    }
  }

  let [characters, faint] = [0, 0];
  for (const text of texts) {
    const ground = behind(text, slide);
    for (const { text: said, points, colour } of text.paragraphs) {
      if (ground === null || colour === null || said.trim() === "") continue;
      characters += said.length;
      const ratio = contrastOf(colour, ground);
      const wanted = points >= enough.largeFrom ? enough.large : enough.small;
      if (ratio >= wanted) continue;
      faint += said.length;
      say(
        `text ${named({ ...text.shape, text: said })} stands out too little: contrast ${ratio.toFixed(1)} of ${hexOf(colour)} on ${hexOf(ground)}, at least ${wanted} is readable`,
        0.5,
      );
    }
  }

  const shapes = [...texts.map(({ shape }) => shape), ...pictures.map(({ shape }) => shape)];
  const whole = shapes.reduce((sum, shape) => sum + areaOf(rectOf(shape)), 0) || 1;
  let beyond = 0;
  for (const shape of shapes) {
    const box = rectOf(shape);
    const out = areaOf(box) - areaOf(common(box, { left: 0, top: 0, right: width, bottom: height }));
    if (out < 0.005 * areaOf(box) || out === 0) continue;
    beyond += out;
    const sides = { left: -box.left, top: -box.top, right: box.right - width, bottom: box.bottom - height };
    const past = Object.entries(sides).filter(([, by]) => by > 0);
    const where = past.map(([side, by]) => `${inches(by)} at the ${side}`).join(", ");
    say(`${shape.kind} ${named(shape)} leaves the slide: ${where}`, out / whole);
  }

  const part = (value: number) => Math.min(1, Math.max(0, value));
  const checks = {
    overflow: part(over / needed),
    overlap: part(covered / area),
    contrast: characters === 0 ? 0 : faint / characters,
    leaving: part(beyond / whole),
  };
  const loss = (checks.overflow + checks.overlap + checks.contrast + checks.leaving) / 4;
  return { checks, loss, differences: found.sort((a, b) => b.loss - a.loss).slice(0, 10) };
}
