import type { RawCall } from "./calls.ts";

/**
 * The tagged forms of a call: `<function=name><parameter=key>value</parameter></function>` (as qwen3_xml and
 * qwen3_coder parsers expect it) and `<invoke name="name"><parameter name="key">value</parameter></invoke>`.
 */
const opening = /<(?:function=|invoke\s+name=)["']?([^>"'\s]+)["']?\s*>/g;
const parameter = /<parameter(?:=|\s+name=)["']?([^>"'\s]+)["']?\s*>/g;

/** Value of a parameter: a line break after the tag belongs to the form, and then one before the closing tag does too. */
const unwrapped = (value: string): string =>
  /^\r?\n/.test(value) ? value.replace(/^\r?\n/, "").replace(/\r?\n$/, "") : value;

function parametersOf(body: string): { args: Record<string, unknown>; complete: boolean } {
  const args: Record<string, unknown> = {};
  const starts = [...body.matchAll(parameter)];
  let complete = true;
  for (const [i, start] of starts.entries()) {
    const from = start.index + start[0].length;
    const until = starts[i + 1]?.index ?? body.length;
    const inner = body.slice(from, until);
    // The last closing tag ends it: a program may hold the same tag in a string.
    const end = inner.lastIndexOf("</parameter>");
    if (end < 0 && i === starts.length - 1) complete = false;
    args[start[1]!] = unwrapped(end < 0 ? inner : inner.slice(0, end));
  }
  return { args, complete };
}

/** All tagged calls in a text. `complete` false: the call's end is missing. `end` is where the last one ends. */
export function readXmlCalls(text: string): RawCall[] {
  const starts = [...text.matchAll(opening)];
  return starts.map((start, i) => {
    const from = start.index + start[0].length;
    const until = starts[i + 1]?.index ?? text.length;
    const inner = text.slice(from, until);
    const end = Math.max(inner.lastIndexOf("</function>"), inner.lastIndexOf("</invoke>"));
    const { args, complete } = parametersOf(end < 0 ? inner : inner.slice(0, end));
    return {
      name: start[1],
      args,
      form: "xml",
      repaired: false,
      complete: end >= 0 || (complete && Object.keys(args).length > 0),
      start: start.index,
      end: end < 0 ? until : from + end + inner.slice(end).indexOf(">") + 1,
    } satisfies RawCall;
  });
}
