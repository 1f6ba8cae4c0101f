import type { Aligned } from "../../bridge/text/line-diff.ts";

/** The changed lines of a comparison with `context` equal lines around them; null stands for what is left out. */
export function changedLines(lines: Aligned[], context = 2): (Aligned | null)[] {
  const near = new Uint8Array(lines.length);
  lines.forEach((line, at) => {
    if (line.kind !== "same") near.fill(1, Math.max(0, at - context), Math.min(lines.length, at + context + 1));
  });
  return lines.flatMap((line, at) => {
    if (near[at] === 1) return [line];
    return at > 0 && near[at - 1] === 1 && near.indexOf(1, at) !== -1 ? [null] : [];
  });
}
