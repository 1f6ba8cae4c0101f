import { alignLines } from "./line-diff.ts";
import { labelOf } from "./number-label.ts";
import { opensValue, pythonTokens, type Token } from "./python-tokens.ts";

/** A number that differs between two programs. */
export interface MovedNumber {
  /** Line of the newer program, from 1. */
  line: number;
  /** What the number belongs to, as far as the line tells: `lamp.data.energy`, `shape(Mug)[2][0]`. */
  label: string;
  from: number;
  to: number;
}

/** A number where it stands in its line. */
interface Found {
  at: number;
  length: number;
  value: number;
}

/** A line without its comment. */
interface Line {
  text: string;
  numbers: Found[];
}

/** Longer lines hold data, whose numbers nobody could name. */
const longest = 400;

/** Numbers of a page, a sign included where it cannot be a subtraction, a unit of length left out. */
const literal =
  /(?<![\w.\])#])(?:(?<=[=(,:[\s"]\s*)[-+])?(?:\d+\.?\d*|\.\d+)(?:(?![\w.])|(?=(?:px|r?em|pt|v[hw]|fr|deg|m?s)\b))/gi;
const markupComment = /<!--[\s\S]*?(?:-->|$)/g;

/** Lines of a Python program with the numbers that stand in neither comments nor texts. */
function pythonLines(program: string): Line[] {
  const lines: Line[] = program.split("\n").map((text) => ({ text, numbers: [] }));
  const tokens = pythonTokens(program);
  let [line, start] = [0, 0];
  let [last, before]: (Token | undefined)[] = [undefined, undefined];
  for (const token of tokens) {
    if (token.kind === "number") {
      const signed = last !== undefined && /^[-+]$/.test(last.text) && last.at === token.at - 1 && opensValue(before);
      const at = signed ? token.at - 1 : token.at;
      const value = Number(token.text.replaceAll("_", "")) * (signed && last?.text === "-" ? -1 : 1);
      lines[line]!.numbers.push({ at: at - start, length: token.at + token.text.length - at, value });
    }
    if (token.kind === "comment") lines[line]!.text = lines[line]!.text.slice(0, token.at - start);
    else if (token.kind !== "blank") [last, before] = [token, last];
    for (let end = token.text.indexOf("\n"); end >= 0; end = token.text.indexOf("\n", end + 1)) {
      line++;
      start = token.at + end + 1;
    }
  }
  return lines;
}

function otherLines(program: string): Line[] {
  const shown = program.replace(markupComment, (comment) => comment.replace(/[^\n]/g, " "));
  return shown.split("\n").map((text) => ({
    text,
    numbers: [...text.matchAll(literal)].map(({ 0: found, index }) => ({
      at: index,
      length: found.length,
      value: Number(found),
    })),
  }));
}

/** The line with its numbers blanked out: two lines with one key differ in numbers only. */
function keyOf({ text, numbers }: Line): string {
  let [out, at] = ["", 0];
  for (const found of numbers) {
    out += `${text.slice(at, found.at)}\u0000`;
    at = found.at + found.length;
  }
  return (out + text.slice(at)).trim();
}

/**
 * Numbers that changed between two programs, on lines that are otherwise the same, in the order of the newer one. In
 * Python those of comments and texts do not count, elsewhere those of `<!-- -->`.
 *
 * @param options.most characters of a line that is still looked at, default 400
 */
export function movedNumbers(
  before: string,
  after: string,
  options: { language?: "python" | "html" | "javascript"; most?: number } = {},
): MovedNumber[] {
  const { language = "python", most = longest } = options;
  const [old, now] = [before, after].map((program) => {
    const text = program.replace(/\r\n?/g, "\n");
    return language === "python" ? pythonLines(text) : otherLines(text);
  });
  const keys = [old!, now!].map((lines) => lines.map((line) => (line.text.length > most ? line.text : keyOf(line))));
  return alignLines(keys[0]!, keys[1]!).flatMap((pair) => {
    if (pair.kind !== "same") return [];
    const [was, is] = [old![pair.before - 1]!, now![pair.after - 1]!];
    if (is.text.length > most) return [];
    return is.numbers.flatMap(({ at, value: to }, index) => {
      const from = was.numbers[index]!.value;
      if (from === to || !Number.isFinite(from) || !Number.isFinite(to)) return [];
      return [{ line: pair.after, label: labelOf(is.text, at, index, is.numbers.length), from, to }];
    });
  });
}
