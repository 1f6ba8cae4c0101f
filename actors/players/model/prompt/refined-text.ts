import type { Refined } from "../../../../machines/domain/index.ts";
import { figure } from "./figure.ts";

/** A number as a program would hold it. */
const literal = (value: number): string => String(Number(value.toPrecision(5)));

/**
 * What a solver made of a round's program, or why it made nothing of it. Bounded by the count of moves that are named,
 * never cut.
 *
 * @param most moves named; the rest is counted
 */
export function refinedText({ by, moved, changes, kept, limits, ...fit }: Refined, most: number): string {
  const { loss_before: before, loss_after: after } = fit;
  const held = limits === undefined ? [] : [`It was held to this: ${limits}.`];
  if (kept !== undefined) return [`Refined by ${by}: no number. Why: ${kept}`, ...held].join("\n");
  const loss =
    before === null || after === null
      ? ""
      : `, photometric loss ${figure(before)} -> ${figure(after)} in its own small pictures`;
  const named = changes.slice(0, most);
  const rest = moved - named.length;
  return [
    `Refined by ${by}, after you wrote it: ${moved} ${moved === 1 ? "number" : "numbers"} moved${loss}.`,
    ...held,
    ...named.map(({ line, label, from, to }) => `- line ${line}, ${label}: ${literal(from)} -> ${literal(to)}`),
    ...(rest > 0 ? [`and ${rest} more`] : []),
  ].join("\n");
}
