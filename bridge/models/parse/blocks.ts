import { callsOf, type RawCall } from "./calls.ts";
import { extentOf, readJson } from "./json.ts";
import { readPythonCalls } from "./pythonic.ts";
import { type NamedTool, namePattern } from "./tool-names.ts";
import { readToolTags } from "./tool-tags.ts";
import { readXmlCalls } from "./xml.ts";

/** Marked blocks, and starts of bare JSON, that are tried at most; a text full of brackets is no call. */
const mostBlocks = 32;
const mostStarts = 64;
/** Of these, starts without an end: each is read up to the end of the text. */
const mostOpen = 6;

export interface FoundBlock {
  calls: RawCall[];
  /** Blocks that look like a call but could not be read. */
  broken: { start: number; end: number; complete: boolean }[];
}

/**
 * One JSON value from `start`. `limit` is where the surrounding tag or fence ends: the fallback where unescaped quotes
 * mislead the bracket count.
 */
function jsonAt(
  text: string,
  start: number,
  limit: number,
  form: RawCall["form"],
  offered: readonly NamedTool[],
): FoundBlock & { end: number } {
  const extent = extentOf(text, start);
  const before = nameBefore(text, start, offered);
  const tries: { end: number; complete: boolean }[] = [{ end: extent.end, complete: extent.state === "closed" }];
  if (limit < text.length && limit > start && limit !== extent.end) tries.push({ end: limit, complete: true });
  for (const { end, complete } of tries) {
    const read = readJson(text.slice(start, end));
    if (read === undefined) continue;
    const calls = callsOf(read.value, offered).map((call) => ({
      name: call.name ?? before,
      args: call.args,
      form,
      repaired: read.repaired || call.repaired,
      complete,
      start,
      end,
    }));
    // A value that ends in the middle is only believed when nothing else is left to try.
    if (complete || tries.length === 1) return { calls, broken: [], end };
  }
  const end = limit < text.length ? limit : extent.end;
  return { calls: [], broken: [{ start, end, complete: limit < text.length || extent.state === "closed" }], end };
}

/** What may stand between a tool's name and its arguments: marks of templates, an opened fence, a label. */
const between =
  "(?::\\d+)?(?:<[|｜][^>]{0,40}[|｜]>|\\[ARGS\\]|```\\w*|[\\s(:>=\"'`]|\\b(?:json|Action[ _]Input|Input|Arguments|Parameters)\\b)*";

/**
 * The tool whose name stands right before its arguments: `[TOOL_CALLS]name[ARGS]{..}`, DeepSeek's, Kimi's and Harmony's
 * marks, `Action: name`, `name({..})`.
 */
function nameBefore(text: string, start: number, offered: readonly NamedTool[]): string | undefined {
  const names = namePattern(offered);
  if (names === undefined) return undefined;
  return new RegExp(`(?<![\\w-])(?:functions?[.:])?(${names})${between}$`, "i").exec(
    text.slice(Math.max(0, start - 200), start),
  )?.[1];
}

const marks = [
  {
    form: "tag" as const,
    open: /<(?:tool_call|function_call|tools?)>\s*/gi,
    close: /<\/(?:tool_call|function_call|tools?)>/gi,
  },
  {
    form: "fence" as const,
    open: /```(?:json[c5]?|tool_call|tool|)[ \t]*\r?\n?\s*(?=[{[])/gi,
    close: /\r?\n?[ \t]*```/gi,
  },
];

/** Index of the first match of a global pattern at or after `from`, or the text's length. */
function next(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}

function marked(text: string, offered: readonly NamedTool[]): FoundBlock {
  for (const { form, open, close } of marks) {
    const found: FoundBlock = { calls: [], broken: [] };
    open.lastIndex = 0;
    let tried = 0;
    for (let match = open.exec(text); match !== null; match = open.exec(text)) {
      const start = match.index + match[0].length;
      if (match[0] === "") break;
      if (text[start] !== "{" && text[start] !== "[") continue;
      if (++tried > mostBlocks) break;
      const limit = Math.min(
        next(close, text, start),
        form === "tag" ? next(/<tool_call>/gi, text, start) : text.length,
      );
      const block = jsonAt(text, start, limit, form, offered);
      found.calls.push(...block.calls);
      found.broken.push(...block.broken);
      open.lastIndex = Math.max(block.end, start + 1);
    }
    if (found.calls.length > 0 || found.broken.length > 0) return found;
  }
  return { calls: [], broken: [] };
}

function bare(text: string, offered: readonly NamedTool[]): FoundBlock {
  const found: FoundBlock = { calls: [], broken: [] };
  let tried = 0;
  let unclosed = 0;
  for (let i = text.search(/[{[]/); i >= 0 && i < text.length && tried < mostStarts && unclosed < mostOpen; tried++) {
    const looksLikeJson = /^[{[]\s*["'{[\w}\]]/.test(text.slice(i, i + 40));
    let end = i + 1;
    if (looksLikeJson) {
      if (extentOf(text, i).state !== "closed") unclosed++;
      const block = jsonAt(text, i, text.length, "bare", offered);
      const useful = block.calls.filter((call) => call.name !== undefined || Object.keys(call.args ?? {}).length > 0);
      found.calls.push(...useful);
      if (useful.length > 0) end = block.end;
      else if (/^[{[]\s*["']\w+["']\s*:/.test(text.slice(i, i + 80))) found.broken.push(...block.broken);
    }
    const step = text.slice(end).search(/[{[]/);
    i = step < 0 ? -1 : end + step;
  }
  return found;
}

/** Every call in a text, whichever form the model chose: tags first, then fences, then bare JSON. Never throws. */
export function findCalls(text: string, offered: readonly NamedTool[]): FoundBlock {
  const xml = readXmlCalls(text);
  if (xml.length > 0) return { calls: xml, broken: [] };
  const tags = readToolTags(text, offered);
  if (tags.length > 0) return { calls: tags, broken: [] };
  const found = marked(text, offered);
  if (found.calls.length > 0) return found;
  const python = readPythonCalls(text, offered);
  if (python.length > 0) return { calls: python, broken: [] };
  return found.broken.length > 0 ? found : bare(text, offered);
}
