/** Longer names are cut at their beginning. */
const mostNamed = 40;

/** A bracket that is open where a number stands. */
interface Open {
  /** What is called; "" for a list, a tuple or a parenthesis. */
  callee: string;
  /** Values before this one, the keyword that it has, and the call's first text. */
  index: number;
  keyword: string | null;
  name: string | null;
}

const text = /[rRbBfFuU]{0,2}(?:"((?:\\.|[^"\\])*)"?|'((?:\\.|[^'\\])*)'?)/y;
/** Characters before a number that are looked at: longer lines hold data. */
const farthest = 1000;

/** The brackets that are open at the end of `before`, the outermost first; brackets in texts do not count. */
function openBrackets(before: string): Open[] {
  const open: Open[] = [];
  for (let at = 0; at < before.length; at++) {
    text.lastIndex = at;
    const found = text.exec(before);
    const inner = open.at(-1);
    if (found) {
      if (inner !== undefined && inner.index === 0 && inner.keyword === null) inner.name ??= found[1] ?? found[2] ?? "";
      at += found[0].length - 1;
    } else if ("([{".includes(before[at]!)) {
      const callee = before[at] === "(" ? (/[\w.]+$/.exec(before.slice(0, at))?.[0] ?? "") : "";
      open.push({ callee, index: 0, keyword: null, name: null });
    } else if (")]}".includes(before[at]!)) open.pop();
    else if (before[at] === "," && inner !== undefined) {
      inner.index++;
      inner.keyword = null;
    } else if (before[at] === "=" && inner !== undefined) {
      inner.keyword = /([A-Za-z_]\w*)\s*$/.exec(before.slice(0, at))?.[1] ?? null;
    }
  }
  return open;
}

const balanced = (line: string) => line.split("(").length === line.split(")").length;
const short = (name: string) => (name.length > mostNamed ? `…${name.slice(1 - mostNamed)}` : name);

/**
 * What a number of a program belongs to, as far as its line tells: the call that names a thing (`shape(Mug)[2][0]`, its first
 * text in parentheses), the keyword, what is assigned to (`lamp.location[2]`), else what is called.
 *
 * @param at where the number begins in the line
 * @param index which of the line's `count` numbers it is
 */
export function labelOf(line: string, at: number, index: number, count: number): string {
  const open = openBrackets(line.slice(Math.max(0, at - farthest), at));
  const calls = open.map(({ callee }) => callee !== "");
  const call = open[calls.lastIndexOf(true)];
  if (call?.name) {
    const within = open.slice(calls.lastIndexOf(true) + 1).map((one) => `[${one.index}]`);
    return short(
      `${call.callee.split(".").at(-1)}(${call.name})${call.keyword === null ? `[${call.index}]` : `.${call.keyword}`}${within.join("")}`,
    );
  }
  const left = /^([^=]+?)\s*[-+*/]?=(?!=)/.exec(line.trim())?.[1];
  const target = left !== undefined && balanced(left) ? left : undefined;
  if (call?.keyword) return short(call.keyword);
  if (target !== undefined) return `${short(target)}${count > 1 ? `[${index}]` : ""}`;
  return short(call?.callee || /^[^\s\d]\S*/.exec(line.trim())?.[0] || "number");
}
