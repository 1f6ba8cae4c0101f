import { numberOf, numberText, type PageLiteral } from "../../../bridge/text/page-literals.ts";
import { roundNear } from "./line.ts";
import type { Texts } from "./live-page.ts";

/** Texts of a page's literals, and the difference of the pictures with them. */
export interface Found {
  texts: Texts;
  loss: number;
}

/** A number's text as round as it can be near what it is. */
export function roundedText(text: string, { kind }: PageLiteral): string {
  if (kind !== "number") return text;
  const { value, unit } = numberOf({ text });
  return numberText(roundNear(value)[0] ?? value, unit);
}

/** The same texts with each number rounded. */
export const rounded = (texts: Texts, literals: readonly PageLiteral[]): Texts =>
  new Map([...texts].map(([literal, text]) => [literal, roundedText(text, literals[literal]!)]));

/** Takes back what is of no use, then takes the roundest values that are as good: people write round numbers. */
export async function tidy(
  found: Found,
  literals: readonly PageLiteral[],
  /** The difference with other texts; null where no time is left or nothing is left to gain. */
  look: (texts: Texts, least: number) => Promise<number | null>,
): Promise<Found> {
  let { texts, loss } = found;
  const keep = async (other: Texts) => {
    const tried = await look(other, loss);
    if (tried !== null && tried <= loss) [texts, loss] = [other, tried];
  };
  // What was taken before the right number was found may be of no use beside it.
  for (const literal of [...texts.keys()].reverse()) {
    const without = new Map(texts);
    without.delete(literal);
    await keep(without);
  }
  for (let pass = 0; pass < 2; pass++) {
    for (const literal of [...texts.keys()].reverse()) {
      if (literals[literal]!.kind !== "number") continue;
      const { value, unit } = numberOf({ text: texts.get(literal)! });
      for (const other of roundNear(value)) {
        const text = numberText(other, unit);
        if (text !== texts.get(literal)) await keep(new Map(texts).set(literal, text));
      }
    }
  }
  return { texts, loss };
}
