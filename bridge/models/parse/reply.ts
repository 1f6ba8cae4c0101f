import type { z } from "zod";
import type { Problem, ToolCall, ToolSpec } from "../contract.ts";
import { type FoundBlock, findCalls } from "./blocks.ts";
import { argumentKeys, type RawCall } from "./calls.ts";
import { coerce } from "./coerce.ts";
import { extentOf, isObject, readJson } from "./json.ts";
import { cutOff, whyNoCall } from "./no-call.ts";
import { withoutBadOptions } from "./optional.ts";
import { withoutThinking } from "./reasoning.ts";
import { matchName, type NamedTool } from "./tool-names.ts";
import type { WireCall, WireReply } from "./wire-reply.ts";
import { withoutMarks } from "./xml.ts";

export interface ReadReply {
  text: string;
  thinking: string;
  calls: ToolCall[];
  problems: Problem[];
}

/** Calls of one reply that are looked at; more is a model gone wrong. */
const mostCalls = 32;

const nativeCalls = (reply: WireReply): RawCall[] =>
  reply.toolCalls.map(({ name, arguments: said }) => {
    const text = said.trim();
    const closed = text === "" || !/^[{[]/.test(text) || extentOf(text, 0).state === "closed";
    const read = text === "" ? { value: {}, repaired: false } : readJson(text);
    return {
      name: name === "" ? undefined : name,
      args: read === undefined ? said : read.value,
      form: "native",
      repaired: read?.repaired ?? false,
      complete: closed,
      start: -1,
      end: -1,
    };
  });

/** One line per issue, at most five: what was expected where. */
const issuesOf = (error: z.ZodError): string =>
  error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.length > 0 ? `${issue.path.join(".")}: ` : ""}${issue.message}`)
    .join("; ");

/** Checks one call; gives the call or the problem, and what had to be done to it. */
function check(
  raw: RawCall,
  tools: readonly ToolSpec[],
  id: string,
  extra: WireCall["extra"],
): { call?: ToolCall; problems: Problem[] } {
  const problems: Problem[] = [];
  let tool: ToolSpec | undefined;
  if (raw.name !== undefined) {
    const match = matchName(raw.name, tools);
    if (match.kind === "unknown") {
      const near = match.meant === undefined ? "" : ` Did you mean ${match.meant}?`;
      const message = `There is no tool named ${JSON.stringify(raw.name.slice(0, 80))}.${near} The tools are: ${tools.map((each) => each.name).join(", ")}.`;
      return { problems: [{ code: "tool_unknown", message, repaired: false }] };
    }
    tool = tools.find((each) => each.name === match.name)!;
    if (match.kind === "alias") {
      const message = `${raw.name.slice(0, 80)} was taken as ${match.name}.`;
      problems.push({ code: "tool_renamed", message, repaired: true, tool: match.name });
    }
  } else {
    const fitting = tools.filter((each) => fits(raw.args, each));
    if (fitting.length !== 1) return { problems: [] };
    tool = fitting[0]!;
    problems.push({
      code: "tool_inferred",
      message: `Arguments without a tool's name fit only ${tool.name}.`,
      repaired: true,
      tool: tool.name,
    });
  }
  let args = raw.args;
  let checked = tool.schema.safeParse(args);
  const better = coerce(args, { type: "object", ...tool.parameters });
  if (!checked.success || JSON.stringify(better) !== JSON.stringify(args)) {
    const again = tool.schema.safeParse(better);
    if (again.success) {
      if (JSON.stringify(better) !== JSON.stringify(args)) {
        const message = `Arguments of ${tool.name} were converted to the types it takes.`;
        problems.push({ code: "arguments_coerced", message, repaired: true, tool: tool.name });
      }
      args = better;
      checked = again;
    }
  }
  if (!checked.success) {
    const less = withoutBadOptions(better, tool.schema, checked.error);
    if (less) {
      const message = `Left out of the ${tool.name} call, because wrong and not needed: ${less.dropped.join(", ")}.`;
      problems.push({ code: "arguments_coerced", message, repaired: true, tool: tool.name });
      checked = less.checked;
    }
  }
  if (!checked.success) {
    // Some models write the arguments' own name once more around them.
    const inner = onlyArguments(better);
    const again =
      inner === undefined ? undefined : tool.schema.safeParse(coerce(inner, { type: "object", ...tool.parameters }));
    if (again?.success) checked = again;
  }
  if (!checked.success) {
    const message = `The arguments of ${tool.name} are wrong: ${issuesOf(checked.error)}. Call it again with all of them right.`;
    problems.push({ code: "arguments_wrong", message, repaired: false, tool: tool.name });
    return { problems };
  }
  if (raw.repaired) {
    problems.push({
      code: "json_repaired",
      message: `The JSON of the ${tool.name} call was broken and was repaired.`,
      repaired: true,
      tool: tool.name,
    });
  }
  return { call: { id, name: tool.name, arguments: checked.data, ...(extra ? { extra } : {}) }, problems };
}

/** What stands under the one key of arguments that is named like arguments. */
function onlyArguments(args: unknown): unknown {
  const keys = isObject(args) ? Object.keys(args) : [];
  return keys.length === 1 && argumentKeys.includes(keys[0]!) && isObject(args) ? args[keys[0]!] : undefined;
}

