import type { RawCall } from "./calls.ts";
import { readJson } from "./json.ts";

/**
 * The tagged forms of a call: `<function=name><parameter=key>value</parameter></function>` (as qwen3_xml and
 * qwen3_coder parsers expect it), `<invoke name="name"><parameter name="key">value</parameter></invoke>` (also with a
 * maker's mark before each tag, once it is taken off), and GLM's `<tool_call>name<arg_key>key</arg_key><arg_value>value</arg_value>`.
 */
interface Form {
  opening: RegExp;
  parameter: RegExp;
  closed: readonly string[];
  ends: readonly string[];
}

const named: Form = {
  opening: /<(?:function=|(?:function|invoke|tool|tool_call)\s+name=)["']?([^>"'\s]+)["']?\s*>/g,
  parameter: /<param(?:eter)?(?:=|\s+name=)["']?([^>"'\s]+)["']?(?:\s[^>]*)?>/g,
  closed: ["</parameter>", "</param>"],
  ends: ["</function>", "</invoke>", "</tool>", "</tool_call>"],
};
const glm: Form = {
  opening: /<tool_call>\s*([\w.:-]+)\s*(?=<arg_key>|<\/tool_call>)/g,
  parameter: /<arg_key>\s*([^<]+?)\s*<\/arg_key>\s*<arg_value>/g,
  closed: ["</arg_value>"],
  ends: ["</tool_call>"],
};

const marked =
  /<(\/?)(?:[｜|]DSML[｜|]|[A-Za-z]{1,16}[:_])(?=(?:invoke|param(?:eter)?|function(?:_calls?)?|tool_calls?|arg_key|arg_value)\b)/g;

/** Some makers put a mark of their own before each tag: `<｜DSML｜invoke ..>`, `<steptml:invoke ..>`, `<longcat_arg_key>`. */
export const withoutMarks = (text: string): string => text.replace(marked, "<$1");

const lastOf = (text: string, tags: readonly string[]): number => Math.max(...tags.map((tag) => text.lastIndexOf(tag)));

/** Value of a parameter: a line break after the tag belongs to the form, and then one before the closing tag does too. */
const unwrapped = (value: string): string =>
  /^\r?\n/.test(value) ? value.replace(/^\r?\n/, "").replace(/\r?\n$/, "") : value;

function parametersOf(body: string, form: Form): { args: Record<string, unknown>; complete: boolean } {
  const args: Record<string, unknown> = {};
  const starts = [...body.matchAll(form.parameter)];
  let complete = true;
  for (const [i, start] of starts.entries()) {
    const from = start.index + start[0].length;
    const until = starts[i + 1]?.index ?? body.length;
    const inner = body.slice(from, until);
    // The last closing tag ends it: a program may hold the same tag in a string.
    const end = lastOf(inner, form.closed);
    if (end < 0 && i === starts.length - 1) complete = false;
    const value = unwrapped(end < 0 ? inner : inner.slice(0, end));
    Object.defineProperty(args, start[1]!, { value, enumerable: true, configurable: true, writable: true });
  }
  return { args, complete };
}

function readForm(text: string, form: Form): RawCall[] {
  const starts = [...text.matchAll(form.opening)];
  return starts.map((start, i) => {
    const from = start.index + start[0].length;
    const until = starts[i + 1]?.index ?? text.length;
    const inner = text.slice(from, until);
    const end = lastOf(inner, form.ends);
    const body = end < 0 ? inner : inner.slice(0, end);
    const { args, complete } = parametersOf(body, form);
    // Llama 3.1 and others write the arguments as JSON between the tags.
    const json = Object.keys(args).length === 0 && /^\s*\{/.test(body) ? readJson(body) : undefined;
    return {
      name: start[1],
      args: json?.value ?? args,
      form: "xml",
      repaired: json?.repaired ?? false,
      complete: end >= 0 || (complete && Object.keys(args).length > 0),
      start: start.index,
      end: end < 0 ? until : from + end + inner.slice(end).indexOf(">") + 1,
    } satisfies RawCall;
  });
}

/** Gemma 4's form: `<|tool_call>call:name{key:<|"|>text<|"|>,count:2}<tool_call|>`. */
function readGemma(text: string): RawCall[] {
  const starts = [...text.matchAll(/<\|tool_call>\s*call:([\w.-]+)\s*(?=\{)/g)];
  return starts.flatMap((start, i): RawCall[] => {
    const from = start.index + start[0].length;
    const until = starts[i + 1]?.index ?? text.length;
    const close = text.slice(from, until).lastIndexOf("<tool_call|>");
    const body = close < 0 ? text.slice(from, until) : text.slice(from, from + close);
    const json = body.replace(/<\|"\|>([\s\S]*?)<\|"\|>/g, (_, inner: string) => JSON.stringify(inner));
    const read = close < 0 ? undefined : readJson(json);
    if (!read) return [];
    const end = from + close + "<tool_call|>".length;
    return [
      { name: start[1], args: read.value, form: "tag", repaired: false, complete: true, start: start.index, end },
    ];
  });
}

/** All tagged calls in a text. `complete` false: the call's end is missing. `end` is where the last one ends. */
export function readXmlCalls(text: string): RawCall[] {
  for (const form of [named, glm]) {
    const found = readForm(text, form);
    if (found.length > 0) return found;
  }
  return readGemma(text);
}
