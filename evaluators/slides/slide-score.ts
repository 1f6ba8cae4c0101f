import { colourLikeness } from "../matching/ciede2000.ts";
import { bestMatching } from "../matching/cost.ts";
import { rememberedRatio } from "../matching/ratio.ts";
import type { Deck, DeckShape, DeckSlide, Fill } from "./deck.ts";

/** SlideBench's reference-based parts, 0..1 (the benchmark prints them x100). */
export interface SlideParts {
  /** Area of matched shapes over the area of all. */
  match: number;
  /** Mean likeness of matched texts by their characters; the benchmark takes a cosine of MiniLM's embeddings. */
  text: number;
  /** Mean over fills and backgrounds of matched shapes. An inherited fill counts 0, also against itself. */
  colour: number;
  /** Mean of 1 - the larger of the centres' distances, as parts of the slide. */
  position: number;
}

/** A shape with its box as parts of the slide. */
export interface PlacedShape extends DeckShape {
  part: [number, number, number, number];
}

export interface SlideScore extends SlideParts {
  generated: PlacedShape[];
  reference: PlacedShape[];
  pairs: { generated: number; reference: number; text: number | null; colour: number; position: number }[];
}

function placed({ width, height }: Deck, slide: DeckSlide): PlacedShape[] {
  return slide.shapes.map((shape) => {
    const [left, top, across, down] = shape.box;
    return { ...shape, part: [left / width, top / height, across / width, down / height] };
  });
}

function fillLikeness(one: DeckShape, other: DeckShape): number {
  if (one.kind === "picture" || other.kind === "picture") {
    return one.picture !== null && one.picture === other.picture ? 1 : 0;
  }
  return likeness(one.fill, other.fill);
}

function likeness(one: Fill, other: Fill): number {
  if (one.kind === "none" && other.kind === "none") return 1;
  if (one.kind !== "solid" || other.kind !== "solid") return 0;
  if ("rgb" in one && "rgb" in other) return colourLikeness(one.rgb, other.rgb);
  return "theme" in one && "theme" in other && one.theme === other.theme ? 1 : 0;
}

const centre = ({ part: [left, top, width, height] }: PlacedShape) => [left + width / 2, top + height / 2] as const;

function positionLikeness(one: PlacedShape, other: PlacedShape): number {
  const [[x1, y1], [x2, y2]] = [centre(one), centre(other)];
  return Math.max(0, 1 - Math.max(Math.abs(x1 - x2), Math.abs(y1 - y2)));
}

const area = ({ part: [, , width, height] }: PlacedShape) => width * height;

/**
 * A slide against the slide it should be, by SlideBench's code; null where neither has an area of text or pictures, for
 * which the benchmark has no score.
 */
export function scoreSlides(
  generated: { deck: Deck; slide: DeckSlide },
  reference: { deck: Deck; slide: DeckSlide },
): SlideScore | null {
  const [ours, theirs] = [placed(generated.deck, generated.slide), placed(reference.deck, reference.slide)];
  const ratio = rememberedRatio();
  const texts = (a: PlacedShape, b: PlacedShape) => (a.text === null || b.text === null ? null : ratio(a.text, b.text));
  const costs = ours.map((a) => theirs.map((b) => -(texts(a, b) ?? 0)));
  const { slide: one } = generated;
  const { slide: other } = reference;
  const behind = one.background && other.background ? colourLikeness(one.background, other.background) : 0;
  const pairs = bestMatching(costs, 1).pairs.map(([i, j]) => ({
    generated: i,
    reference: j,
    text: texts(ours[i]!, theirs[j]!),
    colour: (fillLikeness(ours[i]!, theirs[j]!) + behind) / 2,
    position: positionLikeness(ours[i]!, theirs[j]!),
  }));
  const total = [...ours, ...theirs].reduce((sum, shape) => sum + area(shape), 0);
  if (total === 0) return null;
  const matched = pairs.reduce((sum, pair) => sum + area(ours[pair.generated]!) + area(theirs[pair.reference]!), 0);
  // A list without entries counts as full marks, as the benchmark prints it.
  const mean = (values: number[]) => (values.length === 0 ? 1 : values.reduce((sum, v) => sum + v, 0) / values.length);
  return {
    match: matched / total,
    text: mean(pairs.flatMap(({ text }) => text ?? [])),
    colour: mean(pairs.map(({ colour }) => colour)),
    position: mean(pairs.map(({ position }) => position)),
    generated: ours,
    reference: theirs,
    pairs,
  };
}
