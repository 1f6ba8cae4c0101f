import { linesOf } from "../../../../bridge/text/line-diff.ts";
import { leftOut } from "../../../../bridge/text/short-diff.ts";

/** One change of a diff: these lines become those. `at` is the 0-based line where it says it starts, if it does. */
interface Hunk {
  old: string[];
  new: string[];
  at: number | null;
}

export type Patched = { ok: true; text: string } | { ok: false; reason: string };

/**
 * Applies a diff as models write them: unified (line numbers may be wrong or absent), SEARCH/REPLACE blocks, or the
 * paper's `-: [...]` and `+: [...]` lists. Lines are sought where the diff says, then anywhere, then without regard to
 * indentation. Never guesses between two places: then, and when the old lines are not there, it says why.
 */
export function applyPatch(base: string, diff: string): Patched {
  // A shortened diff of an earlier round, handed back.
  const gap = leftOut.exec(diff)?.[0];
  if (gap !== undefined) return { ok: false, reason: `the diff leaves lines out ("${gap}")` };
  const hunks = hunksOf(diff);
  if (hunks.length === 0) return { ok: false, reason: "the diff changes nothing that could be read" };
  const lines = linesOf(base);
  let shift = 0;
  let from = 0;
  for (const hunk of hunks) {
    if (hunk.old.length === 0) {
      if (hunk.at === null && lines.length > 0) {
        return { ok: false, reason: "the diff adds lines without saying where" };
      }
      const at = Math.min(lines.length, Math.max(0, (hunk.at ?? 0) + shift));
      lines.splice(at, 0, ...hunk.new);
      shift += hunk.new.length;
      from = at + hunk.new.length;
      continue;
    }
    const found = locate(lines, hunk, hunk.at === null ? null : hunk.at + shift, from);
    if (typeof found === "string") return { ok: false, reason: found };
    const added = found.indent === 0 ? hunk.new : hunk.new.map((line) => indented(line, found.indent));
    lines.splice(found.at, hunk.old.length, ...added);
    shift += hunk.new.length - hunk.old.length;
    from = found.at + added.length;
  }
  return { ok: true, text: lines.length === 0 ? "" : `${lines.join("\n")}\n` };
}

const indentOf = (line: string) => line.length - line.trimStart().length;
const indented = (line: string, by: number) =>
  line.trim() === "" ? line : by > 0 ? " ".repeat(by) + line : line.slice(Math.min(-by, indentOf(line)));

function locate(
  lines: readonly string[],
  hunk: Hunk,
  expected: number | null,
  from: number,
): { at: number; indent: number } | string {
  for (const same of [
    (a: string, b: string) => a.trimEnd() === b.trimEnd(),
    (a: string, b: string) => a.trim() === b.trim(),
  ]) {
    const places: number[] = [];
    for (let at = 0; at + hunk.old.length <= lines.length; at++) {
      if (hunk.old.every((line, i) => same(lines[at + i]!, line))) places.push(at);
    }
    if (places.length === 0) continue;
    const ahead = places.filter((at) => at >= from);
    const chosen =
      expected !== null
        ? places.reduce((near, at) => (Math.abs(at - expected) < Math.abs(near - expected) ? at : near))
        : places.length === 1
          ? places[0]!
          : ahead.length === 1
            ? ahead[0]!
            : null;
    const shown = JSON.stringify((hunk.old.find((line) => line.trim() !== "") ?? "").trim().slice(0, 80));
    if (chosen === null) return `the lines from ${shown} on appear ${places.length} times in the program`;
    const anchor = Math.max(
      0,
      hunk.old.findIndex((line) => line.trim() !== ""),
    );
    return { at: chosen, indent: indentOf(lines[chosen + anchor]!) - indentOf(hunk.old[anchor]!) };
  }
  const shown = JSON.stringify((hunk.old.find((line) => line.trim() !== "") ?? "").trim().slice(0, 80));
  return `the lines from ${shown} on are not in the program`;
}

