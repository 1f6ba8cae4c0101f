import { jsonrepair } from "jsonrepair";

/** A text longer than this is not repaired: no reply of a model needs it, and repair takes time. Characters. */
const longestRepair = 2_000_000;

/** Where a JSON value that starts at `start` ends, and how. */
export interface Extent {
  /** Index after the last character. */
  end: number;
  /** `closed`: balanced. `open`: brackets are missing at the end. `in_string`: ends inside a string. */
  state: "closed" | "open" | "in_string";
}

/** Follows brackets and strings from an opening bracket, without building anything. Linear in the text. */
export function extentOf(text: string, start: number): Extent {
  let depth = 0;
  let inString = false;
  for (let i = start; i < text.length; i++) {
    const c = text[i];
    if (inString) {
      if (c === "\\") i++;
      else if (c === '"') inString = false;
    } else if (c === '"') inString = true;
    else if (c === "{" || c === "[") depth++;
    else if (c === "}" || c === "]") {
      depth--;
      if (depth <= 0) return { end: i + 1, state: "closed" };
    }
  }
  return { end: text.length, state: inString ? "in_string" : "open" };
}

export interface JsonRead {
  value: unknown;
  repaired: boolean;
}

/** Models that know Python write long strings in triple quotes; made JSON strings here. */
function withoutTripleQuotes(text: string): string {
  return text.replace(/([:[,]\s*)("""|''')([\s\S]*?)\2/g, (_, before: string, _quotes, inner: string) => {
    return before + JSON.stringify(inner.replace(/^\n/, ""));
  });
}

/** Line breaks written as `\\n` between values, where only blanks may stand, are dropped. Linear in the text. */
function withoutEscapedBreaks(text: string): string {
  let out = "";
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (inString && c === "\\") {
      out += c + (text[++i] ?? "");
      continue;
    }
    if (c === '"') inString = !inString;
    if (!inString && c === "\\" && /[nrt]/.test(text[i + 1] ?? "")) i++;
    else out += c;
  }
  return out;
}

/** JSON as it is, else repaired; undefined when neither helps. Never throws, whatever the bytes. */
export function readJson(text: string): JsonRead | undefined {
  try {
    return { value: JSON.parse(text), repaired: false };
  } catch {
    if (text.length > longestRepair) return undefined;
  }
  try {
    return { value: JSON.parse(withoutEscapedBreaks(text)), repaired: true };
  } catch {
    // Broken otherwise.
  }
  try {
    return { value: JSON.parse(jsonrepair(withoutTripleQuotes(text))), repaired: true };
  } catch {
    return undefined;
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
