import type { RawCall } from "./calls.ts";
import { type NamedTool, namePattern } from "./tool-names.ts";

/** Values nested deeper than this are no arguments of a tool. */
const deepest = 12;

class NoPython extends Error {}

const simple: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", "0": "\0", "\n": "" };
const words: Readonly<Record<string, unknown>> = {
  True: true,
  False: false,
  None: null,
  true: true,
  false: false,
  null: null,
};

/** Reads Python literals: strings of every kind, numbers, names of constants, lists, tuples and dicts. */
class Reader {
  readonly #text: string;
  at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  #space(): void {
    while (/\s/.test(this.#text[this.at] ?? "")) this.at++;
  }

  takes(mark: string): boolean {
    this.#space();
    if (!this.#text.startsWith(mark, this.at)) return false;
    this.at += mark.length;
    return true;
  }

  name(): string | undefined {
    this.#space();
    const found = /^[A-Za-z_]\w*/.exec(this.#text.slice(this.at, this.at + 80))?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** `key=value, key=value)`, or one dict of them; the opening bracket is taken already. */
  keywords(): Record<string, unknown> {
    if (this.takes("{")) {
      const only = this.#dict(0);
      if (this.takes(")")) return only;
      throw new NoPython();
    }
    const args: Record<string, unknown> = {};
    while (!this.takes(")")) {
      const key = this.name();
      if (key === undefined || !this.takes("=")) throw new NoPython();
      Object.defineProperty(args, key, { value: this.value(), enumerable: true, configurable: true, writable: true });
      if (!this.takes(",") && this.#text[this.at] !== ")") throw new NoPython();
    }
    return args;
  }

  value(depth = 0): unknown {
    if (depth > deepest) throw new NoPython();
    this.#space();
    const rest = this.#text.slice(this.at, this.at + 40);
    const quote = /^([rRbBuU]?)("""|'''|"|')/.exec(rest);
    if (quote) {
      this.at += quote[0].length;
      let said = this.#string(quote[2]!, quote[1]!.toLowerCase() === "r");
      // Neighbouring strings are one string.
      while (/^\s*["']/.test(this.#text.slice(this.at, this.at + 200))) said += String(this.value(depth + 1));
      return said;
    }
    if (this.takes("[")) return this.#list("]", depth);
    if (this.takes("(")) return this.#list(")", depth);
    if (this.takes("{")) return this.#dict(depth);
    const number = /^[+-]?(\d[\d_]*\.?\d*|\.\d+)([eE][+-]?\d+)?/.exec(rest)?.[0];
    if (number !== undefined) {
      this.at += number.length;
      return Number(number.replaceAll("_", ""));
    }
    const word = this.name();
    if (word === undefined || !Object.hasOwn(words, word)) throw new NoPython();
    return words[word];
  }

  #list(end: string, depth: number): unknown[] {
    const items: unknown[] = [];
    while (!this.takes(end)) {
      items.push(this.value(depth + 1));
      if (!this.takes(",") && !this.#text.startsWith(end, this.at)) throw new NoPython();
    }
    return items;
  }

  #dict(depth: number): Record<string, unknown> {
    const items: Record<string, unknown> = {};
    while (!this.takes("}")) {
      const key = String(this.value(depth + 1));
      if (!this.takes(":")) throw new NoPython();
      const value = this.value(depth + 1);
      Object.defineProperty(items, key, { value, enumerable: true, configurable: true, writable: true });
      if (!this.takes(",") && !this.#text.startsWith("}", this.at)) throw new NoPython();
    }
    return items;
  }

  #string(quote: string, raw: boolean): string {
    let said = "";
    for (; this.at < this.#text.length; this.at++) {
      if (this.#text.startsWith(quote, this.at)) {
        this.at += quote.length;
        return said;
      }
      const c = this.#text[this.at]!;
      if (c !== "\\" || raw) said += c;
      else said += this.#escaped();
    }
    throw new NoPython();
  }

  #escaped(): string {
    const c = this.#text[++this.at] ?? "";
    const digits = c === "u" ? 4 : c === "x" ? 2 : 0;
    const hex = this.#text.slice(this.at + 1, this.at + 1 + digits);
    if (digits > 0 && hex.length === digits && /^[\da-f]+$/i.test(hex)) {
      this.at += digits;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    return simple[c] ?? (/["'\\]/.test(c) ? c : `\\${c}`);
  }
}

/**
 * Calls written as Python: `[f(x="...")]` (Llama 3.2 and 4), `<|python_tag|>f.call(x="...")` (Llama 3.1), a
 * `tool_code` fence (Gemma 3), `print(default_api.f(..))` (Gemini). Only at the start of the text, of a line or after
 * such a mark, and only whole ones.
 */
export function readPythonCalls(text: string, offered: readonly NamedTool[]): RawCall[] {
  const names = namePattern(offered);
  if (names === undefined) return [];
  const opening = new RegExp(
    `(?:^|\\n|\\[|,|>|tool_code)[ \\t]*(?:\\w{1,40}[ \\t]*=[ \\t]*)?(?:await[ \\t]+)?(?:print\\()?(?:[A-Za-z]\\w{0,40}\\.)?(${names})(?:\\.call)?\\(`,
    "g",
  );
  const found: RawCall[] = [];
  for (let match = opening.exec(text); match !== null && found.length < 16; match = opening.exec(text)) {
    const reader = new Reader(text, match.index + match[0].length);
    const name = match[1]!;
    try {
      const args = reader.keywords();
      const start = match.index + match[0].lastIndexOf(name);
      found.push({ name, args, form: "tag", repaired: false, complete: true, start, end: reader.at });
      opening.lastIndex = reader.at;
    } catch (thrown) {
      if (!(thrown instanceof NoPython)) throw thrown;
    }
  }
  return found;
}
