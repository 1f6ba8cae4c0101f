/** One line of a comparison of two texts. `before` and `after` are line numbers from 1. */
export type Aligned =
  | { kind: "same"; before: number; after: number; old: string; text: string }
  | { kind: "removed"; before: number; text: string }
  | { kind: "added"; after: number; text: string };

/** Above this many cells (lines x lines) what lies between equal ends counts as replaced: no report is worth minutes. */
const mostCells = 4_000_000;

/**
 * Aligns two texts line by line (longest common subsequence). Lines are equal when their keys are; by default a key is
 * the line itself.
 */
export function alignLines(
  before: string[],
  after: string[],
  key: (line: string) => string = (line) => line,
): Aligned[] {
  const a = before.map(key);
  const b = after.map(key);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;

  const same = (i: number, j: number): Aligned => ({
    kind: "same",
    before: i + 1,
    after: j + 1,
    old: before[i]!,
    text: after[j]!,
  });
  const out: Aligned[] = [];
  for (let i = 0; i < head; i++) out.push(same(i, i));
  const rows = a.length - head - tail;
  const columns = b.length - head - tail;
  const lengths = rows * columns <= mostCells ? commonLengths(a, b, head, rows, columns) : null;
  let i = 0;
  let j = 0;
  while (i < rows || j < columns) {
    const at = i * (columns + 1) + j;
    if (lengths !== null && i < rows && j < columns && a[head + i] === b[head + j]) {
      out.push(same(head + i++, head + j++));
    } else if (i < rows && (j >= columns || lengths === null || lengths[at + columns + 1]! >= lengths[at + 1]!)) {
      out.push({ kind: "removed", before: head + i + 1, text: before[head + i]! });
      i++;
    } else {
      out.push({ kind: "added", after: head + j + 1, text: after[head + j]! });
      j++;
    }
  }
  for (let k = tail; k > 0; k--) out.push(same(a.length - k, b.length - k));
  return out;
}

/** Length of the longest common subsequence of the rests from (i, j), row by row, one more row and column than lines. */
function commonLengths(a: string[], b: string[], head: number, rows: number, columns: number): Uint32Array {
  const width = columns + 1;
  const lengths = new Uint32Array((rows + 1) * width);
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      const at = i * width + j;
      lengths[at] =
        a[head + i] === b[head + j] ? lengths[at + width + 1]! + 1 : Math.max(lengths[at + width]!, lengths[at + 1]!);
    }
  }
  return lengths;
}

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
