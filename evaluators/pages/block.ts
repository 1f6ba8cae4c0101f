import { z } from "zod";

const share = z.number().finite();

/** A text of a page with where it stands, as Design2Code counts them. */
export const pageBlock = z.object({
  /** Lower case. */
  text: z.string(),
  /** Left, top, width and height as parts of the picture's width and height. */
  box: z.tuple([share, share, share, share]),
  /** Mean colour of its pixels, 0..255. */
  colour: z.tuple([share, share, share]),
});
export type PageBlock = z.infer<typeof pageBlock>;

export const areaOf = ({ box: [, , width, height] }: PageBlock): number => width * height;

export const centreOf = ({ box: [left, top, width, height] }: PageBlock): [number, number] => [
  left + width / 2,
  top + height / 2,
];

/** Blocks with one and the same box are one: its texts joined, its colours averaged pair by pair. */
export function withEqualBoxesJoined(blocks: readonly PageBlock[]): PageBlock[] {
  const joined = new Map<string, PageBlock>();
  for (const { text, box, colour } of blocks) {
    const key = box.join(" ");
    const known = joined.get(key);
    joined.set(
      key,
      known === undefined
        ? { text, box, colour }
        : {
            text: `${known.text} ${text}`,
            box,
            colour: [0, 1, 2].map((c) => (known.colour[c]! + colour[c]!) / 2) as PageBlock["colour"],
          },
    );
  }
  return [...joined.values()];
}

/** Two blocks as one: texts joined, the box around both, the mean of both colours in whole numbers. */
export function joinedBlock(one: PageBlock, other: PageBlock): PageBlock {
  const [left, top] = [Math.min(one.box[0], other.box[0]), Math.min(one.box[1], other.box[1])];
  const right = Math.max(one.box[0] + one.box[2], other.box[0] + other.box[2]);
  const bottom = Math.max(one.box[1] + one.box[3], other.box[1] + other.box[3]);
  return {
    text: `${one.text} ${other.text}`,
    box: [left, top, right - left, bottom - top],
    colour: [0, 1, 2].map((c) => Math.floor((one.colour[c]! + other.colour[c]!) / 2)) as PageBlock["colour"],
  };
}