/** Whether bare arguments fit a tool: they pass its check and share at least one key with it. */
function fits(args: unknown, tool: ToolSpec): boolean {
  if (!isObject(args)) return false;
  const properties = isObject(tool.parameters.properties) ? tool.parameters.properties : {};
  if (!Object.keys(args).some((key) => Object.hasOwn(properties, key))) return false;
  return tool.schema.safeParse(coerce(args, { type: "object", ...tool.parameters })).success;
}

/**
 * Reads a reply whichever way the model chose to write it. A call is given only when its arguments pass the tool's own
 * check and its end arrived: half a program is never taken for a program. Never throws.
 */
export function readReply(
  reply: WireReply,
  tools: readonly ToolSpec[],
  options: { native: boolean; requireCall: boolean; callId: (index: number, given: string | undefined) => string },
): ReadReply {
  const { text: spokenText, thinking } = withoutThinking(readable(reply.content, tools));
  const allThinking = [reply.reasoning.trim(), thinking].filter((each) => each !== "").join("\n\n");
  const problems: Problem[] = [];
  const calls: ToolCall[] = [];
  let found: FoundBlock = { calls: [], broken: [] };
  if (reply.toolCalls.length > 0) found.calls.push(...nativeCalls(reply));
  else if (tools.length > 0) found = findCalls(spokenText, tools);
  // Some models write their call before they stop thinking; a draft is not taken for it.
  const thought = found.calls.length === 0 && options.requireCall ? calledInThinking(allThinking, tools) : undefined;
  if (thought) {
    found = { calls: [thought], broken: [] };
    const message = "The call stood in the reasoning, before its end.";
    problems.push({ code: "call_in_thinking", message, repaired: true });
  }
  const said = thought ? readable(allThinking, tools) : spokenText;
  let spoken = spokenText;
  for (const [i, raw] of found.calls.slice(0, mostCalls).entries()) {
    // Without its end a call is only believed when the model itself stopped there and merely forgot brackets.
    const last = i === found.calls.length - 1;
    if (!raw.complete && (reply.finish === "length" || endsInside(raw, said, reply, i))) {
      problems.push(cutOff(raw.name === undefined ? "it" : `the ${raw.name.slice(0, 80)} call`));
      continue;
    }
    if (raw.complete && last && reply.finish === "length" && raw.form === "xml" && raw.end >= said.length) {
      problems.push(cutOff("the call"));
      continue;
    }
    if (isNothing(raw, tools)) {
      const args = isObject(raw.args) ? raw.args : {};
      spoken = typeof args.text === "string" ? args.text : without(spoken, said.slice(raw.start, raw.end));
      continue;
    }
    const native = reply.toolCalls[i];
    const checked = check(raw, tools, options.callId(i, native?.id), native?.extra);
    problems.push(...checked.problems);
    if (checked.call) {
      calls.push(checked.call);
      if (raw.form !== "native") spoken = without(spoken, said.slice(raw.start, raw.end));
    }
  }
  if (options.native && calls.length > 0 && reply.toolCalls.length === 0) {
    problems.push({
      code: "other_style",
      message: "The call came as text, not as a native tool call.",
      repaired: true,
    });
  }
  if (calls.length === 0)
    problems.push(...whyNoCall(reply, spokenText, found.broken.length > 0, problems, tools, options));
  else if (found.broken.length > 0) {
    problems.push({
      code: "json_broken",
      message: "A further call in the reply could not be read and was left out.",
      repaired: true,
    });
  }
  return { text: tidy(spoken), thinking: allThinking, calls, problems };
}

/** A text without makers' marks before its tags, but only where it holds no call as it is: a program may use such tags. */
function readable(text: string, tools: readonly NamedTool[]): string {
  const plain = withoutMarks(text);
  const known = ({ name }: RawCall): boolean => name !== undefined && matchName(name, tools).kind !== "unknown";
  return plain === text || findCalls(text, tools).calls.some(known) ? text : plain;
}

/** The last whole, marked call of a text that was meant as reasoning. */
function calledInThinking(thinking: string, tools: readonly NamedTool[]): RawCall | undefined {
  const { calls } = findCalls(readable(thinking, tools), tools);
  const marked = calls.filter(({ form, complete, name }) => complete && name !== undefined && /tag|xml/.test(form));
  return marked.findLast(({ name }) => matchName(name!, tools).kind !== "unknown");
}

/** The json style's way to say something without calling a tool. */
const isNothing = (raw: RawCall, tools: readonly ToolSpec[]): boolean =>
  raw.name?.toLowerCase() === "none" && !tools.some((tool) => tool.name === "none");

/** Whether an unfinished call stops within a string, where nobody can know what is missing. */
function endsInside(raw: RawCall, said: string, reply: WireReply, index: number): boolean {
  if (raw.form === "xml") return true;
  const text = raw.form === "native" ? (reply.toolCalls[index]?.arguments ?? "") : said.slice(raw.start);
  const start = text.search(/[{[]/);
  return start < 0 || extentOf(text, start).state === "in_string";
}

const without = (text: string, piece: string): string => (piece === "" ? text : text.replace(piece, () => ""));

/** What is left of a text when its calls are taken out: no empty tags and fences. */
const tidy = (text: string): string =>
  text
    .replace(/<\/?(tool_call|function_call|tools?)>/gi, "")
    .replace(/```(?:json|tool_call)?\s*```/gi, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