function hunksOf(diff: string): Hunk[] {
  const lines = linesOf(diff).filter((line) => !/^```/.test(line.trim()));
  if (lines.some((line) => /^<{5,}/.test(line))) return searchReplace(lines);
  if (lines.some((line) => /^\s*[-+]:/.test(line)) && !lines.some((line) => line.startsWith("@@"))) return lists(lines);
  return unified(lines);
}

function unified(lines: readonly string[]): Hunk[] {
  const hunks: Hunk[] = [];
  let current: Hunk | null = null;
  let headed = false;
  for (const line of lines) {
    const head = /^@@(?:\s*-(\d+)(?:,(\d+))?\s+\+\d+(?:,\d+)?)?/.exec(line);
    if (head) {
      headed = true;
      // "-5,0" means after line 5; "-5,2" means from line 5 on.
      const at = head[1] === undefined ? null : Number(head[1]) - (head[2] === "0" ? 0 : 1);
      current = { old: [], new: [], at };
      hunks.push(current);
      continue;
    }
    const header = /^(diff |index |--- |\+\+\+ |---$|\\ No newline)/.test(line);
    if (header && !(headed && /^(--- |\+\+\+ )/.test(line) && current !== null && current.old.length > 0)) continue;
    if (current === null) {
      current = { old: [], new: [], at: null };
      hunks.push(current);
    }
    const [mark, rest] = [line[0], line.slice(1)];
    if (mark === "-") current.old.push(rest);
    else if (mark === "+") current.new.push(rest);
    else {
      // An empty context line often loses its blank.
      const kept = mark === " " ? rest : line;
      current.old.push(kept);
      current.new.push(kept);
    }
  }
  return hunks.map(trimmed).filter((hunk) => hunk.old.join("\n") !== hunk.new.join("\n"));
}

/** Leaves out blank context at the end, which is as often the model's paragraph break as the program's line. */
function trimmed(hunk: Hunk): Hunk {
  const [old, next] = [[...hunk.old], [...hunk.new]];
  while (old.length > 0 && next.length > 0 && old.at(-1)!.trim() === "" && next.at(-1)!.trim() === "") {
    old.pop();
    next.pop();
  }
  return { old, new: next, at: hunk.at };
}

function searchReplace(lines: readonly string[]): Hunk[] {
  const hunks: Hunk[] = [];
  let part: "old" | "new" | null = null;
  for (const line of lines) {
    if (/^<{5,}/.test(line)) {
      hunks.push({ old: [], new: [], at: null });
      part = "old";
    } else if (/^={5,}\s*$/.test(line) && part === "old") part = "new";
    else if (/^>{5,}/.test(line)) part = null;
    else if (part !== null) hunks.at(-1)![part].push(line);
  }
  return hunks;
}

function lists(lines: readonly string[]): Hunk[] {
  const hunks: (Hunk & { bracketed: { old: boolean; new: boolean } })[] = [];
  let part: "old" | "new" | null = null;
  for (const line of lines) {
    const mark = /^\s*([-+]):\s?(\[)?(.*)$/.exec(line);
    if (!mark) {
      if (part !== null) hunks.at(-1)![part].push(line);
      continue;
    }
    const wanted = mark[1] === "-" ? "old" : "new";
    const open = hunks.at(-1);
    if (open === undefined || (wanted === "old" && part === "new")) {
      hunks.push({ old: [], new: [], at: null, bracketed: { old: false, new: false } });
    }
    part = wanted;
    const hunk = hunks.at(-1)!;
    hunk.bracketed[part] ||= mark[2] !== undefined;
    hunk[part].push(mark[3]!);
  }
  const tidy = (list: string[], bracketed: boolean) => {
    const out = [...list];
    const blank = () => out.length > 0 && out.at(-1)!.trim() === "";
    while (blank()) out.pop();
    if (bracketed && out.length > 0) out.push(out.pop()!.replace(/\]\s*$/, ""));
    while (blank()) out.pop();
    return out[0]?.trim() === "" ? out.slice(1) : out;
  };
  return hunks.map((hunk) => ({
    old: tidy(hunk.old, hunk.bracketed.old),
    new: tidy(hunk.new, hunk.bracketed.new),
    at: null,
  }));
}
