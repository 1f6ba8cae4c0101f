import type OpenAI from "openai";
import type { NamedProfile, ToolStyle } from "../../../config/profile.ts";
import type { HandleState, ToolSpec } from "../contract.ts";

export type WireBody = Omit<OpenAI.ChatCompletionCreateParams, "stream"> & Record<string, unknown>;

export interface BodyOptions {
  messages: OpenAI.ChatCompletionMessageParam[];
  tools: readonly ToolSpec[];
  style: ToolStyle;
  requireCall: boolean;
  maxTokens: number;
  /** null: not sent. */
  temperature: number | null;
}

/** The request body, without the fields that the endpoint has refused before. */
export function wireBody(options: BodyOptions, profile: NamedProfile, state: HandleState): WireBody {
  const refused = (field: string): boolean => state.refused.includes(field);
  const limit = refused("max_tokens")
    ? "max_completion_tokens"
    : refused("max_completion_tokens")
      ? "max_tokens"
      : profile.max_tokens_param;
  const body: WireBody = { model: profile.model, messages: options.messages, [limit]: options.maxTokens };
  if (options.temperature !== null && !refused("temperature")) body.temperature = options.temperature;
  if (options.style === "native" && options.tools.length > 0) {
    body.tools = options.tools.map(({ name, description, parameters }) => ({
      type: "function",
      function: { name, description, parameters },
    }));
    if (!refused("tool_choice")) body.tool_choice = options.requireCall ? "required" : "auto";
  }
  if (
    options.style === "json" &&
    options.tools.length > 0 &&
    profile.json_mode === "object" &&
    !refused("response_format")
  ) {
    body.response_format = { type: "json_object" };
  }
  if (profile.stream && !refused("stream_options")) body.stream_options = { include_usage: true };
  return { ...body, ...profile.extra };
}

/** Optional fields that a request can do without, or with another in its place. */
const dispensable = [
  "stream_options",
  "response_format",
  "tool_choice",
  "temperature",
  "max_completion_tokens",
  "max_tokens",
] as const;

/**
 * The dispensable field that a 400 complains about ("Unsupported parameter: 'max_tokens' ..."), if it was sent and not
 * given up before.
 */
export function refusedField(message: string, body: Record<string, unknown>, state: HandleState): string | undefined {
  if (
    !/unsupported|not support|unrecogni[sz]ed|unknown|unexpected|not permitted|not allowed|invalid|extra (inputs|fields)/i.test(
      message,
    )
  ) {
    return undefined;
  }
  const named = dispensable.filter((field) => new RegExp(`\\b${field}\\b`).test(message) && field in body);
  // "Use 'max_completion_tokens' instead" names both: the one that was sent is the one refused.
  return named.find((field) => !state.refused.includes(field));
}
