import type { HandleState, ToolSpec } from "../contract.ts";

/** Optional fields that a request can do without, or with another in its place. */
const dispensable = [
  "stream_options",
  "response_format",
  "tool_choice",
  "temperature",
  "reasoning_effort",
  "seed",
  "max_completion_tokens",
  "max_tokens",
] as const;

/** How servers say that a field, or its value, is not wanted. */
const unwanted =
  /unsupported|not support|unrecogni[sz]ed|unknown|unexpected|not permitted|not allowed|invalid|deprecated|must be|only (the default|\S+ is allowed)|extra (inputs|fields)|forbidden|remove/i;

/** A refusal, as far as it says what to change. */
export interface Objection {
  status: number | undefined;
  message: string;
  /** The field that the endpoint names, where it does so apart from its message. */
  param: string | undefined;
}

/**
 * Native tools refused: no parser (vLLM), a model without function calling (Ollama), no template for them (llama.cpp),
 * an endpoint that knows no such field, or one that takes them only without reasoning (GPT-5.4 and later on
 * /chat/completions: https://github.com/openai/openai-openapi/issues/541).
 */
const noNativeTools =
  /tool choice requires|tool[- _]?call[- _]?parser|(does not|doesn't|not) support (tools?|function|tool use)|tools? (is|are) not supported|no endpoints? found that support tool|function tools with reasoning_effort|tools param requires|unable to generate parser/i;

export function refusesTools({ message, param }: Objection): boolean {
  return noNativeTools.test(message) || param === "tools" || /^'tools(\.|')/.test(message);
}

/** Whether a tool takes no arguments at all. */
export function takesNothing(tool: Pick<ToolSpec, "parameters">): boolean {
  const { properties } = tool.parameters;
  return typeof properties !== "object" || properties === null || Object.keys(properties).length === 0;
}

/** Google's schema check: an object must have properties. */
const emptyObject = /properties[^.]{0,60}(non-?empty|empty|required|missing)|non-?empty for object type/i;

/**
 * The part of a request that an endpoint objects to and that it can do without (or with another in its place), if it
 * was sent and not given up before. `parameters`: those of tools that take nothing; `thought_signature`: what came with
 * earlier calls.
 */
export function refusedField(
  objection: Objection,
  body: Record<string, unknown>,
  tools: readonly ToolSpec[],
  state: HandleState,
): string | undefined {
  const { message, param } = objection;
  const fresh = (field: string): boolean => !state.refused.includes(field);
  if (/thought[_ ]?signature/i.test(message)) return fresh("thought_signature") ? "thought_signature" : undefined;
  if ("tools" in body && tools.some(takesNothing) && emptyObject.test(message) && fresh("parameters")) {
    return "parameters";
  }
  const sent = dispensable.filter((field) => field in body && fresh(field));
  const named = sent.find((field) => param === field || param?.startsWith(`${field}.`));
  if (named !== undefined) return named;
  if (!unwanted.test(message)) return undefined;
  // "Use 'max_completion_tokens' instead" names both: the one that was sent is the one refused.
  return sent.find((field) => new RegExp(`\\b${field}\\b`).test(message));
}
