import sharp from "sharp";
import type { ImagePart } from "../contract.ts";

/** Colours that every vision model can name and that no two share a name for. */
const colours = {
  red: "#d81b1b",
  green: "#1a9a2f",
  blue: "#1c3fd0",
  yellow: "#f5d90a",
  black: "#000000",
  white: "#ffffff",
} as const;
export type Colour = keyof typeof colours;
const names = Object.keys(colours) as Colour[];

/** Longest side of the canary in pixels: small enough for any endpoint. */
const side = 448;

export interface Canary {
  /** Top left, top right, bottom left, bottom right. */
  order: Colour[];
  image: ImagePart;
}

/** Four colours out of six in random order: a model that does not see the picture guesses right once in 360. */
export async function makeCanary(random: () => number = Math.random): Promise<Canary> {
  const left = [...names];
  const order = Array.from({ length: 4 }, () => left.splice(Math.floor(random() * left.length), 1)[0]!);
  const quarter = side / 2;
  const bytes = await sharp({ create: { width: side, height: side, channels: 3, background: "#808080" } })
    .composite(
      order.map((colour, i) => ({
        input: { create: { width: quarter, height: quarter, channels: 3 as const, background: colours[colour] } },
        left: (i % 2) * quarter,
        top: Math.floor(i / 2) * quarter,
      })),
    )
    .png()
    .toBuffer();
  return { order, image: { type: "image", bytes, media: "image/png", label: "The picture" } };
}

export const canaryQuestion =
  "The picture is divided into four quarters, each of one plain colour. Name the colours in this order: top left, top right, bottom left, bottom right. Answer with exactly four words separated by commas, chosen from: red, green, blue, yellow, black, white.";

/** Whether an answer names the four colours in their order. */
export function saw(canary: Canary, answer: string): boolean {
  const said = answer.toLowerCase().match(/\b(red|green|blue|yellow|black|white)\b/g) ?? [];
  // An answer may repeat the question's list before it gives its own.
  return said.slice(-4).join() === canary.order.join();
}
