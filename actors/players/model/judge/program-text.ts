import { textTokens } from "../../../../bridge/models/budget/text.ts";
import { alignLines, linesOf, unifiedDiff } from "../../../../bridge/text/line-diff.ts";

/** Unchanged lines kept around a change when a program must be shortened: as many as fit. */
const margins = [64, 32, 16, 8, 4, 2, 1, 0];

/**
 * A program in at most `most` tokens: whole where it fits. Else stretches that did not change since `before` are left
 * out, and where that is too little, or nothing is known to be unchanged, its middle. What is left out is said.
 */
export function programText(code: string, before: string | null, most: number): string {
  const whole = code.trimEnd();
  if (textTokens(whole) <= most) return whole;
  const lines = linesOf(whole);
  const changed = before === null ? null : changedLines(linesOf(before), lines);
  for (const margin of changed === null || changed.length === 0 ? [] : margins) {
    const near = lines.map((_, index) => changed!.some((at) => Math.abs(at - index) <= margin));
    const text = withGaps(lines, near, "unchanged, left out");
    if (textTokens(text) <= most) return text;
  }
  return withoutMiddle(lines, most);
}

/** Indices of lines that are new, and of those that stand where others were taken away. */
function changedLines(old: readonly string[], now: readonly string[]): number[] {
  let next = 0;
  return alignLines(old, now).flatMap((line) => {
    if (line.kind === "removed") return [Math.min(next, now.length - 1)];
    next = line.after;
    return line.kind === "added" ? [line.after - 1] : [];
  });
}

function withGaps(lines: readonly string[], kept: readonly boolean[], why: string): string {
  const out: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    if (kept[i]) {
      out.push(lines[i]!);
      continue;
    }
    const next = kept.indexOf(true, i);
    const end = next < 0 ? lines.length : next;
    out.push(`[lines ${i + 1} to ${end}: ${why}]`);
    i = end - 1;
  }
  return out.join("\n");
}

function withoutMiddle(lines: readonly string[], most: number): string {
  let side = Math.floor(lines.length / 2);
  let text = lines.join("\n");
  while (side > 0 && textTokens(text) > most) {
    side = Math.floor(side * 0.9);
    const kept = lines.map((_, index) => index < side || index >= lines.length - side);
    text = withGaps(lines, kept, "left out");
  }
  return text;
}

/** What changed between two programs in at most `most` tokens: with context, without, or in numbers of lines. */
export function changeText(before: string, code: string, most: number): string {
  for (const context of [2, 0]) {
    const diff = unifiedDiff(before, code, { context }).trimEnd();
    if (diff === "") return "Nothing: it is the same program.";
    if (textTokens(diff) <= most) return fenced(diff, "diff");
  }
  return countText(unifiedDiff(before, code, { context: 0 }));
}

/** A diff as it was handed in. One that takes nothing away and holds the whole program tells no more than the program. */
export function givenChange(diff: string, code: string, most: number): string | null {
  if (diff.trim() === "") return null;
  const added = diff.split("\n").filter((line) => line.startsWith("+")).length;
  if (!/^-/m.test(diff) && added >= linesOf(code).length) return null;
  return textTokens(diff) <= most ? fenced(diff.trimEnd(), "diff") : countText(diff);
}

function countText(diff: string): string {
  const starting = (sign: string) => diff.split("\n").filter((line) => line.startsWith(sign)).length;
  return `Too much to list: ${starting("-")} lines taken away, ${starting("+")} added. The program shows the result.`;
}

export const fenced = (text: string, language: string): string => `\`\`\`${language}\n${text}\n\`\`\``;
