import { linesOf } from "./line-diff.ts";

/** One place that a diff changes: where it starts in both programs (null where the diff does not say), and its lines. */
interface Hunk {
  old: number | null;
  now: number | null;
  lines: string[];
}

const head = /^@@(?: -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)?)?/;
const kindOf = (line: string) => (line[0] === "+" || line[0] === "-" ? line[0] : " ");

/** What stands for lines that were left out; no line of a diff begins like it. */
const left = (count: number, kind: string) => `... ${count} more ${kind === "+" ? "added" : "removed"} lines`;

/** A line that `shortDiff` wrote in the place of others. */
export const leftOut = /^\.\.\. \d+ more (?:added lines|removed lines|places)/m;

function hunksOf(diff: string): Hunk[] {
  const hunks: Hunk[] = [];
  for (const line of linesOf(diff)) {
    const found = head.exec(line);
    if (found) {
      const [old, now] = [found[1], found[2]].map((text) => (text === undefined ? null : Number(text)));
      hunks.push({ old: old ?? null, now: now ?? null, lines: [] });
    } else if (hunks.length > 0) hunks.at(-1)!.lines.push(line);
    else if (!/^(?:diff |index |--- |\+\+\+ )/.test(line)) hunks.push({ old: null, now: null, lines: [line] });
  }
  return hunks;
}

/** The same change with at most `context` unchanged lines around what changed; a place may fall into several. */
function withContext(hunks: readonly Hunk[], context: number): Hunk[] {
  return hunks.flatMap(({ old, now, lines }) => {
    const near = new Uint8Array(lines.length);
    lines.forEach((line, at) => {
      if (kindOf(line) !== " ") near.fill(1, Math.max(0, at - context), at + context + 1);
    });
    const out: Hunk[] = [];
    let [before, after] = [old, now];
    lines.forEach((line, at) => {
      if (near[at] === 1) {
        if (near[at - 1] !== 1) out.push({ old: before, now: after, lines: [] });
        out.at(-1)!.lines.push(line);
      }
      if (before !== null && kindOf(line) !== "+") before++;
      if (after !== null && kindOf(line) !== "-") after++;
    });
    return out;
  });
}

/** Longer runs of added or of removed lines lose their middle; longer lines lose theirs. */
function narrowed({ old, now, lines }: Hunk, most: { run: number; width: number }): Hunk {
  const out: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const kind = kindOf(lines[at]!);
    let end = at + 1;
    while (end < lines.length && kindOf(lines[end]!) === kind) end++;
    const run = lines.slice(at, end);
    const hidden = run.length - most.run;
    if (kind === " " || hidden < 2) out.push(...run);
    else {
      const first = Math.ceil(most.run / 2);
      out.push(...run.slice(0, first), left(hidden, kind), ...run.slice(first + hidden));
    }
    at = end;
  }
  return { old, now, lines: out.map((line) => narrowLine(line, most.width)) };
}

function narrowLine(line: string, width: number): string {
  if (line.length <= width) return line;
  const ends = Math.floor((width - 5) / 2);
  return `${line.slice(0, ends)} ... ${line.slice(line.length - ends)}`;
}

function textOf({ old, now, lines }: Hunk): string {
  return [old === null || now === null ? "@@" : `@@ -${old} +${now} @@`, ...lines].join("\n");
}

/** The first and the last places, as many as fit; what lies between is counted. */
function fewer(hunks: readonly Hunk[], most: number): string {
  const texts = hunks.map(textOf);
  let room = most - 40 - texts[0]!.length - texts.at(-1)!.length - 2;
  let [first, last] = [1, texts.length - 1];
  for (let front = true; first < last; front = !front) {
    const next = texts[front ? first : last - 1]!;
    room -= next.length + 1;
    if (room < 0) break;
    if (front) first++;
    else last--;
  }
  const between = first < last ? [`... ${last - first} more places`] : [];
  return [...texts.slice(0, first), ...between, ...texts.slice(last)].join("\n");
}

/** Longest lines that are tried, one after the other, once lines have to be left out. */
const widths = [160, 90, 50, 25];

/**
 * A unified diff in at most `most` characters (400 are always enough). It is shortened where least is lost: unchanged
 * lines first, then the middle of long runs of added or removed lines ("... 37 more added lines"), then long lines, at
 * last places between the first and the last ("... 6 more places"). Whatever `most` allows, it keeps every changed line;
 * it is never cut at its end.
 */
export function shortDiff(diff: string, most: number): string {
  const whole = diff.replace(/\n+$/, "");
  if (whole.length <= most) return whole;
  const given = hunksOf(diff);
  const join = (hunks: readonly Hunk[]) => hunks.map(textOf).join("\n");
  for (const context of [1, 0]) {
    const text = join(withContext(given, context));
    if (text.length <= most) return text;
  }
  const bare = withContext(given, 0);
  const at = (run: number, width: number) => bare.map((hunk) => narrowed(hunk, { run, width }));
  let [low, high] = [2, Math.max(2, ...bare.map(({ lines }) => lines.length))];
  if (join(at(low, widths[0]!)).length <= most) {
    while (low < high) {
      const run = Math.ceil((low + high) / 2);
      if (join(at(run, widths[0]!)).length <= most) low = run;
      else high = run - 1;
    }
    return join(at(low, widths[0]!));
  }
  const narrowest = widths.map((width) => at(2, width));
  const ends = (hunks: readonly Hunk[]) => join(hunks.length < 2 ? hunks : [hunks[0]!, hunks.at(-1)!]).length + 40;
  return fewer(narrowest.find((hunks) => ends(hunks) <= most) ?? narrowest.at(-1)!, most);
}

/** A change of fewer lines is as short as what could be said of it. */
const worthSaying = 12;

/**
 * What a diff adds and removes, in lines, where it holds nearly all of `code`, the program it leads to: a first program, or
 * one that kept less than a sixth of its lines. It shows a reader nothing that the program does not. Null for every other.
 */
export function wholeProgram(diff: string, code: string): { first: boolean; added: number; removed: number } | null {
  const hunks = hunksOf(diff);
  const lines = hunks.flatMap((hunk) => hunk.lines);
  const count = (kind: string) => lines.filter((line) => kindOf(line) === kind).length;
  const [added, removed, all] = [count("+"), count("-"), linesOf(code).length];
  if (added === 0 || all - added >= all / 6) return null;
  const first = removed === 0 && hunks[0]!.old === 0;
  return first || added >= worthSaying ? { first, added, removed } : null;
}
