import { z } from "zod";

const colour = z.string().max(40);
const number = z.number();

/** How some letters of a shape are set. */
const letterStyle = z.object({
  points: number,
  font: z.string(),
  bold: z.boolean(),
  /** Null: the office chooses black or white by what is behind. */
  color: colour.nullable(),
  letters: z.number().int(),
});

const box = z.tuple([number, number, number, number]);

const shape = z.object({
  name: z.string(),
  kind: z.enum(["text", "picture", "shape", "table", "chart", "line", "media", "group"]),
  /** Left, top, width, height in inches from the slide's top left corner, before it is turned. */
  box,
  /** Degrees clockwise. */
  turned: number.optional(),
  /** A colour, `gradient`, `picture`, `pattern`, or null where nothing fills it. */
  fill: colour.nullable(),
  text: z.string().optional(),
  styles: z.array(letterStyle).optional(),
  /** What its text takes, as the office lays it out: width and height of a box it fits, and where the letters stand. */
  room: z
    .object({
      needs: z.tuple([number, number]),
      /** The text is made smaller, or its box larger, until it fits. */
      fits: z.boolean(),
      letters: box,
    })
    .nullish(),
});
export type SlideShape = z.output<typeof shape>;

/** What is wrong on a slide, told without a target. */
const fault = z.object({
  check: z.enum(["overflow", "overlap", "contrast", "leaves_slide"]),
  text: z.string(),
  /** Part of the slide's texts (room, area, letters) or of its shapes' area that it concerns, 0 to 1. */
  part: number,
});
export type SlideFault = z.output<typeof fault>;

export const slideSummary = z.object({
  /** Width and height in inches. */
  size: z.tuple([number, number]),
  background: colour,
  /** In the order that they are drawn in. */
  shapes: z.array(shape),
  left_out: z.number().int(),
  /** Absent where they were not looked for yet. */
  faults: z.array(fault).optional(),
});
export type SlideSummary = z.output<typeof slideSummary>;

/** What stands on the slides of a deck. */
export const deckSummary = z.object({
  slides: z.array(slideSummary),
  /** The .pptx file, as an artifact of the run. */
  deck: z.string().optional(),
});
export type DeckSummary = z.output<typeof deckSummary>;

/** Reads a scene.json of the slides engine; null where it is another engine's. */
export function readDeckSummary(text: string): DeckSummary | null {
  try {
    const read = deckSummary.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}
