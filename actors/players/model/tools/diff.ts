/** Lines of a text; a final line break does not make another line. */
export function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

type Edit = { kind: " " | "-" | "+"; line: string };

/** Above this many differing lines the middle is shown as replaced whole: the search grows with the square of it. */
const mostEdits = 2000;

/** Shortest edit script (Myers, 1986) between two lists of lines. */
function edits(before: readonly string[], after: readonly string[]): Edit[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  ) {
    tail++;
  }
  const keep = (line: string): Edit => ({ kind: " ", line });
  return [
    ...before.slice(0, head).map(keep),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(keep),
  ];
}

function middle(a: readonly string[], b: readonly string[]): Edit[] {
  const replaced = () => [
    ...a.map((line): Edit => ({ kind: "-", line })),
    ...b.map((line): Edit => ({ kind: "+", line })),
  ];
  if (a.length === 0 || b.length === 0) return replaced();
  const furthest = new Map<number, number>([[1, 0]]);
  const trace: Map<number, number>[] = [];
  const down = (d: number, k: number, v: Map<number, number>) =>
    k === -d || (k !== d && (v.get(k - 1) ?? -1) < (v.get(k + 1) ?? -1));
  const most = Math.min(a.length + b.length, mostEdits);
  for (let d = 0; d <= most; d++) {
    trace.push(new Map(furthest));
    for (let k = -d; k <= d; k += 2) {
      let x = down(d, k, furthest) ? (furthest.get(k + 1) ?? 0) : (furthest.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      furthest.set(k, x);
      if (x >= a.length && x - k >= b.length) return walkBack(a, b, trace, down);
    }
  }
  return replaced();
}

function walkBack(
  a: readonly string[],
  b: readonly string[],
  trace: readonly Map<number, number>[],
  down: (d: number, k: number, v: Map<number, number>) => boolean,
): Edit[] {
  const out: Edit[] = [];
  let [x, y] = [a.length, b.length];
  for (let d = trace.length - 1; d >= 0; d--) {
    const v = trace[d]!;
    const k = x - y;
    const from = down(d, k, v) ? k + 1 : k - 1;
    const [px, py] = d === 0 ? [0, 0] : [v.get(from) ?? 0, (v.get(from) ?? 0) - from];
    while (x > px && y > py) {
      x--;
      y--;
      out.push({ kind: " ", line: a[x]! });
    }
    if (d === 0) break;
    if (x === px) out.push({ kind: "+", line: b[--y]! });
    else out.push({ kind: "-", line: a[--x]! });
  }
  return out.reverse();
}

/**
 * Unified diff of two texts by lines, without file headers; empty when they have the same lines.
 *
 * @param context unchanged lines shown around a change
 */
export function unifiedDiff(before: string, after: string, context = 2): string {
  const all = edits(linesOf(before), linesOf(after));
  const changed = all.flatMap((edit, index) => (edit.kind === " " ? [] : [index]));
  const out: string[] = [];
  let next = 0;
  while (next < changed.length) {
    const first = changed[next]!;
    let last = first;
    while (next < changed.length && changed[next]! - last <= 2 * context + 1) last = changed[next++]!;
    const start = Math.max(0, first - context);
    const end = Math.min(all.length, last + context + 1);
    const hunk = all.slice(start, end);
    const count = (list: readonly Edit[], but: Edit["kind"]) => list.filter((edit) => edit.kind !== but).length;
    const [oldStart, newStart] = [count(all.slice(0, start), "+"), count(all.slice(0, start), "-")];
    const [oldCount, newCount] = [count(hunk, "+"), count(hunk, "-")];
    const span = (at: number, lines: number) => `${lines === 0 ? at : at + 1},${lines}`;
    out.push(`@@ -${span(oldStart, oldCount)} +${span(newStart, newCount)} @@`);
    out.push(...hunk.map((edit) => edit.kind + edit.line));
  }
  return out.length === 0 ? "" : `${out.join("\n")}\n`;
}
