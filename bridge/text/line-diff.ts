import { diffArrays, FILE_HEADERS_ONLY, formatPatch, OMIT_HEADERS, type StructuredPatch, structuredPatch } from "diff";

// Players write diffs into the tape and the report compares programs by itself: bridge is the one folder that both
// actors and observers may import, so the comparison of texts lies here although nothing crosses a process in it.

/** Above this many differing lines a text counts as replaced whole: the search grows with the square of it. */
const mostEdits = 2000;

/** Lines of a text; a final line break does not make another line. */
export function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/**
 * Unified diff of two texts by lines; empty when they have the same lines.
 *
 * @param options.context unchanged lines shown around a change, default 2
 * @param options.name file name for the two header lines, `--- a/<name>` and `+++ b/<name>`; absent: no header
 */
export function unifiedDiff(before: string, after: string, options: { context?: number; name?: string } = {}): string {
  const { context = 2, name } = options;
  const [old, now] = [linesOf(before), linesOf(after)];
  // A line break after each line, so that the last one is like the others and needs no "No newline at end of file".
  const [a, b] = [old, now].map((lines) => lines.map((line) => `${line}\n`).join(""));
  const files = name === undefined ? ["", ""] : [`a/${name}`, `b/${name}`];
  const found =
    structuredPatch(files[0]!, files[1]!, a!, b!, undefined, undefined, { context, maxEditLength: mostEdits }) ??
    replaced(files[0]!, files[1]!, old, now);
  if (found.hunks.length === 0) return "";
  return formatPatch(found, name === undefined ? OMIT_HEADERS : FILE_HEADERS_ONLY);
}

function replaced(oldFileName: string, newFileName: string, old: string[], now: string[]): StructuredPatch {
  const lines = [...old.map((line) => `-${line}`), ...now.map((line) => `+${line}`)];
  const hunk = { oldStart: 1, oldLines: old.length, newStart: 1, newLines: now.length, lines };
  return { oldFileName, newFileName, oldHeader: undefined, newHeader: undefined, hunks: [hunk] };
}

/** One line of a comparison of two texts. `before` and `after` are line numbers from 1. */
export type Aligned =
  | { kind: "same"; before: number; after: number; old: string; text: string }
  | { kind: "removed"; before: number; text: string }
  | { kind: "added"; after: number; text: string };

/** Aligns two texts line by line. Lines are equal when their keys are; by default a key is the line itself. */
export function alignLines(
  before: readonly string[],
  after: readonly string[],
  key: (line: string) => string = (line) => line,
): Aligned[] {
  const runs = diffArrays(before.map(key), after.map(key), { maxEditLength: mostEdits }) ?? [
    { removed: true, added: false, count: before.length },
    { removed: false, added: true, count: after.length },
  ];
  let i = 0;
  let j = 0;
  return runs.flatMap(({ removed, added, count }) =>
    Array.from({ length: count }, (): Aligned => {
      if (removed) return { kind: "removed", text: before[i]!, before: ++i };
      if (added) return { kind: "added", text: after[j]!, after: ++j };
      return { kind: "same", old: before[i]!, text: after[j]!, before: ++i, after: ++j };
    }),
  );
}
